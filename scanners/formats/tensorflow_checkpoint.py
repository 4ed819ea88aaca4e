"""
The index of a TensorFlow checkpoint (`.index`): which tensor lies where in the shards beside it.

A table of LevelDB's format (https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/lib/io/format.h) whose
values are BundleEntryProto messages. The shards hold raw numbers and are not read. Checkpoints of TensorFlow before 0.12
are such tables too, with the tensors in them; their values are stepped over.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from scanners.findings import Finding, Gap, Reason
from scanners.formats import Malformed
from scanners.protobuf.messages import LEAF
from scanners.protobuf.wire import BYTES, fields
from scanners.tensorflow.nodes import MESSAGES, text
from scanners.tensorflow.sstable import Block, Entry, entries, index_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.formats import Part
    from scanners.sources import Source

_SIZES: Mapping[int, int] = {
    **dict.fromkeys((4, 6, 10, 11, 12, 24, 25, 26, 27, 28), 1),
    **dict.fromkeys((5, 14, 15, 16, 17, 19), 2),
    **dict.fromkeys((1, 3, 13, 22), 4),
    **dict.fromkeys((2, 8, 9, 23), 8),
    18: 16,
}
"""Bytes an element of the types of fixed size takes (tensorflow/core/framework/types.proto)."""
_HEADER = b""
"""The key of the header."""


def read(part: Part) -> Iterator[Finding | Gap]:
    """Yield what is wrong with the index."""
    for block in index_blocks(part.source):
        part.budget.spend_member()
        if block.compression:
            detail = f"block at byte {block.span.start}: compression {block.compression} is not read by this version"
            yield Gap(reason=Reason.UNKNOWN_COMPRESSION, detail=detail, offset=block.span.start)
            continue
        if _is_old(part.source, block):
            return
        for entry in entries(part.source, block):
            part.budget.spend_member()
            if entry.key != _HEADER:
                yield from _judge(part.source, entry)


def _is_old(source: Source, block: Block) -> bool:
    """Say whether the table is a checkpoint of the first version: its first value is a message with a message in field 1."""
    first = next(entries(source, block), None)
    if first is None or first.key != _HEADER or not first.value.end > first.value.start:
        return False
    field = next(fields(source, first.value), None)
    return field is not None and field.number == 1 and field.wire == BYTES


def _judge(source: Source, entry: Entry) -> Iterator[Finding]:
    if entry.value.end - entry.value.start > LEAF:
        raise Malformed(entry.value.start, "an entry of a checkpoint's index", "one of more than 64 KiB")
    message = MESSAGES.parse("BundleEntryProto", source, entry.value)
    if reason := _contradiction(message):
        name = text(entry.key)
        evidence = f"{name}: {reason}"
        yield Finding(rule="tensorflow-checkpoint-size", evidence=evidence, name=name, offset=entry.value.start)


def _contradiction(message: Any) -> str | None:
    """Say what in an entry cannot be."""
    if message.offset < 0 or message.size < 0 or message.shard_id < 0:
        return f"offset {message.offset}, size {message.size}, shard {message.shard_id}"
    dimensions = [dimension.size for dimension in message.shape.dim]
    if any(size < 0 for size in dimensions) or message.shape.unknown_rank:
        return f"shape {dimensions}"
    element = _SIZES.get(message.dtype)
    declared = prod(dimensions) * (element or 0)
    if element is not None and not message.slices and declared != message.size:
        return f"shape {dimensions} of {element} bytes each takes {declared} bytes, {message.size} are stored"
    return None
