"""
safetensors: a header length, a JSON header, raw numbers.

Format: https://github.com/huggingface/safetensors#format. Only the header is read. The reference reader refuses holes,
overlaps, bytes behind the last tensor and headers above 100 MB; other readers do not, so each is a finding.
"""

from __future__ import annotations

import json
import sys
from collections import Counter

from scanners.findings import Embedded, Finding, Gap, Reason
from scanners.formats import Format, Malformed
from scanners.safetensors_metadata import judge_metadata
from scanners.sources import SliceSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TypeGuard

    from scanners.formats import Part
    from scanners.sources import Source

HEADER_LIMIT = 100_000_000
"""What the reference reader accepts (safetensors/src/tensor.rs, MAX_HEADER_SIZE)."""
PARSED_LIMIT = 8 << 20
"""What is parsed here: a JSON header costs some six times its size in memory, and no published one is near."""
_KEYS = frozenset({"dtype", "shape", "data_offsets"})
_MOST_ITEMS = 1 << 64
_BITS: Mapping[str, int] = {
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("U16", "I16", "F16", "BF16"), 16),
    **dict.fromkeys(("U32", "I32", "F32"), 32),
    **dict.fromkeys(("U64", "I64", "F64", "C64"), 64),
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    "F4": 4,
}


class _Object(dict[str, object]):
    """A JSON object that remembers which keys it had twice."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        counts = Counter(key for key, _ in pairs) if len(self) < len(pairs) else {}
        self.twice = [key for key, count in counts.items() if count > 1]


class _Tensor:
    """A well-formed entry, in little room, since a header may have a hundred thousand."""

    __slots__ = ("dtype", "end", "items", "start")

    def __init__(self, start: int, end: int, items: int, dtype: str) -> None:
        """`items` are as many as the shape says, no more than `_MOST_ITEMS`."""
        self.start = start
        self.end = end
        self.items = items
        self.dtype = dtype


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what is wrong with the header and bytes that no tensor accounts for."""
    source = part.source
    length = header_length(source)
    if length > HEADER_LIMIT:
        evidence = f"a header of {length} bytes, {HEADER_LIMIT} are allowed"
        yield Finding(rule="safetensors-header-oversized", evidence=evidence, offset=0)
    if length > PARSED_LIMIT:
        detail = f"the header has {length} bytes; at most {PARSED_LIMIT} are parsed"
        yield Gap(reason=Reason.BUDGET, detail=detail, offset=8)
        return
    header = _header(source.read(8, length), length)
    yield from _judge_keys(header)
    tensors: list[tuple[_Tensor, str]] = []
    for name, info in header.items():
        if name != "__metadata__":
            yield from _tensor(name, info, tensors)
    yield from _judge_ranges(source, 8 + length, sorted(tensors, key=_place))


def header_length(source: Source) -> int:
    """Return what the first eight bytes say; raise `Malformed` where there are fewer."""
    start = source.read(0, 8)
    if len(start) < 8:
        raise Malformed(0, "eight bytes of header length", f"{len(start)}")
    return int.from_bytes(start, "little")


def _header(text: bytes, length: int) -> _Object:
    if len(text) < length:
        raise Malformed(8, f"a header of {length} bytes", f"{len(text)}")
    try:
        header = json.loads(text.decode("utf-8"), object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise Malformed(8, "a JSON header", str(error)[:80]) from error
    if not isinstance(header, _Object):
        raise Malformed(8, "a JSON object", type(header).__name__)
    return header


def _judge_keys(header: _Object) -> Iterator[Finding]:
    for holder in (header, *header.values()):
        for key in getattr(holder, "twice", ()):
            yield Finding(rule="safetensors-duplicate-key", evidence="the key stands twice", name=key, offset=8)
    yield from judge_metadata(header.get("__metadata__", {}))


def _object(pairs: list[tuple[str, object]]) -> _Object | _Tensor:
    """Return a tensor's entry in little memory, anything else as it is."""
    holder = _Object(pairs)
    dtype, shape, offsets = holder.get("dtype"), holder.get("shape"), holder.get("data_offsets")
    if holder.twice or len(holder) != 3 or not isinstance(dtype, str):
        return holder
    if not (_naturals(shape) and _naturals(offsets) and len(offsets) == 2):
        return holder
    return _Tensor(offsets[0], offsets[1], _items(shape), sys.intern(dtype))


def _tensor(name: str, info: object, tensors: list[tuple[_Tensor, str]]) -> Iterator[Finding]:
    """Note the range of one tensor, and report what its own entry gets wrong."""
    if isinstance(info, _Object) and info.twice:
        info = _object([(key, value) for key, value in info.items() if key in _KEYS])
    if not isinstance(info, _Tensor):
        evidence = "not of the form dtype, shape, data_offsets"
        yield Finding(rule="safetensors-tensor-disagrees", evidence=evidence, name=name, offset=8)
        return
    tensors.append((info, name))
    bits = _BITS.get(info.dtype)
    if info.start > info.end or (bits is not None and info.items * bits != (info.end - info.start) * 8):
        evidence = f"{info.items} items of {info.dtype[:20]} in bytes {info.start} to {info.end}"
        yield Finding(rule="safetensors-tensor-disagrees", evidence=evidence, name=name, offset=8)


def _items(shape: list[int]) -> int:
    """Return the product, no larger than `_MOST_ITEMS`: a long one would cost hours."""
    items = 0 if 0 in shape else 1
    for length in shape:
        items = min(items * length, _MOST_ITEMS)
    return items


def _naturals(value: object) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(type(item) is int and item >= 0 for item in value)


def _place(entry: tuple[_Tensor, str]) -> tuple[int, int]:
    return entry[0].start, entry[0].end


def _judge_ranges(source: Source, data: int, tensors: list[tuple[_Tensor, str]]) -> Iterator[Finding | Embedded]:
    """Hold the tensors, in order, against each other and against the end of the file."""
    covered = 0
    for tensor, name in tensors:
        if data + tensor.end > source.size:
            evidence = f"ends at byte {data + tensor.end} of {source.size}"
            yield Finding(rule="safetensors-tensor-disagrees", evidence=evidence, name=name, offset=8)
        elif tensor.start < covered and tensor.end > tensor.start:
            evidence = f"bytes {tensor.start} to {min(covered, tensor.end)} belong to another tensor"
            yield Finding(rule="safetensors-overlap", evidence=evidence, name=name, offset=data + tensor.start)
        elif tensor.start > covered:
            yield from _unaccounted(source, data + covered, data + tensor.start)
        covered = max(covered, tensor.end)
    yield from _unaccounted(source, data + covered, source.size)


def _unaccounted(source: Source, start: int, end: int) -> Iterator[Finding | Embedded]:
    if start >= end:
        return
    evidence = f"{end - start} bytes that belong to no tensor"
    yield Finding(rule="safetensors-unaccounted-bytes", evidence=evidence, offset=start)
    part = SliceSource(source, start, end - start)
    yield Embedded(source=part, member=f"<bytes {start} to {end}>", format=Format.TENSOR_DATA)
