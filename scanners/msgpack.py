"""
Walk MessagePack without building it: what kind of value stands where, and how long it is.

Specification: https://github.com/msgpack/msgpack/blob/master/spec.md. Numbers are skipped, texts and bytes are told by
where they stand; nesting and the number of values are bounded.
"""

from __future__ import annotations

from enum import IntEnum

from scanners.cursor import Cursor
from scanners.formats import Malformed
from scanners.limits import BudgetExceeded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanners.sources import Source

MAX_VALUES = 500_000
"""Values of one file; published models have some thousands."""
MAX_DEPTH = 64
MAX_TEXT = 4096
"""Bytes of a key or of the name of a type."""


class Kind(IntEnum):
    """What a value is."""

    SCALAR = 0
    """None, a boolean, a number."""
    TEXT = 1
    BYTES = 2
    ARRAY = 3
    MAP = 4
    EXTENSION = 5


class Value:
    """One value: its kind, how long it is (bytes, items or pairs), and the code of an extension."""

    __slots__ = ("code", "kind", "length", "offset")

    def __init__(self, kind: Kind, length: int, offset: int, code: int = 0) -> None:
        self.kind = kind
        self.length = length
        self.offset = offset
        """Where its content starts."""
        self.code = code


_SIZED: Mapping[int, tuple[Kind, int]] = {
    **{0xC4 + n: (Kind.BYTES, 1 << n) for n in range(3)},
    **{0xC7 + n: (Kind.EXTENSION, 1 << n) for n in range(3)},
    **{0xD9 + n: (Kind.TEXT, 1 << n) for n in range(3)},
    **{0xDC + n: (Kind.ARRAY, 2 << n) for n in range(2)},
    **{0xDE + n: (Kind.MAP, 2 << n) for n in range(2)},
}
"""First byte -> kind, and the bytes that its length takes."""
_FIXED: Mapping[int, int] = {
    **dict.fromkeys((0xC0, 0xC2, 0xC3), 0),
    **dict.fromkeys((0xCC, 0xD0), 1),
    **dict.fromkeys((0xCD, 0xD1), 2),
    **dict.fromkeys((0xCA, 0xCE, 0xD2), 4),
    **dict.fromkeys((0xCB, 0xCF, 0xD3), 8),
}
"""First byte of a scalar -> the bytes behind it."""


class Walker:
    """Reads values one after another; the caller goes into arrays and maps, and skips what it does not look at."""

    __slots__ = ("_values", "cursor")

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self._values = 0

    def next(self) -> Value:
        """Read the head of the next value; scalars are passed, all else is left at its content."""
        self._values += 1
        if self._values > MAX_VALUES:
            raise BudgetExceeded("values of MessagePack", MAX_VALUES)
        at = self.cursor.position
        first = self.cursor.take(1)[0]
        if first in _SIZED:
            kind, width = _SIZED[first]
            return self._sized(kind, int.from_bytes(self.cursor.take(width), "big"))
        if 0xD4 <= first <= 0xD8:
            return self._sized(Kind.EXTENSION, 1 << (first - 0xD4))
        if 0x80 <= first < 0xC0:
            kind = Kind.TEXT if first >= 0xA0 else Kind.ARRAY if first >= 0x90 else Kind.MAP
            return self._sized(kind, first & (0x1F if kind is Kind.TEXT else 0x0F))
        if first in _FIXED:
            self.cursor.skip(_FIXED[first])
        elif first == 0xC1:
            raise Malformed(at, "a value of MessagePack", "the byte c1, which is none")
        return Value(Kind.SCALAR, 0, self.cursor.position)

    def _sized(self, kind: Kind, length: int) -> Value:
        code = int.from_bytes(self.cursor.take(1), "big", signed=True) if kind is Kind.EXTENSION else 0
        self.cursor.require(length * 2 if kind is Kind.MAP else length)
        return Value(kind, length, self.cursor.position, code)

    def text(self, value: Value) -> bytes:
        """Read the text of a value whose head was read, of no more than `MAX_TEXT` bytes."""
        if value.length > MAX_TEXT:
            raise Malformed(value.offset, f"a text of at most {MAX_TEXT} bytes", f"{value.length}")
        return self.cursor.take(value.length)

    def skip(self, value: Value) -> None:
        """Pass over the rest of a value whose head was read."""
        waiting = self._inside(value)
        while waiting:
            waiting += self._inside(self.next()) - 1

    def _inside(self, value: Value) -> int:
        """Return how many values stand in one; pass over its bytes where it holds none."""
        if value.kind is Kind.ARRAY:
            return value.length
        if value.kind is Kind.MAP:
            return 2 * value.length
        self.cursor.skip(value.length)
        return 0


def is_map(source: Source, *, named: bool) -> bool:
    """
    Say whether a source is a map whose first key is a name.

    `named` says that its name calls it MessagePack: then a beginning is enough, else it must be one to its last byte.
    """
    walker = Walker(Cursor(source))
    try:
        outer, key = walker.next(), walker.next()
        if outer.kind is not Kind.MAP or key.kind is not Kind.TEXT or not walker.text(key).decode().isprintable():
            return False
        if named:
            return True
        for _ in range(2 * outer.length - 1):
            walker.skip(walker.next())
    except (Malformed, BudgetExceeded, UnicodeDecodeError):
        return False
    return walker.cursor.left() == 0
