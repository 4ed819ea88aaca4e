"""The wire format is walked by offset, and agrees with the protobuf library about what is a message."""

import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from scanners.formats import Malformed
from scanners.protobuf.wire import BYTES, FIXED32, FIXED64, VARINT, Field, Span, fields
from scanners.sources import BytesSource
from tests.corpus.tensorflow_builder import data, number, varint


def walked(message: bytes) -> list[Field]:
    """Walk a whole message."""
    return list(fields(BytesSource(message), Span(0, len(message))))


class Sparse:
    """Zeros with a few bytes in between, as big as one likes."""

    def __init__(self, size: int, pieces: dict[int, bytes]) -> None:
        self.size = size
        self._pieces = pieces
        self.bytes_read = 0

    def read(self, offset: int, length: int) -> bytes:
        """Read like any source."""
        length = max(0, min(length, self.size - offset))
        self.bytes_read += length
        window = bytearray(length)
        for start, piece in self._pieces.items():
            for index, byte in enumerate(piece):
                if 0 <= start + index - offset < length:
                    window[start + index - offset] = byte
        return bytes(window)


def test_every_type_of_field() -> None:
    """Numbers have values, everything else a place."""
    message = number(1, 300) + data(2, b"abc") + b"\x19" + bytes(8) + b"\x25" + bytes(4)
    assert walked(message) == [
        Field(1, VARINT, 300, 3, 3),
        Field(2, BYTES, 0, 5, 8),
        Field(3, FIXED64, 0, 9, 17),
        Field(4, FIXED32, 0, 18, 22),
    ]


def test_payloads_beyond_two_gib_are_stepped_over() -> None:
    """Ten GiB of tensor cost two windows."""
    size = 10 << 30
    head = varint(1 << 3 | BYTES) + varint(size)
    tail = number(2, 7)
    source = Sparse(len(head) + size + len(tail), {0: head, len(head) + size: tail})
    found = list(fields(source, Span(0, source.size)))
    assert [(field.number, field.value) for field in found] == [(1, 0), (2, 7)]
    assert source.bytes_read < 1 << 20


def test_groups_are_stepped_over_whole() -> None:
    """What stands in an unknown group is no field of the message."""
    assert walked(b"\x0b" + number(2, 1) + b"\x13" + data(3, b"x") + b"\x14\x0c" + number(4, 2)) == [
        Field(4, VARINT, 2, 11, 11)
    ]


@pytest.mark.parametrize(
    "message",
    [
        b"\x08",
        b"\x0a\x05abc",
        b"\x0a",
        b"\x09\0\0\0",
        b"\x0d\0",
        b"\x0e\0",
        b"\x0f",
        b"\x02\0",
        b"\x0b",
        b"\x0c",
        b"\x0b\x14",
        b"\x0b" * 200 + b"\x0c" * 200,
        b"\xff" * 11,
        b"\x08" + b"\xff" * 10,
        b"\x80" * 10 + b"\x01",
    ],
)
def test_what_is_no_message_is_malformed(message: bytes) -> None:
    """Truncated, of unknown type, of number zero, with groups that do not close."""
    with pytest.raises(Malformed):
        walked(message)


@given(st.binary(max_size=200))
def test_any_bytes(message: bytes) -> None:
    """What the library takes is walked to its end, but for field number zero, which the specification forbids."""
    try:
        Empty.FromString(message)
        refused = False
    except DecodeError:
        refused = True
    try:
        found = walked(message)
    except Malformed as error:
        refused |= error.expected == "a field number"
        found = [] if refused else None
    assert found is not None
    assert all(field.end <= len(message) for field in found)


@given(
    st.lists(
        st.tuples(st.integers(1, 1000), st.one_of(st.integers(0, 2**64 - 1), st.binary(max_size=70_000))), max_size=30
    )
)
def test_what_was_written_is_walked(items: list[tuple[int, int | bytes]]) -> None:
    """Numbers and places come back, across windows."""
    message = b"".join(
        data(field, value) if isinstance(value, bytes) else number(field, value) for field, value in items
    )
    found = walked(message)
    assert [field.number for field in found] == [field for field, _ in items]
    for field, (_, value) in zip(found, items, strict=True):
        assert (message[field.start : field.end] if isinstance(value, bytes) else field.value) == value
