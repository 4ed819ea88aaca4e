"""Reports: what a scan found, in the forms that people and other programs read. Pure functions from reports to text."""
