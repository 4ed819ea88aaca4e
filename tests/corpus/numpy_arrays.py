"""`.npy` files whose header can say anything."""

from __future__ import annotations

import struct


def npy(header: str, data: bytes = b"", *, version: int = 1, length: int | None = None) -> bytes:
    """Return an array with a header of the given text, filled up as NumPy does."""
    encoding = "utf-8" if version == 3 else "latin-1"
    text = header.encode(encoding)
    start = 12 if version > 1 else 10
    text += b" " * (-(start + len(text) + 1) % 64) + b"\n"
    size = len(text) if length is None else length
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<I" if version > 1 else "<H", size) + text + data
