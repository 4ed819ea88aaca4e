"""
Read Universal Binary JSON as XGBoost writes it: whole, but for arrays of floats, of which only the length is kept.

Specification: https://ubjson.org/type-reference/; numbers are big-endian. XGBoost writes optimised arrays (`[$l#L...`) and keys
with a length of eight bytes (dmlc/xgboost, src/common/json.cc, `UBJWriter` and `UBJReader`).
"""

from __future__ import annotations

import array
import struct
import sys
from typing import TYPE_CHECKING, Any

from scanners.formats import Malformed
from scanners.limits import BudgetExceeded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanners.cursor import Cursor

MAX_VALUES = 500_000
"""Values and arrays of one file; a model of ten thousand trees has some 200,000."""
MAX_DEPTH = 64
MAX_TEXT = 16 << 20
"""Bytes of one text; attributes hold configurations."""
MAX_INTEGERS = 64 << 20
"""Bytes of integers in arrays that are kept, all together."""
_INTEGERS: Mapping[bytes, tuple[str, str]] = {
    b"i": (">b", "b"),
    b"U": (">B", "B"),
    b"I": (">h", "h"),
    b"l": (">i", "i"),
    b"L": (">q", "q"),
}
"""Type of an integer -> layout, and the type code of an array of them."""
_FLOATS: Mapping[bytes, str] = {b"d": ">f", b"D": ">d"}
_CONSTANTS: Mapping[bytes, bool | None] = {b"Z": None, b"T": True, b"F": False}


class Numbers:
    """Floats that were passed over."""

    __slots__ = ("_length",)

    def __init__(self, length: int) -> None:
        self._length = length

    def __len__(self) -> int:
        return self._length


class Reader:
    """Reads values from a cursor; any bytes yield a value, `Malformed` or `BudgetExceeded`."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._values = 0
        self._integers = 0
        self.repeated: list[str] = []
        """Keys that stood twice in one object."""

    def value(self, marker: bytes = b"", depth: int = 0) -> Any:
        """Read one value, whose type is `marker` where an array said so for all its items."""
        self._values += 1
        if self._values > MAX_VALUES:
            raise BudgetExceeded("values of UBJSON", MAX_VALUES)
        if depth > MAX_DEPTH:
            raise Malformed(self._cursor.position, f"at most {MAX_DEPTH} levels", "more")
        marker = marker or self._marker()
        if marker in _CONSTANTS:
            return _CONSTANTS[marker]
        if marker in _INTEGERS or marker in _FLOATS:
            return self._number(_INTEGERS[marker][0] if marker in _INTEGERS else _FLOATS[marker])
        if marker in (b"S", b"H"):
            return self._text()
        if marker == b"C":
            return self._cursor.take(1).decode("latin-1")
        if marker == b"[":
            return self._array(depth)
        if marker == b"{":
            return self._object(depth)
        raise Malformed(self._cursor.position - 1, "a type of UBJSON", marker.hex())

    def _marker(self) -> bytes:
        while (marker := self._cursor.take(1)) == b"N":
            self._values += 1
            if self._values > MAX_VALUES:
                raise BudgetExceeded("values of UBJSON", MAX_VALUES)
        return marker

    def _number(self, layout: str) -> Any:
        return struct.unpack(layout, self._cursor.take(struct.calcsize(layout)))[0]

    def _length(self) -> int:
        marker = self._marker()
        if marker not in _INTEGERS:
            raise Malformed(self._cursor.position - 1, "a length", marker.hex())
        length = int(self._number(_INTEGERS[marker][0]))
        if length < 0:
            raise Malformed(self._cursor.position, "a length of zero or more", f"{length}")
        return length

    def _text(self) -> str:
        length = self._length()
        if length > MAX_TEXT:
            raise BudgetExceeded("bytes of text", MAX_TEXT)
        return self._cursor.take(length).decode("utf-8", "surrogateescape")

    def _optimised(self) -> tuple[bytes, int | None]:
        """Read what stands in front of the items: their type and their number, if the writer said so."""
        kind = b""
        if self._peek() == b"$":
            self._cursor.skip(1)
            kind = self._cursor.take(1)
        if self._peek() != b"#":
            if kind:
                raise Malformed(self._cursor.position, "a number of items", self._peek().hex())
            return b"", None
        self._cursor.skip(1)
        return kind, self._length()

    def _peek(self) -> bytes:
        byte = self._cursor.take(1)
        self._cursor.position -= 1
        return byte

    def _array(self, depth: int) -> Any:
        kind, count = self._optimised()
        if count is not None and kind in _FLOATS:
            self._cursor.skip(count * struct.calcsize(_FLOATS[kind]))
            return Numbers(count)
        if count is not None and kind in _INTEGERS:
            return self._whole_numbers(count, _INTEGERS[kind][1])
        items: list[Any] = []
        while len(items) != count and not (count is None and self._peek() == b"]"):
            items.append(self.value(kind, depth + 1))
        if count is None:
            self._cursor.skip(1)
        return items

    def _whole_numbers(self, count: int, code: str) -> array.array[int]:
        numbers = array.array(code)
        size = count * numbers.itemsize
        self._cursor.require(size)
        self._integers += size
        if self._integers > MAX_INTEGERS:
            raise BudgetExceeded("bytes of integers", MAX_INTEGERS)
        numbers.frombytes(self._cursor.take(size))
        if sys.byteorder == "little":
            numbers.byteswap()
        return numbers

    def _object(self, depth: int) -> dict[str, Any]:
        kind, count = self._optimised()
        made: dict[str, Any] = {}
        read = 0
        while read != count and not (count is None and self._peek() == b"}"):
            key = self._text()
            if key in made:
                self.repeated.append(key[:100])
            made[key] = self.value(kind, depth + 1)
            read += 1
        if count is None:
            self._cursor.skip(1)
        return made
