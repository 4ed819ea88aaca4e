"""A small model server of its own, for the examples and for tests on a cluster."""
