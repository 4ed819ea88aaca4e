"""
Walk the wire format of protocol buffers by offset (https://protobuf.dev/programming-guides/encoding/).

Fields are yielded with the place of their content, which is read only if somebody asks for it: payloads of any size,
beyond the 2 GiB that the library takes too, cost one step. Fields of unknown numbers and groups are stepped over as every
parser does, so that nothing can hide behind them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scanners.formats import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.sources import Source

VARINT, FIXED64, BYTES, GROUP, GROUP_END, FIXED32 = range(6)
_WINDOW = 1 << 16
_MOST_PACKED = 1 << 20
_LONGEST_VARINT = 10
_FIXED = {FIXED64: 8, FIXED32: 4}
_TAG_BITS = 0xFFFF_FFFF
"""The C++ parser keeps no more bits of a tag (google/protobuf/parse_context.cc, `ReadTagFallback`)."""
_NUMBERS = 1 << 29
_DEEPEST_GROUP = 100
"""What the C++ and Python parsers allow by default."""


class Span(NamedTuple):
    """A message: where its fields start and end in the source."""

    start: int
    end: int


class Field(NamedTuple):
    """One field of a message."""

    number: int
    wire: int
    value: int
    """The number of a varint, 0 for other types."""
    start: int
    """Where the content starts."""
    end: int

    @property
    def span(self) -> Span:
        """The content, to be walked as a message."""
        return Span(self.start, self.end)


def fields(source: Source, span: Span) -> Iterator[Field]:
    """Yield the fields of a message in order; raise `Malformed` where the bytes are none."""
    groups: list[int] = []
    window, base, reach = b"", span.start, span.start
    position, end = span
    while position < end:
        if position + 2 * _LONGEST_VARINT > reach and reach < end:
            window, base = source.read(position, min(_WINDOW, end - position)), position
            if not window:
                raise Malformed(position, f"a message up to byte {end}", "the end of the bytes")
            reach = base + len(window)
        field = _field(window, position - base, base, end)
        position = field.end
        if not groups and field.wire not in (GROUP, GROUP_END):
            yield field
        elif field.wire == GROUP:
            groups.append(field.number)
            if len(groups) > _DEEPEST_GROUP:
                raise Malformed(position, f"at most {_DEEPEST_GROUP} nested groups", "one more")
        elif field.wire == GROUP_END and (not groups or groups.pop() != field.number):
            raise Malformed(position, "the end of the group that was begun", f"the end of group {field.number}")
    if groups:
        raise Malformed(end, f"the end of group {groups[-1]}", "the end of the message")


def numbers(source: Source, field: Field) -> Iterator[int]:
    """
    Yield the numbers of a repeated field, packed or one by one; raise `Malformed` where they are none.

    A packed field is read whole: for lists that are short by their meaning, shapes for instance.
    """
    if field.wire == VARINT:
        yield field.value
    elif field.wire == BYTES:
        if field.end - field.start > _MOST_PACKED:
            raise Malformed(field.start, f"at most {_MOST_PACKED} bytes of numbers", f"{field.end - field.start}")
        packed = source.read(field.start, field.end - field.start)
        index = 0
        while index < len(packed):
            value, index = _varint(packed, index, field.start)
            yield value


def _field(window: bytes, at: int, base: int, end: int) -> Field:
    """Read the field at an index of the window, which reaches past its tag and length unless the message ends there."""
    tag, index = window[at], at + 1
    if tag > 0x7F:
        tag, index = _varint(window, at, base)
        tag &= _TAG_BITS
    value = length = 0
    wire = tag & 7
    if wire == BYTES:
        # Nearly all lengths take one byte; a call less for those is a third of the time of a big graph.
        length = window[index] if index < len(window) else 0x80
        index += 1
        if length > 0x7F:
            length, index = _varint(window, index - 1, base)
    elif wire == VARINT:
        value, index = _varint(window, index, base)
    elif wire in _FIXED:
        length = _FIXED[wire]
    elif wire > FIXED32:
        raise Malformed(base + at, "a wire type", str(wire))
    start = base + index
    if not 0 < tag >> 3 < _NUMBERS:
        raise Malformed(base + at, "a field number", str(tag >> 3))
    if start + length > end:
        raise Malformed(base + at, f"a field of at most {end - start} bytes", f"one of {length}")
    return Field(tag >> 3, wire, value, start, start + length)


def _varint(window: bytes, index: int, base: int) -> tuple[int, int]:
    """Return a number and the index behind it; of more than 64 bits the lowest count, as in every parser."""
    if index < len(window) and window[index] < 0x80:
        return window[index], index + 1
    value = shift = 0
    for index_of_byte in range(index, min(index + _LONGEST_VARINT, len(window))):
        byte = window[index_of_byte]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, index_of_byte + 1
        shift += 7
    raise Malformed(base + index, "a number", "its end missing")
