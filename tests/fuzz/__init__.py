"""Differences between the machine and the real unpicklers, looked for at random."""
