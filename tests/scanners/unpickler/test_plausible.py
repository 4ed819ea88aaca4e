"""What is a pickle, and what only looks like one for a few bytes."""

from __future__ import annotations

import io
import json
import pickle
import random
import struct

import pytest

from scanners.sources import BytesSource
from scanners.unpickler import is_torch_legacy, looks_like_pickle
from tests.corpus.pickle_builder import SYSTEM, words

_SAFETENSORS = b'{"__metadata__":{"format":"pt"}}'


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("data", [None, 1, "text", [1, 2], {"a": (1.5, b"x")}, list(range(5000))], ids=repr)
def test_pickles(data: object, protocol: int) -> None:
    """Whatever a pickler writes is one, whatever it is called."""
    stream = pickle.dumps(data, protocol)
    assert looks_like_pickle(BytesSource(stream), named=False)
    assert looks_like_pickle(BytesSource(stream + stream), named=False) or protocol < 2


@pytest.mark.parametrize(
    "stream",
    [
        SYSTEM,
        SYSTEM + b"garbage",
        b"(ios\nsystem\nthis goes on as a text",
        b"cos\nsystem\n\xff",
        b"N" * 10_000,
        b"\x80\x04" + words(3)[:-5],
        b"\x80\x02}q\x00(X\x01\x00\x00\x00aK\x01K\x02K\x03u",
    ],
    ids=repr,
)
def test_broken_pickles(stream: bytes) -> None:
    """A broken stream is one where it got somewhere."""
    assert looks_like_pickle(BytesSource(stream), named=False)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"cat\ndog\nRat\n",
        b"class,count\n1,2\n",
        b"(c) 2026 Somebody\nPermission is hereby granted, free\nof charge\n",
        b"I am a text.\n",
        b"N.A.\n",
        b"]\n",
        b"{}",
        json.dumps({"a": [1, 2]}).encode(),
        struct.pack("<Q", 0x50) + _SAFETENSORS,
        struct.pack("<Q", 0x4C) + _SAFETENSORS,
        struct.pack("<Q", 0x0280) + _SAFETENSORS,
        struct.pack("<Q", 0x0480) + _SAFETENSORS,
        b"\x80\x02",
        b"\x80\x09N.",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"PK\x03\x04" + bytes(30),
    ],
    ids=repr,
)
def test_other_things(content: bytes) -> None:
    """Texts, tables, headers of other formats are none."""
    assert not looks_like_pickle(BytesSource(content), named=False)


def test_named() -> None:
    """A name makes a pickle of what breaks, not of what does not begin as one."""
    assert looks_like_pickle(BytesSource(b"cat\ndog\n"), named=True)
    assert looks_like_pickle(BytesSource(b"\x80\x09N."), named=True)
    assert not looks_like_pickle(BytesSource(b"{}"), named=True)


def test_raw_numbers() -> None:
    """Random bytes, as tensors are, hardly ever are one."""
    choose = random.Random(1)
    found = sum(looks_like_pickle(BytesSource(choose.randbytes(64)), named=False) for _ in range(20_000))
    marked = sum(looks_like_pickle(BytesSource(b"\x80\x02" + choose.randbytes(64)), named=False) for _ in range(5_000))
    assert found <= 2
    assert marked <= 2


def test_words() -> None:
    """Lists of words, in any order, are none."""
    choose = random.Random(2)
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ .-,()"
    for _ in range(2000):
        lines = ["".join(choose.choices(letters, k=choose.randint(1, 12))) for _ in range(8)]
        assert not looks_like_pickle(BytesSource("\n".join(lines).encode() + b"\n"), named=False), lines


def test_torch_legacy() -> None:
    """The magic number counts in any spelling, and nothing else does."""
    magic = 0x1950A86A20F9469CFC6C
    for protocol in range(6):
        assert is_torch_legacy(BytesSource(pickle.dumps(magic, protocol) + b"more"))
    assert is_torch_legacy(BytesSource(b"L0x1950a86a20f9469cfc6cL\n."))
    assert not is_torch_legacy(BytesSource(pickle.dumps(1)))
    assert not is_torch_legacy(BytesSource(pickle.dumps([magic])))
    assert not is_torch_legacy(BytesSource(b"junk"))


def test_bounded() -> None:
    """The trial reads the beginning only."""

    class Endless:
        size = 1 << 60
        read_up_to = 0

        def read(self, offset: int, length: int) -> bytes:
            self.read_up_to = max(self.read_up_to, offset + length)
            return b"N" * length

    source = Endless()
    assert looks_like_pickle(source, named=False)
    assert source.read_up_to < 1 << 20
    assert io.DEFAULT_BUFFER_SIZE
