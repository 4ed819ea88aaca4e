"""The project against its peers and against the physical limit: `python -m benchmarks`."""
