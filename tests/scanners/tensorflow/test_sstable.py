"""Tables in LevelDB's format are read as LevelDB writes them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.formats import Malformed, Part
from scanners.formats.tensorflow_checkpoint import read
from scanners.limits import Budget, Limits
from scanners.protobuf.wire import Span
from scanners.sources import BytesSource
from scanners.tensorflow.sstable import Block, entries, index_blocks
from tests.corpus.tensorflow_builder import data, entry, number, table, varint


def keys(file: bytes) -> list[bytes]:
    """Return all keys of a table."""
    source = BytesSource(file)
    return [item.key for block in index_blocks(source) for item in entries(source, block)]


def test_keys_share_beginnings() -> None:
    """An entry repeats only where it differs from the one before it."""
    body = varint(0) + varint(3) + varint(1) + b"abcX" + varint(2) + varint(1) + varint(2) + b"zYY"
    block = body + bytes(4) + (1).to_bytes(4, "little")
    source = BytesSource(block)
    found = list(entries(source, Block(Span(0, len(block)), 0)))
    assert [(item.key, source.read(item.value.start, item.value.end - item.value.start)) for item in found] == [
        (b"abc", b"X"),
        (b"abz", b"YY"),
    ]


def test_many_keys_across_windows() -> None:
    """Blocks bigger than a window."""
    names = {f"layer{index:05}": entry(1, (4,), 16 * index, 16) for index in range(9000)}
    assert keys(table(names)) == [b"", *(name.encode() for name in names)]


@given(st.binary(max_size=300))
def test_any_bytes_with_a_footer(body: bytes) -> None:
    """Handles and entries may point anywhere."""
    footer = body[:40].ljust(40, b"\0") + bytes.fromhex("57fb808b247547db")
    part = Part(source=BytesSource(body + footer), name="x.index", budget=Budget(Limits()))
    with suppress(Malformed):
        list(read(part))


@pytest.mark.parametrize("cut", range(0, 120, 7))
def test_truncation(cut: int) -> None:
    """A table without its footer is none."""
    file = table({"w": entry(1, (4,), 0, 16)})
    with pytest.raises(Malformed):
        keys(file[: len(file) - 1 - cut])


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (entry(1, (2, 3), 0, 24), 0),
        (entry(14, (2, 3), 0, 12), 0),
        (entry(7, (2, 3), 0, 999), 0),
        (entry(1, (2, 3), 0, 25), 1),
        (entry(1, (-1, -24), 0, 96), 1),
        (entry(1, (), 0, 4), 0),
        (entry(1, (0,), 0, 0), 0),
        (entry(1, (2, 3), 0, 24) + number(3, -1), 1),
        (number(1, 1) + data(2, number(3, 1)) + number(5, 4), 1),
        (entry(1, (8,), 0, 0) + data(7, b""), 0),
    ],
)
def test_entries_that_contradict_themselves(message: bytes, said: int) -> None:
    """Shape, type and size agree, or it is a finding; slices of a tensor are entries of their own."""
    part = Part(source=BytesSource(table({"w": message})), name="x.index", budget=Budget(Limits()))
    assert len(list(read(part))) == said


def test_checkpoints_of_the_first_version_are_stepped_over() -> None:
    """Their values are tensors, not entries."""
    old = data(1, data(1, number(1, 1)))
    file = table({"": old, "\0w": data(2, b"x" * 99)})
    assert list(read(Part(source=BytesSource(file), name="model.ckpt", budget=Budget(Limits())))) == []
