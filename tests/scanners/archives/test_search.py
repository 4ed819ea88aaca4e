"""Searching: every occurrence once, in one pass, whatever the windows."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from scanners.archives.search import Overlay, find, forwards, occurrences, only_zeros, windows
from scanners.sources import BytesSource


class Counting(BytesSource):
    """Bytes that count how many of them are read."""

    count = 0

    def read(self, offset: int, length: int) -> bytes:
        data = super().read(offset, length)
        self.count += len(data)
        return data


@given(
    st.lists(st.sampled_from([b"PK\3\4", b"PK", b"x" * 1000, b"\0" * 4093, b"\3\4"]), max_size=12), st.integers(0, 40)
)
def test_occurrences_are_those_of_the_whole(pieces: list[bytes], start: int) -> None:
    """Windows neither hide a match that crosses them nor show one twice."""
    data = b"".join(pieces)
    found = list(occurrences(BytesSource(data), re.compile(b"PK\3\4"), start, len(data)))
    assert found == [match.start() for match in re.finditer(b"PK\3\4", data) if match.start() >= start]


def test_one_pass() -> None:
    """A flood of matches costs no more reading than none."""
    source = Counting(b"PK\3\4" * 500_000)
    assert sum(1 for _ in occurrences(source, re.compile(b"PK\3\4"), 0, source.size)) == 500_000
    assert source.count < 1.1 * source.size


def test_find_reads_little_where_the_match_is_near() -> None:
    """The first window is small."""
    source = Counting(b"x" * 100 + b"ustar" + bytes(10 << 20))
    assert find(source, b"ustar", 0, source.size) == 100
    assert source.count < 10_000
    assert find(source, b"nowhere", 0, 1000) is None


def test_zeros() -> None:
    """One byte among millions of zeros is seen."""
    assert only_zeros(BytesSource(bytes(3 << 20)), 0, 3 << 20)
    assert not only_zeros(BytesSource(bytes(3 << 20) + b"\1"), 0, (3 << 20) + 1)
    assert only_zeros(BytesSource(b""), 0, 0)


def test_windows_and_forwards_cover_everything() -> None:
    """Both give the bytes in order."""
    data = bytes(range(256)) * 9000
    assert b"".join(windows(BytesSource(data), 5, len(data) - 5)) == data[5:-5]
    assert b"".join(forwards(BytesSource(data))) == data


@given(st.binary(max_size=60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 70), st.integers(0, 70))
def test_an_overlay_changes_nothing(data: bytes, start: int, kept: int, offset: int, length: int) -> None:
    """Reads through an overlay are those of the source, inside the range, outside and across."""
    overlay = Overlay(BytesSource(data), start, kept)
    assert overlay.read(offset, length) == data[offset : offset + length]
    assert overlay.size == len(data)
