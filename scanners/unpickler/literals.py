"""Arguments of the text opcodes, as CPython's two unpicklers take them.

The C one (https://github.com/python/cpython/blob/3.13/Modules/_pickle.c) hands lines to `strtol`, `PyLong_FromString`
and `PyOS_string_to_double`, which end at a NUL; the Python one calls `int` and `float`. What either takes is taken here.
A function raises `ValueError` where both refuse.
"""

from __future__ import annotations

import re

_STRTOL = rb"[ \t\n\v\f\r]*[+-]?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)(?=\x00|\Z)"
_DIGITS = rb"[ \t\n\v\f\r]*[+-]?[0-9][0-9_]*[ \t\n\v\f\r]*\Z"
_ESCAPE = rb"(?s)\\(\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|.|\Z)"
_ESCAPED = {
    b"\n": b"",
    b"\\": b"\\",
    b"'": b"'",
    b'"': b'"',
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
}
HUGE = 1 << 64
"""Stands for an integer with more digits than `int` converts since Python 3.11 (older ones did)."""


def parse_int(line: bytes) -> int:
    """Return the value of an INT argument, given without its newline."""
    if line.startswith(b"\0"):
        return 0
    if re.match(_STRTOL, line):
        return _strtol(line)
    return _from_string(line, 0)


def parse_long(line: bytes) -> int:
    """Return the value of a LONG argument, given without its newline."""
    if line.endswith(b"L"):
        line = line[:-1]
    return _from_string(line, 0)


def parse_index(line: bytes) -> int:
    """Return the memo index of a GET or PUT argument, given without its newline."""
    return _from_string(line, 10)


def parse_float(line: bytes) -> float:
    """Return the value of a FLOAT argument, given without its newline."""
    return float(line.partition(b"\0")[0])


def parse_string(line: bytes) -> str:
    """
    Return the text of a STRING argument, given without its newline.

    Loaders choose the encoding of what Python 2 wrote; Latin-1 takes every byte and agrees with all others on ASCII.
    """
    if len(line) < 2 or line[:1] != line[-1:] or line[:1] not in b"'\"":
        raise ValueError("a STRING argument stands in quotes")
    body = line[1:-1]
    return (re.sub(_ESCAPE, _unescape, body) if b"\\" in body else body).decode("latin-1")


def _unescape(match: re.Match[bytes]) -> bytes:
    escape = match[1]
    if escape[:1].isdigit() and escape < b"8":
        return bytes((int(escape, 8) & 0xFF,))
    if len(escape) == 3:
        return bytes.fromhex(escape[1:].decode())
    if not escape or escape == b"x":
        raise ValueError("a backslash that escapes nothing")
    return _ESCAPED.get(escape, b"\\" + escape)


def _strtol(line: bytes) -> int:
    text = line.partition(b"\0")[0].strip()
    if text.lstrip(b"+-").startswith(b"0") and text.lstrip(b"+-0123456789") == b"":
        return int(text, 8)
    return _convert(text, 0)


def _from_string(line: bytes, base: int) -> int:
    return _convert(line.partition(b"\0")[0], base)


def _convert(text: bytes, base: int) -> int:
    try:
        return int(text, base)
    except ValueError:
        if len(text) > 4000 and re.match(_DIGITS, text):
            return HUGE
        raise
