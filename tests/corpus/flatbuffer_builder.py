"""FlatBuffers, front to back: each table behind its vtable, what a field points to behind the table."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    Value = "Number | Numbers | Table | str | bytes | list[Table] | list[str]"


@dataclass(frozen=True)
class Number:
    """A number in the table itself, with its `struct` layout."""

    layout: str
    value: int


@dataclass(frozen=True)
class Numbers:
    """A vector of numbers."""

    layout: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Table:
    """A table: position of a field in the schema -> its value."""

    fields: Mapping[int, Value] = field(default_factory=dict)


def buffer(identifier: bytes, table: Table, *, header: bytes = b"") -> bytes:
    """Return a whole buffer with its identifier of four letters, and what stands behind that."""
    written = bytearray(4) + identifier + header
    start = _table(written, table)
    struct.pack_into("<I", written, 0, start)
    return bytes(written)


def _table(written: bytearray, table: Table) -> int:
    """Append a table and all it points to; return where it is."""
    count = max(table.fields, default=-1) + 1
    _align(written)
    vtable = len(written)
    places = {index: 8 + position * 8 for position, index in enumerate(table.fields)}
    inline = 8 + 8 * len(places)
    written += struct.pack("<HH", 4 + 2 * count, inline)
    written += b"".join(struct.pack("<H", places.get(index, 0)) for index in range(count))
    _align(written)
    start = len(written)
    written += struct.pack("<i", start - vtable).ljust(inline, b"\0")
    for index, value in table.fields.items():
        _field(written, start + places[index], value)
    return start


def _field(written: bytearray, place: int, value: Value) -> None:
    if isinstance(value, Number):
        struct.pack_into(value.layout, written, place, value.value)
    else:
        struct.pack_into("<I", written, place, _target(written, value) - place)


def _target(written: bytearray, value: Value) -> int:
    if isinstance(value, Table):
        return _table(written, value)
    _align(written)
    start = len(written)
    if isinstance(value, Numbers):
        packed = b"".join(struct.pack(value.layout, item) for item in value.values)
        written += struct.pack("<I", len(value.values)) + packed
    elif isinstance(value, str | bytes):
        content = value.encode() if isinstance(value, str) else value
        written += struct.pack("<I", len(content)) + content + b"\0"
    else:
        written += struct.pack("<I", len(value)) + bytes(4 * len(value))
        for index, item in enumerate(value):
            _field(written, start + 4 + 4 * index, item)
    return start


def _align(written: bytearray) -> None:
    written += bytes(-len(written) % 8)
