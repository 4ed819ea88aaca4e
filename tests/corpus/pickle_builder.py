"""Opcodes as functions, and the payload that hostile pickles carry."""

from __future__ import annotations

import struct

COMMAND = "echo weighbridge"


def short(text: str) -> bytes:
    """SHORT_BINUNICODE."""
    data = text.encode()
    return b"\x8c" + bytes((len(data),)) + data


def unicode(text: str) -> bytes:
    """BINUNICODE."""
    data = text.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(data)) + data


def payload(data: bytes) -> bytes:
    """BINBYTES."""
    return b"B" + struct.pack("<I", len(data)) + data


def line_global(module: str, name: str) -> bytes:
    """GLOBAL."""
    return f"c{module}\n{name}\n".encode()


def stack_global(module: str, name: str) -> bytes:
    """Two texts and STACK_GLOBAL."""
    return short(module) + short(name) + b"\x93"


def frame(body: bytes, length: int | None = None) -> bytes:
    """FRAME, with the length of what follows or with another one."""
    return b"\x95" + struct.pack("<Q", len(body) if length is None else length) + body


ARGUMENTS = b"(S'" + COMMAND.encode() + b"'\nt"
SYSTEM = b"cos\nsystem\n" + ARGUMENTS + b"R"
"""Runs the command, in protocol 0."""
SYSTEM_4 = stack_global("os", "system") + short(COMMAND) + b"\x85R"
"""Runs the command, in protocol 4."""
ORDERED = b"ccollections\nOrderedDict\n"
"""A class that is known to be harmless."""


def words(count: int) -> bytes:
    """Return a list of texts, each remembered by MEMOIZE, long enough for runs to be passed over."""
    items = b"".join(short(f"word {number}") + b"\x94" for number in range(count))
    return b"]\x94(" + items + b"e"


def put_words(count: int, first: int) -> bytes:
    """Return a list of texts, each remembered by BINPUT or LONG_BINPUT from an index on."""
    items = b"".join(unicode(f"word {number}") + put(first + 1 + number) for number in range(count))
    return b"]" + put(first) + b"(" + items + b"e"


def put(index: int) -> bytes:
    """BINPUT or LONG_BINPUT."""
    return b"q" + bytes((index,)) if index < 256 else b"r" + struct.pack("<I", index)


def get(index: int) -> bytes:
    """BINGET or LONG_BINGET."""
    return b"h" + bytes((index,)) if index < 256 else b"j" + struct.pack("<I", index)
