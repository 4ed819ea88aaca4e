"""
Hold the tensors of a GGUF file against each other and against the file.

Offsets count from the first multiple of the alignment behind the header, and are multiples of it themselves. What lies
between two tensors is padding, shorter than the alignment and of zeros.
"""

from __future__ import annotations

from operator import itemgetter

from scanners.findings import Embedded, Finding
from scanners.formats import Format, Malformed
from scanners.gguf.names import Entries, shown, walk_names
from scanners.gguf.types import BLOCKS
from scanners.sources import SliceSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.gguf.cursor import HeaderCursor
    from scanners.sources import Source

    Tensor = tuple[int, int | None, bytes]
    """Where it starts, where it ends (None for types of unknown size), its name."""

_TENSORS = Entries(what="tensors", a_name="name", twice="two tensors of one name", most=200_000)
"""The largest published models have some thousands in a file."""
MAX_DIMENSIONS = 4
"""ggml/include/ggml.h, GGML_MAX_DIMS."""
_MOST_ITEMS = (1 << 63) - 1
_READ_PADDING = 64
"""Padding from this length on is read: less holds nothing, and every read costs a system call."""


def walk_tensors(cursor: HeaderCursor, count: int, tensors: list[Tensor], alignment: int) -> Iterator[Finding]:
    """Yield what is wrong with `count` entries by themselves, and note their places in `tensors`."""
    for found in walk_names(cursor, count, cursor.count_size * 2 + 8, _TENSORS):
        if isinstance(found, Finding):
            yield found
        else:
            yield from _tensor(cursor, found.name, found.offset, tensors, alignment)


def _tensor(cursor: HeaderCursor, name: bytes, at: int, tensors: list[Tensor], alignment: int) -> Iterator[Finding]:
    dimensions = cursor.uint32()
    if dimensions > MAX_DIMENSIONS:
        yield _disagrees(f"{dimensions} dimensions, at most {MAX_DIMENSIONS} are allowed", name, at)
        raise Malformed(at, f"at most {MAX_DIMENSIONS} dimensions", f"{dimensions}")
    shape = [cursor.count() for _ in range(dimensions)]
    type_ = cursor.uint32()
    offset = int.from_bytes(cursor.take(8), "little" if cursor.order == "<" else "big")
    if offset % alignment:
        yield _disagrees(f"starts at {offset}, not a multiple of {alignment}", name, at)
    items = 1
    for length in shape:
        items *= length
    if items > _MOST_ITEMS:
        yield _disagrees(f"shape {shape} has more items than a computer can count", name, at)
        return
    if type_ not in BLOCKS:
        yield Finding(rule="gguf-type-not-known", evidence=f"tensor type {type_}", name=shown(name), offset=at)
        tensors.append((offset, None, name))
        return
    block, size = BLOCKS[type_]
    if (shape[0] if shape else 1) % block:
        yield _disagrees(f"rows of {shape[:1]} items in blocks of {block}", name, at)
    tensors.append((offset, offset + -(-items // block) * size, name))


def _disagrees(evidence: str, name: bytes, at: int) -> Finding:
    return Finding(rule="gguf-tensor-disagrees", evidence=evidence[:200], name=shown(name), offset=at)


def judge_ranges(source: Source, data: int, tensors: list[Tensor], alignment: int) -> Iterator[Finding | Embedded]:
    """Hold the tensors, in order, against each other and against the end of the file."""
    covered = 0
    open_ended = False
    for start, end, name in sorted(tensors, key=itemgetter(0)):
        size = source.size
        if data + (start if end is None else end) > size:
            yield _disagrees(f"ends at byte {data + (end or start)} of {size}", name, data + start)
        elif start < covered and (end is None or end > start):
            evidence = f"bytes {start} to {covered if end is None else min(covered, end)} belong to another tensor"
            yield Finding(rule="gguf-overlap", evidence=evidence, name=shown(name), offset=data + start)
        elif start > covered and not open_ended:
            yield from _padding(source, data + covered, data + start, alignment)
        open_ended = end is None
        covered = max(covered, start if end is None else end)
    if not open_ended:
        yield from _padding(source, data + covered, source.size, alignment)


def _padding(source: Source, start: int, end: int, alignment: int) -> Iterator[Finding | Embedded]:
    length = end - start
    if length <= 0 or length < min(alignment, _READ_PADDING):
        return
    if length < alignment and not source.read(start, length).strip(b"\0"):
        return
    evidence = f"{length} bytes that belong to no tensor"
    yield Finding(rule="gguf-unaccounted-bytes", evidence=evidence, offset=start)
    yield Embedded(
        source=SliceSource(source, start, length), member=f"<bytes {start} to {end}>", format=Format.TENSOR_DATA
    )
