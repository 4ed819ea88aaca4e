"""Tell a block that is a tar header, which every file is asked: by its checksum, since old archives have no signature."""

from __future__ import annotations

BLOCK = 512
_BASE_256 = 0x80


def is_tar(block: bytes) -> bool:
    """Say whether a block is a tar header: its checksum is right, counted with signed or unsigned bytes."""
    if len(block) < BLOCK:
        return False
    try:
        claimed = _number(block[148:156])
    except ValueError:
        return False
    if not claimed:
        return False
    unsigned = sum(block[:BLOCK]) - sum(block[148:156]) + 8 * 0x20
    signed = unsigned - 256 * sum(byte > 127 for byte in block[:148] + block[156:BLOCK])
    return claimed in (unsigned, signed)


def _number(field: bytes) -> int:
    """Decode a checksum, in whose place CPython takes GNU's base 256 as well, which starts with a set bit."""
    return int.from_bytes(field[1:], "big") if field[0] == _BASE_256 else octal(field)


def octal(field: bytes) -> int:
    """Decode octal digits as CPython does: up to a NUL, without what counts as white space in text."""
    return int(field.split(b"\0", 1)[0].decode("ascii").strip() or "0", 8)
