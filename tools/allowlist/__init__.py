"""The program that makes the allowlist of imports: `python -m tools.allowlist CACHE`."""
