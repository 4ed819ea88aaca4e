"""Examine model files without loading them: bytes in, findings out."""
