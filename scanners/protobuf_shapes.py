"""
Tell protobuf messages apart by the shape of their first fields: the wire format has no signature.

Field numbers from the schemas: SavedModel and GraphDef of TensorFlow, ModelProto of ONNX, ModelProto of SentencePiece. A
message with its fields in an unusual order is not recognised, which is the safe side: it counts as not examined.
"""

from __future__ import annotations

from typing import NamedTuple

from scanners.formats import Format

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


class _Field(NamedTuple):
    number: int
    wire: int
    value: int
    """A varint's value, or the length of bytes."""
    start: int
    """Where the content starts."""
    end: int


def by_shape(head: bytes, size: int) -> Format | None:
    """Return the format of a message that starts with `head` and has `size` bytes."""
    fields = _fields(head, size)
    if not fields:
        return None
    first = fields[0]
    if first.number == 1 and first.wire == _VARINT:
        return _versioned(head, fields)
    if first.number == 1 and first.wire == _BYTES:
        return _repeated(head, first)
    return None


def _versioned(head: bytes, fields: list[_Field]) -> Format | None:
    """SavedModel: schema version 1, then meta graphs. ONNX: IR version, then producer, domain, graph or opsets."""
    numbers = {(field.number, field.wire) for field in fields[1:]}
    if not numbers or not numbers <= {(n, _BYTES) for n in (2, 3, 4, 6, 7, 8, 14, 20, 25, 26)} | {(5, _VARINT)}:
        return None
    second = fields[1]
    if fields[0].value == 1 and {number for number, _ in numbers} == {2}:
        begins_message = head[second.start : second.start + 1] in (b"\x0a", b"\x12")
        return Format.SAVED_MODEL if begins_message else Format.ONNX
    return Format.ONNX if 1 <= fields[0].value <= 64 else None


def _repeated(head: bytes, first: _Field) -> Format | None:
    """GraphDef: nodes, each a name and an operation. SentencePiece: pieces, each a text and a score."""
    inner = _fields(head[first.start : first.end], first.value)
    shape = [(field.number, field.wire) for field in inner[:2]]
    if shape == [(1, _BYTES), (2, _BYTES)]:
        return Format.TENSORFLOW_GRAPH
    if shape == [(1, _BYTES), (2, _FIXED32)]:
        return Format.INERT
    return None


def _fields(head: bytes, size: int) -> list[_Field]:
    """Return the fields whose tags lie in the head; none where one of them cannot be of a message of this size."""
    fields: list[_Field] = []
    position = 0
    while position < len(head) and len(fields) < 32:
        tag, start = _varint(head, position)
        if tag is None or tag >> 3 == 0:
            return fields if position + 10 > len(head) else []
        field = _field(head, tag >> 3, tag & 7, start)
        if field is None:
            return fields if start + 10 > len(head) else []
        if field.end > size:
            return []
        fields.append(field)
        position = field.end
    return fields


def _field(head: bytes, number: int, wire: int, start: int) -> _Field | None:
    if wire == _VARINT:
        value, end = _varint(head, start)
        return None if value is None else _Field(number, wire, value, start, end)
    if wire == _BYTES:
        length, begin = _varint(head, start)
        return None if length is None else _Field(number, wire, length, begin, begin + length)
    if wire in (_FIXED32, _FIXED64):
        return _Field(number, wire, 0, start, start + (4 if wire == _FIXED32 else 8))
    return None


def _varint(data: bytes, position: int) -> tuple[int | None, int]:
    value = shift = 0
    while position < len(data) and shift < 70:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
    return None, position
