"""
TensorFlow Lite (LiteRT): a FlatBuffer of operators, tensors and buffers, and perhaps a ZIP of labels behind it.

The numbers in buffers are never read. Beyond 2 GiB buffers lie behind the FlatBuffer, at offsets that it names.
https://github.com/tensorflow/tensorflow/blob/master/tensorflow/lite/schema/schema.fbs
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scanners.archives.zip_directories import find_directories, records
from scanners.findings import Embedded, Finding
from scanners.flatbuffers import Table, root
from scanners.formats import Malformed
from scanners.pages import PagedSource
from scanners.sources import SliceSource
from scanners.tflite.operators import CUSTOM, FLEX, judge_custom, judge_options

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.formats import Part
    from scanners.limits import Budget
    from scanners.sources import Source

_PAGES = 64
_MOST_OPTIONS = 1 << 16
_BITS: Mapping[int, int] = {
    **dict.fromkeys((17, 19, 20), 4),
    **dict.fromkeys((3, 6, 9), 8),
    **dict.fromkeys((1, 7, 16, 18), 16),
    **dict.fromkeys((0, 2, 15), 32),
    **dict.fromkeys((4, 8, 10, 12), 64),
    11: 128,
}
"""TensorType -> bits an element takes; texts, resources and variants have no fixed size."""


class _Code(NamedTuple):
    """An operator that the model uses."""

    builtin: int
    custom: str


def read(part: Part) -> Iterator[Finding | Embedded]:
    """Yield what is wrong with the model, and the archive behind it."""
    yield from _attached(part.source)
    source = PagedSource(part.source, _PAGES)
    model = root(source)
    codes = list(_codes(model, part.budget))
    for code in dict.fromkeys(codes):
        if code.builtin == CUSTOM or code.custom:
            yield from judge_custom(code.custom, model.offset, part.allowed_imports)
    sizes = []
    for buffer in model.tables(4):
        part.budget.spend_member()
        sizes.append(_size(buffer))
        yield from _judge_buffer(buffer, source.size)
    for subgraph in model.tables(2):
        yield from _judge_tensors(subgraph, sizes, part.budget)
        yield from _judge_operators(subgraph, codes, part)


def _attached(source: Source) -> Iterator[Embedded]:
    """Yield the ZIP of associated files, as TensorFlow Lite's metadata writer appends it."""
    starts = [
        record.header + directory.base
        for directory in find_directories(source).readings
        for _, record in records(source, directory)
    ]
    start = min((start for start in starts if 0 <= start < source.size), default=None)
    if start is not None:
        yield Embedded(source=SliceSource(source, start, source.size - start), member="<associated files>")


def _codes(model: Table, budget: Budget) -> Iterator[_Code]:
    for code in model.tables(1):
        budget.spend_member()
        # The field of one byte was too small for later operators; the greater of the two counts.
        yield _Code(max(code.number(0, "<b"), code.number(3, "<i")), code.text(1))


def _size(buffer: Table) -> int:
    """Return how many bytes a buffer has, in the FlatBuffer or behind it."""
    return buffer.vector(0, 1).length or buffer.number(2, "<Q")


def _judge_buffer(buffer: Table, size: int) -> Iterator[Finding]:
    start, length = buffer.number(1, "<Q"), buffer.number(2, "<Q")
    # 1 is what converters write while they do not know the place yet.
    if start > 1 and start + length > size:
        evidence = f"a buffer of {length} bytes at {start}, the file has {size}"
        yield Finding(rule="tflite-tensor-disagrees", evidence=evidence, offset=buffer.offset)


def _judge_tensors(subgraph: Table, sizes: list[int], budget: Budget) -> Iterator[Finding]:
    for tensor in subgraph.tables(0):
        budget.spend_member()
        if (reason := _contradiction(tensor, sizes)) is not None:
            name = tensor.text(3)[:200]
            evidence = f"tensor {name}: {reason}"
            yield Finding(rule="tflite-tensor-disagrees", evidence=evidence, name=name, offset=tensor.offset)


def _contradiction(tensor: Table, sizes: list[int]) -> str | None:
    """Say what in a tensor cannot be; one without numbers of its own gets its shape at run time."""
    buffer = tensor.number(2, "<I")
    if buffer >= len(sizes) and buffer:
        return f"buffer {buffer} of {len(sizes)}"
    stored = sizes[buffer] if sizes else 0
    bits = _BITS.get(tensor.number(1, "<b"))
    if not stored or bits is None or tensor.table(6) is not None:
        return None
    items = 1
    for size in tensor.numbers(0, "<i"):
        if size < 0:
            return f"a dimension of {size}"
        items = min(items * size, 1 << 63)
    needed = -(-items * bits // 8)
    # Numbers of four bits may stand unpacked, one in each byte.
    if stored != needed and not (bits < 8 and stored == items):
        return f"{items} elements take {needed} bytes, its buffer has {stored}"
    return None


def _judge_operators(subgraph: Table, codes: list[_Code], part: Part) -> Iterator[Finding]:
    """Judge the options of operators that run TensorFlow's."""
    for operator in subgraph.tables(3):
        part.budget.spend_member()
        index = operator.number(0, "<I")
        if index >= len(codes):
            evidence = f"operator {index} of {len(codes)}"
            yield Finding(rule="tflite-tensor-disagrees", evidence=evidence, offset=operator.offset)
        elif codes[index].custom.startswith(FLEX) and (options := _options(operator, part.source)):
            yield from judge_options(options, operator.offset, part.allowed_imports)


def _options(operator: Table, source: Source) -> bytes:
    """Return the options of a custom operator, which may lie behind the FlatBuffer."""
    if (start := operator.number(9, "<Q")) > 1:
        size = operator.number(10, "<Q")
        if size > _MOST_OPTIONS or start + size > source.size:
            raise Malformed(operator.offset, f"options of at most {_MOST_OPTIONS} bytes", f"{size} at {start}")
        return source.read(start, size)
    return operator.bytes(5)
