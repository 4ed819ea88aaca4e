"""Bytes behind a text: any range of them, in any order."""

from __future__ import annotations

import random

import pytest

from scanners.sources import BytesSource
from scanners.unpickler import latin
from scanners.unpickler.latin import LatinSource


@pytest.mark.parametrize("step", [1, 2, 3, 7, 64, 1 << 20])
def test_ranges(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A range is what encoding the whole text and slicing it gives, wherever characters fall between steps."""
    monkeypatch.setattr(latin, "_STEP", step)
    choose = random.Random(step)
    data = bytes(choose.choice((0, 65, 127, 128, 200, 255)) for _ in range(200))
    text = data.decode("latin-1").encode()
    source = LatinSource(BytesSource(b"before" + text + b"behind"), 6, len(text))
    for _ in range(200):
        offset, length = choose.randrange(220), choose.randrange(60)
        assert source.read(offset, length) == data[offset : offset + length]
    assert source.size == len(data)


def test_empty() -> None:
    """An empty text has no bytes."""
    source = LatinSource(BytesSource(b""), 0, 0)
    assert (source.size, source.read(0, 10)) == (0, b"")
