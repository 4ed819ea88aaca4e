"""
FlatBuffers without generated code: tables, vectors and texts read where the file says they are, within its bounds.

https://flatbuffers.dev/internals/: a table starts with the distance back to its vtable, which gives the place of each field
or zero; everything else is reached by unsigned distances forward, so that nothing can lead to itself. The same table may be
reached many times over: callers count what they visit.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from scanners.formats import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.sources import Source

_LONGEST_TEXT = 1 << 16
_LENGTH = 4
_SIGNED, _UNSIGNED = "<i", "<I"


class Vector(NamedTuple):
    """Elements one after the other, all of them in the file."""

    start: int
    """Where the first element is."""
    length: int
    width: int
    """Bytes of an element."""

    @property
    def end(self) -> int:
        """Where the last element ends."""
        return self.start + self.length * self.width


class Table:
    """One table; fields are named by their position in the schema, from 0."""

    __slots__ = ("_source", "_vtable", "offset")

    def __init__(self, source: Source, offset: int) -> None:
        """Read the table's vtable; raise `Malformed` where one of the two is not in the file."""
        self._source = source
        self.offset = offset
        (distance,) = _unpack(source, offset, _SIGNED)
        start = offset - distance
        length, inline = _unpack(source, start, "<HH") if start >= 0 else (0, 0)
        if length < 4 or length % 2 or offset + inline > source.size:
            raise Malformed(offset, "a table with a vtable", f"a vtable of {length} bytes at {start}")
        self._vtable = _unpack(source, start + 4, f"<{length // 2 - 2}H")

    def _place(self, field: int) -> int | None:
        """Return where a field is, None where the table has none of it."""
        distance = self._vtable[field] if field < len(self._vtable) else 0
        return self.offset + distance if distance else None

    def _target(self, field: int) -> int | None:
        """Return what a field points to."""
        place = self._place(field)
        return None if place is None else _follow(self._source, place)

    def number(self, field: int, layout: str, default: int = 0) -> int:
        """Return a number, given its `struct` layout."""
        place = self._place(field)
        return default if place is None else int(_unpack(self._source, place, layout)[0])

    def table(self, field: int) -> Table | None:
        """Return a table that is a field."""
        target = self._target(field)
        return None if target is None else Table(self._source, target)

    def text(self, field: int) -> str:
        """Return a text, empty where there is none."""
        target = self._target(field)
        return "" if target is None else _text(self._source, target)

    def vector(self, field: int, width: int) -> Vector:
        """Return the place of a vector whose elements take `width` bytes; an empty one where there is none."""
        target = self._target(field)
        return Vector(0, 0, width) if target is None else _vector(self._source, target, width)

    def bytes(self, field: int, most: int = _LONGEST_TEXT) -> bytes:
        """Return a vector of bytes; raise `Malformed` where it has more than `most`."""
        place = self.vector(field, 1)
        if place.length > most:
            raise Malformed(place.start, f"at most {most} bytes", str(place.length))
        return self._source.read(place.start, place.length)

    def tables(self, field: int) -> Iterator[Table]:
        """Yield the tables of a vector."""
        place = self.vector(field, _LENGTH)
        for index in range(place.length):
            yield Table(self._source, _follow(self._source, place.start + index * _LENGTH))

    def texts(self, field: int) -> Iterator[str]:
        """Yield the texts of a vector."""
        place = self.vector(field, _LENGTH)
        for index in range(place.length):
            yield _text(self._source, _follow(self._source, place.start + index * _LENGTH))

    def numbers(self, field: int, layout: str) -> Iterator[int]:
        """Yield the numbers of a vector, given the `struct` layout of one."""
        place = self.vector(field, struct.calcsize(layout))
        for index in range(place.length):
            yield int(_unpack(self._source, place.start + index * place.width, layout)[0])


def root(source: Source) -> Table:
    """Return the outermost table of a buffer."""
    return Table(source, _follow(source, 0))


def _follow(source: Source, place: int) -> int:
    (distance,) = _unpack(source, place, _UNSIGNED)
    if not distance:
        raise Malformed(place, "a distance", "0")
    return int(place + distance)


def _vector(source: Source, target: int, width: int) -> Vector:
    (count,) = _unpack(source, target, _UNSIGNED)
    found = Vector(target + _LENGTH, count, width)
    if found.end > source.size:
        raise Malformed(target, f"{count} elements of {width} bytes", f"the end of the file at {source.size}")
    return found


def _text(source: Source, target: int) -> str:
    place = _vector(source, target, 1)
    return source.read(place.start, min(place.length, _LONGEST_TEXT)).decode("utf-8", "surrogateescape")


def _unpack(source: Source, offset: int, layout: str) -> tuple[int, ...]:
    size = struct.calcsize(layout)
    data = source.read(offset, size)
    if len(data) < size:
        raise Malformed(offset, f"{size} bytes", f"{len(data)}")
    return struct.unpack(layout, data)
