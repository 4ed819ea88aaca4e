"""Tables in LevelDB's format: https://github.com/google/leveldb/blob/main/doc/table_format.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scanners.formats import Malformed
from scanners.protobuf.wire import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.sources import Source

FOOTER_BYTES = 48
MAGIC = bytes.fromhex("57fb808b247547db")
_WINDOW = 1 << 16
_LONGEST_KEY = 1 << 16


class Block(NamedTuple):
    """One block, without the compression byte and checksum behind it."""

    span: Span
    compression: int


class Entry(NamedTuple):
    """One entry: its key, and where its value lies."""

    key: bytes
    value: Span


def index_blocks(source: Source) -> Iterator[Block]:
    """Yield the data blocks that the table's index names."""
    start = max(0, source.size - FOOTER_BYTES)
    footer = source.read(start, FOOTER_BYTES)
    if len(footer) < FOOTER_BYTES or not footer.endswith(MAGIC):
        raise Malformed(start, "the footer of a table", repr(footer[-8:]))
    _, position = _handle(source, footer, 0, start)
    index, _ = _handle(source, footer, position, start)
    if index.compression:
        raise Malformed(index.span.start, "an index that is not compressed", f"compression {index.compression}")
    for entry in entries(source, index):
        handle = source.read(entry.value.start, min(FOOTER_BYTES, entry.value.end - entry.value.start))
        yield _handle(source, handle, 0, entry.value.start)[0]


def _handle(source: Source, data: bytes, at: int, base: int) -> tuple[Block, int]:
    """Read the place of a block, and what stands behind its contents: one byte of compression."""
    offset, at = _number(data, at, base)
    size, at = _number(data, at, base)
    if offset + size >= source.size:
        raise Malformed(base, f"a block that ends before byte {source.size}", f"one of {size} bytes at byte {offset}")
    return Block(Span(offset, offset + size), source.read(offset + size, 1)[0]), at


def entries(source: Source, block: Block) -> Iterator[Entry]:
    """Yield the entries of a block; each key repeats the beginning of the one before it."""
    start, end = block.span
    restarts = int.from_bytes(source.read(max(start, end - 4), 4), "little")
    end -= 4 * (restarts + 1)
    if end < start:
        raise Malformed(block.span.end - 4, "the number of restart points of a block", str(restarts))
    position, key, window, base = start, b"", b"", start
    while position < end:
        if position + _LONGEST_KEY + 32 > base + len(window):
            window, base = source.read(position, min(2 * _WINDOW, end - position)), position
        shared, at = _number(window, position - base, base)
        fresh, at = _number(window, at, base)
        length, at = _number(window, at, base)
        suffix = window[at : at + fresh]
        value = base + at + fresh
        if shared > len(key) or len(suffix) < fresh or shared + fresh > _LONGEST_KEY or value + length > end:
            raise Malformed(
                position, "an entry of a block", f"{shared} bytes shared, {fresh} of key, {length} of value"
            )
        key = key[:shared] + suffix
        yield Entry(key, Span(value, value + length))
        position = value + length


def _number(data: bytes, at: int, base: int) -> tuple[int, int]:
    value = shift = 0
    for index in range(at, min(at + 10, len(data))):
        value |= (data[index] & 0x7F) << shift
        if data[index] < 0x80:
            return value, index + 1
        shift += 7
    raise Malformed(base + at, "a number", "its end missing")
