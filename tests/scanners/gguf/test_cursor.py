"""Skipping strings by pattern ends where reading them one by one would."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanners.cursor import WINDOW
from scanners.formats import Malformed
from scanners.gguf.cursor import HeaderCursor
from scanners.sources import BytesSource

LENGTHS = st.lists(st.integers(0, 12) | st.integers(0, 300), min_size=1, max_size=12)


def strings(lengths: list[int], order: str, width: str) -> bytes:
    return b"".join(struct.pack(order + width, length) + b"\0" * length for length in lengths)


@settings(deadline=None, max_examples=60)
@given(LENGTHS, st.integers(1, 400), st.sampled_from("<>"), st.booleans())
def test_skipping_ends_where_the_strings_do(lengths: list[int], times: int, order: str, wide: bool) -> None:
    """In both byte orders and widths, short ones and long ones."""
    data = strings(lengths * times, order, "Q" if wide else "I")
    cursor = HeaderCursor(BytesSource(data + b"rest"), 0, order, wide=wide)
    cursor.skip_strings(len(lengths) * times)
    assert cursor.position == len(data)


@settings(deadline=None, max_examples=60)
@given(LENGTHS, st.integers(100, 400), st.integers(1, 40))
def test_a_string_too_many_is_seen(lengths: list[int], times: int, missing: int) -> None:
    """A file that ends inside the strings is malformed, wherever it ends."""
    data = strings(lengths * times, "<", "Q")
    with pytest.raises(Malformed):
        HeaderCursor(BytesSource(data[:-missing]), 0, "<", wide=True).skip_strings(len(lengths) * times)


def test_windows_meet() -> None:
    """Strings that lie across the end of a window are read whole."""
    lengths = [61] * (3 * WINDOW // 69)
    data = strings(lengths, "<", "Q")
    cursor = HeaderCursor(BytesSource(data), 0, "<", wide=True)
    cursor.skip_strings(len(lengths))
    assert cursor.left() == 0


class Counting(BytesSource):
    """Counts the bytes that are asked for."""

    __slots__ = ("asked",)

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.asked = 0

    def read(self, offset: int, length: int) -> bytes:
        data = super().read(offset, length)
        self.asked += len(data)
        return data


def test_bytes_are_read_once() -> None:
    """A vocabulary of long and short words costs not much more than its bytes."""
    lengths = [5, 6, 7, 200] * 20_000
    source = Counting(strings(lengths, "<", "Q"))
    HeaderCursor(source, 0, "<", wide=True).skip_strings(len(lengths))
    assert source.asked < 4 * source.size
