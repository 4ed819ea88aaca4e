"""
The tensors of ONNX: what one declares against what it holds, and where it says that its numbers are.

The numbers themselves are never read; of packed numbers of variable length only the least and the greatest count that fits
is known. https://github.com/onnx/onnx/blob/main/docs/ExternalData.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scanners.findings import Finding
from scanners.formats import Malformed
from scanners.onnx import schema
from scanners.paths_inside import why_it_leaves
from scanners.protobuf.tree import read_text
from scanners.protobuf.wire import BYTES, FIXED32, FIXED64, VARINT, fields, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.protobuf.wire import Field, Span
    from scanners.sources import Source

IN_MEMORY = ("*/_ORT_MEM_ADDR_/*", "__ORT_MEM_ADDR__")
"""What ONNX Runtime writes as the place of tensors that are in its memory already (core/framework/tensorprotoutils.h)."""
KEYS = frozenset({"location", "offset", "length", "checksum", "basepath"})
"""Keys of external data: those of the specification, and one that the reference implementation adds while it saves."""
_PREPACKED = "prepacked_"
"""Keys of weights that ONNX Runtime arranged for one kind of processor (core/framework/tensor_external_data_info.h)."""
_MOST = 1 << 63
_MOST_DIMENSIONS = 1 << 16
_FIXED_SIZES = {schema.FLOAT_DATA: (FIXED32, 4), schema.DOUBLE_DATA: (FIXED64, 8)}
_VARIABLE = frozenset({schema.INT32_DATA, schema.INT64_DATA, schema.UINT64_DATA})
_LONGEST_VARINT = 10
_PAIRS = frozenset({14, 15})
"""Complex types, whose parts stand one after the other."""


class Range(NamedTuple):
    """Bytes of another file that a tensor takes for its numbers."""

    location: str
    start: int
    end: int
    """-1 where it reaches to the end of the file."""
    tensor: str
    offset: int
    """Where the tensor stands in the model."""


class Tensor:
    """What a tensor says about itself."""

    def __init__(self, source: Source, span: Span) -> None:
        self.span = span
        self.name = ""
        self.data_type = 0
        self.raw: int | None = None
        self.counts: dict[int, tuple[int, int]] = {}
        """Field of typed data -> the least and the greatest number of items in it."""
        self.entries: list[tuple[str, str]] = []
        self.is_external = False
        self._dims: list[int] = []
        for field in fields(source, span):
            self._note(source, field)

    def _note(self, source: Source, field: Field) -> None:
        if field.number == schema.DIMS:
            self._dims.extend(numbers(source, field))
            if len(self._dims) > _MOST_DIMENSIONS:
                raise Malformed(field.start, f"a tensor of at most {_MOST_DIMENSIONS} dimensions", "more")
        elif field.wire == VARINT and field.number == schema.DATA_TYPE:
            self.data_type = field.value
        elif field.wire == VARINT and field.number == schema.DATA_LOCATION:
            self.is_external = field.value == schema.EXTERNAL
        elif field.number in _FIXED_SIZES or field.number in _VARIABLE or field.number == schema.STRING_DATA:
            self._count(field)
        elif field.wire == BYTES and field.number == schema.RAW_DATA:
            self.raw = field.end - field.start
        elif field.wire == BYTES and field.number == schema.TENSOR_NAME:
            self.name = read_text(source, field.span)
        elif field.wire == BYTES and field.number == schema.EXTERNAL_DATA:
            self.entries.append(_entry(source, field.span))

    def _count(self, field: Field) -> None:
        least, most = self.counts.get(field.number, (0, 0))
        length = field.end - field.start
        if field.number == schema.STRING_DATA or field.wire != BYTES:
            more = (1, 1)
        elif field.number in _VARIABLE:
            more = (-(-length // _LONGEST_VARINT), length)
        else:
            size = _FIXED_SIZES[field.number][1]
            more = (length // size, length // size)
        self.counts[field.number] = (least + more[0], most + more[1])

    @property
    def items(self) -> int | None:
        """How many elements the dimensions make, None where one of them is negative; no more than can be counted."""
        if any(size >= _MOST for size in self._dims):
            return None
        count = 0 if 0 in self._dims else 1
        for size in self._dims:
            count = min(count * size, _MOST)
        return count

    @property
    def stored_bytes(self) -> int | None:
        """How many bytes its numbers take, None where the type or the dimensions do not say."""
        bits, items = schema.BITS.get(self.data_type), self.items
        return None if bits is None or items is None else -(-items * bits // 8)


def judge_tensor(tensor: Tensor) -> Iterator[Finding | Range]:
    """Yield what is wrong with a tensor, and where its numbers are if they are elsewhere."""
    if tensor.entries or tensor.is_external:
        yield from _judge_external(tensor)
    elif (reason := _contradiction(tensor)) is not None:
        yield _finding("onnx-tensor-disagrees", tensor, reason)


def _contradiction(tensor: Tensor) -> str | None:
    """Say what in a tensor cannot be."""
    items, needed = tensor.items, tensor.stored_bytes
    if items is None:
        return "a negative dimension"
    if tensor.raw is not None:
        if tensor.data_type == schema.STRING:
            return "texts as raw bytes"
        if needed is not None and tensor.raw != needed:
            return f"{items} elements take {needed} bytes, {tensor.raw} are stored"
        return "two kinds of data" if tensor.counts and any(most for _, most in tensor.counts.values()) else None
    held = items * 2 if tensor.data_type in _PAIRS else items
    least = sum(low for low, _ in tensor.counts.values())
    most = sum(high for _, high in tensor.counts.values())
    packed = schema.BITS.get(tensor.data_type, 8) < 8
    if most < (-(-held * schema.BITS[tensor.data_type] // 8) if packed else held) or least > held:
        return f"{held} elements are declared, {least} to {most} are stored"
    return None


def _judge_external(tensor: Tensor) -> Iterator[Finding | Range]:
    seen: dict[str, str] = {}
    for key, value in tensor.entries:
        if key in seen:
            yield _finding("onnx-external-data-key", tensor, f"the key {key} stands twice", key)
        elif key not in KEYS and not key.startswith(_PREPACKED):
            yield _finding("onnx-external-data-key", tensor, f"the key {key} is none of the specification's", key)
        seen[key] = value
        if key == "location":
            yield from _judge_location(tensor, value)
    if tensor.is_external and "location" not in seen:
        yield _finding("onnx-external-data-leaves", tensor, "no location")
    elif "location" in seen and seen["location"] not in IN_MEMORY:
        yield from _judge_place(tensor, seen)


def _judge_location(tensor: Tensor, location: str) -> Iterator[Finding]:
    if location in IN_MEMORY:
        evidence = "the place is an address in the memory of the server"
        yield _finding("onnx-external-data-address", tensor, evidence, location)
    elif (reason := why_it_leaves(location)) is not None:
        yield _finding("onnx-external-data-leaves", tensor, f"{reason}: {location[:200]}", location[:200])


def _judge_place(tensor: Tensor, entries: dict[str, str]) -> Iterator[Finding | Range]:
    """Hold offset and length against the shape, and yield the range that is left to be held against the file."""
    start, length = _natural(entries.get("offset", "0")), _natural(entries.get("length", "0"))
    needed = tensor.stored_bytes
    if start is None or length is None:
        evidence = f"offset {entries.get('offset', '')[:40]!r}, length {entries.get('length', '')[:40]!r}"
        yield _finding("onnx-external-data-range", tensor, evidence)
    elif tensor.data_type == schema.STRING or tensor.items is None:
        evidence = "texts, or a shape that is none, in a file of numbers"
        yield _finding("onnx-external-data-range", tensor, evidence)
    elif needed is not None and length and length != needed:
        evidence = f"the shape takes {needed} bytes, the length is {length}"
        yield _finding("onnx-external-data-range", tensor, evidence)
    else:
        size = length or needed
        end = -1 if size is None else start + size
        yield Range(entries["location"], start, end, tensor.name, tensor.span.start)


def _natural(text: str) -> int | None:
    """Return a number as all readers understand it: digits and nothing else, of 64 bits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _entry(source: Source, span: Span) -> tuple[str, str]:
    texts = {schema.KEY: "", schema.VALUE: ""}
    for field in fields(source, span):
        if field.wire == BYTES and field.number in texts:
            texts[field.number] = read_text(source, field.span)
    return texts[schema.KEY], texts[schema.VALUE]


def _finding(rule: str, tensor: Tensor, evidence: str, name: str | None = None) -> Finding:
    shown = tensor.name[:200]
    return Finding(rule=rule, evidence=f"tensor {shown}: {evidence}", name=name or shown, offset=tensor.span.start)
