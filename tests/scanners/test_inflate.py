"""Compressed streams: the right bytes at any offset, to the byte before a break, within the budget, in little memory."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanners import inflate
from scanners.inflate import KEPT_WHOLE, InflatedSource
from scanners.limits import Budget, BudgetExceeded, Limits
from scanners.sources import BytesSource


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


CODECS = {
    "gzip": (inflate.GZIP, lambda data: gzip.compress(data, 1, mtime=0)),
    "zlib": (inflate.ZLIB, lambda data: zlib.compress(data, 1)),
    "deflate": (inflate.DEFLATE, raw_deflate),
    "bzip2": (inflate.BZIP2, lambda data: bz2.compress(data, 1)),
    "xz": (inflate.XZ, lambda data: lzma.compress(data, preset=0)),
    "lzma": (inflate.LZMA, lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE, preset=0)),
}
WORDS = [b"weights ", b"\0\0\x80\x3f", b"layer", b"\n", bytes(20)]


def some_data(size: int, seed: int = 1) -> bytes:
    randomness = random.Random(seed)
    words = [*WORDS, *(randomness.randbytes(9) for _ in range(200))]
    return b"".join(randomness.choice(words) for _ in range(size // 8))[:size]


def opened(name: str, compressed: bytes, limits: Limits | None = None) -> InflatedSource:
    return InflatedSource(BytesSource(compressed), CODECS[name][0], Budget(limits or Limits()))


@pytest.fixture(scope="module")
def long_data() -> bytes:
    return some_data(KEPT_WHOLE + (3 << 20))


@pytest.mark.parametrize("name", CODECS)
def test_forwards(name: str, long_data: bytes) -> None:
    """Reading in order gives the content, once."""
    source = opened(name, CODECS[name][1](long_data))
    offset = 0
    while chunk := source.read(offset, 300_000):
        assert chunk == long_data[offset : offset + len(chunk)]
        offset += len(chunk)
    assert (offset, source.size, source.fault, source.unused) == (len(long_data), len(long_data), None, 0)
    assert source.crc == zlib.crc32(long_data)
    assert source.sequential


@pytest.mark.parametrize("name", ["gzip", "deflate"])
def test_at_random(name: str, long_data: bytes) -> None:
    """Any offset gives the same bytes, also behind what is kept, and past the end nothing."""
    source = opened(name, CODECS[name][1](long_data))
    randomness = random.Random(2)
    for _ in range(12):
        offset, length = randomness.randrange(len(long_data) + 10), randomness.randrange(1, 200_000)
        assert source.read(offset, length) == long_data[offset : offset + length]
    assert source.crc == zlib.crc32(long_data)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(CODECS)),
    st.binary(max_size=2000),
    st.lists(st.tuples(st.integers(0, 2500), st.integers(0, 500))),
)
def test_short_content(name: str, data: bytes, reads: list[tuple[int, int]]) -> None:
    """What fits is kept whole: any reads, any order, no second pass."""
    source = opened(name, CODECS[name][1](data), Limits(inflated_bytes=max(1, len(data))))
    for offset, length in reads:
        assert source.read(offset, length) == data[offset : offset + length]
    assert source.size == len(data)
    assert not source.sequential


@pytest.mark.parametrize("name", CODECS)
def test_cut_off(name: str) -> None:
    """A stream that ends too early gives what it holds, and says that it broke."""
    data = some_data(50_000)
    compressed = CODECS[name][1](data)
    source = opened(name, compressed[: len(compressed) * 2 // 3])
    source.drain()
    assert data.startswith(source.read(0, len(data)))
    assert source.fault


@pytest.mark.parametrize(("name", "trailer"), [("gzip", 8), ("zlib", 4)])
def test_nothing_before_a_wrong_checksum_is_lost(name: str, trailer: int) -> None:
    """Loaders have had every byte when they come to the checksum."""
    data = some_data(700_000)
    compressed = CODECS[name][1](data)
    source = opened(name, compressed[:-trailer] + bytes(trailer))
    assert source.read(0, len(data) + 1) == data
    assert source.size == len(data)
    assert source.fault


def test_what_stands_before_a_break_is_kept() -> None:
    """A decompressor drops what it decoded in the call that breaks; small steps lose one byte at most."""
    data = some_data(600_000)
    compressor = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    compressed = compressor.compress(data) + compressor.flush(zlib.Z_SYNC_FLUSH) + b"\xff" * 100
    source = opened("deflate", compressed)
    assert len(data) - 1 <= source.size <= len(data)
    assert data.startswith(source.read(0, len(data)))
    assert source.fault


@pytest.mark.parametrize("name", ["gzip", "zlib", "bzip2", "xz", "lzma"])
def test_streams_that_follow_each_other_are_one_content(name: str) -> None:
    """Loaders go on with the next stream."""
    compress = CODECS[name][1]
    source = opened(name, compress(b"first ") + compress(b"second"))
    assert source.read(0, 100) == b"first second"
    assert (source.size, source.fault, source.unused) == (12, None, 0)


@pytest.mark.parametrize("name", CODECS)
def test_bytes_behind_the_stream_are_counted(name: str) -> None:
    """What is no further stream is left over; zeros are padding."""
    compressed = CODECS[name][1](b"content")
    junk = opened(name, compressed + b"\xde\xad\xbe\xef")
    padded = opened(name, compressed + bytes(1000))
    junk.drain()
    padded.drain()
    assert (junk.unused, junk.fault) == (4, None)
    assert (padded.unused, padded.fault) == (0, None)


def test_every_pass_is_charged(long_data: bytes) -> None:
    """Going back costs again, so that no file can make the scanner inflate for ever."""
    limits = Limits(inflated_bytes=len(long_data) * 3)
    source = opened("deflate", raw_deflate(long_data), limits)
    source.drain()
    for _ in range(2):
        source.read(1 << 20, 10)
        source.drain()
    with pytest.raises(BudgetExceeded):
        source.read(1 << 20, 10)


def test_ratio() -> None:
    """Past 16 MiB a stream may not inflate to more than so many times its size."""
    compressed = raw_deflate(bytes(20 << 20))
    opened("deflate", compressed, Limits(ratio=2000)).drain()
    with pytest.raises(BudgetExceeded):
        opened("deflate", compressed, Limits(ratio=100)).drain()


def test_many_empty_streams_are_charged() -> None:
    """A stream costs a member, so that a file of empty ones ends."""
    compressed = gzip.compress(b"", mtime=0) * 200
    with pytest.raises(BudgetExceeded):
        opened("gzip", compressed, Limits(members=100)).drain()


def test_memory_does_not_grow_with_the_content() -> None:
    """A stream of 200 MiB passes through a window of a few MiB."""
    compressed = raw_deflate(bytes(200 << 20))
    tracemalloc.start()
    source = opened("deflate", compressed, Limits(ratio=5000))
    source.drain()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert source.size == 200 << 20
    assert peak < 3 * KEPT_WHOLE


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(CODECS)), st.binary(max_size=300), st.integers(0, 400), st.binary(max_size=6))
def test_any_bytes(name: str, data: bytes, where: int, piece: bytes) -> None:
    """Broken streams raise nothing; what they give agrees with the library as far as that goes."""
    compressed = bytearray(CODECS[name][1](data))
    at = where % (len(compressed) + 1)
    compressed[at : at + len(piece)] = piece
    source = opened(name, bytes(compressed))
    assert len(source.read(0, 1 << 20)) == source.size
