"""
The model directory as the program it is: what configurations, manifests and code beside the weights make a server do.

Severity follows the server: what it does by default is worse than what it does only with a switch, and a switch that
released servers have ignored counts as half open.
"""
