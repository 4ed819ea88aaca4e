"""The commands that need nothing but the scanners: `scan`, `rules`, `formats`."""
