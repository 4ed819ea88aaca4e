"""A generator of one shipped table; see `generate.py`."""
