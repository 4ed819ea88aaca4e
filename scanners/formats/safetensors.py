"""
safetensors: a header length, a JSON header, raw numbers.

Format: https://github.com/huggingface/safetensors#format. Only the header is read. The reference reader refuses holes,
overlaps, bytes behind the last tensor and headers above 100 MB; other readers do not, so each is a finding.
"""

from __future__ import annotations

import json
import struct
from collections import Counter
from math import prod
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

from scanners.findings import Embedded, Finding, Gap, Reason
from scanners.formats import Format, Malformed
from scanners.safetensors_metadata import judge_metadata
from scanners.sources import SliceSource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.formats import Part
    from scanners.sources import Source

HEADER_LIMIT = 100_000_000
"""What the reference reader accepts (safetensors/src/tensor.rs, MAX_HEADER_SIZE)."""
PARSED_LIMIT = 16 << 20
"""What is parsed here: a JSON header costs some ten times its size in memory, and no published one is near."""
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


class _Tensor(NamedTuple):
    start: int
    end: int
    name: str


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
    tensors: list[_Tensor] = []
    for name, info in header.items():
        if name != "__metadata__":
            yield from _tensor(name, info, tensors)
    yield from _judge_ranges(source, 8 + length, sorted(tensors))


def header_length(source: Source) -> int:
    """Return what the first eight bytes say; raise `Malformed` where there are fewer."""
    start = source.read(0, 8)
    if len(start) < 8:
        raise Malformed(0, "eight bytes of header length", f"{len(start)}")
    return int(struct.unpack("<Q", start)[0])


def _header(text: bytes, length: int) -> _Object:
    if len(text) < length:
        raise Malformed(8, f"a header of {length} bytes", f"{len(text)}")
    try:
        header = json.loads(text.decode("utf-8"), object_pairs_hook=_Object)
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


def _tensor(name: str, info: object, tensors: list[_Tensor]) -> Iterator[Finding]:
    """Note the range of one tensor, and report what its own entry gets wrong."""
    known = _known(info)
    if known is None:
        evidence = "not of the form dtype, shape, data_offsets"
        yield Finding(rule="safetensors-tensor-disagrees", evidence=evidence, name=name, offset=8)
        return
    dtype, shape, (start, end) = known
    tensors.append(_Tensor(start, end, name))
    bits = _BITS.get(dtype)
    if start > end or (bits is not None and prod(shape) * bits != (end - start) * 8):
        evidence = f"{dtype} of shape {shape} in bytes {start} to {end}"
        yield Finding(rule="safetensors-tensor-disagrees", evidence=evidence, name=name, offset=8)


def _known(info: object) -> tuple[str, list[int], list[int]] | None:
    """Return type, shape and offsets of a tensor's entry, None where they are not of that form."""
    if not isinstance(info, dict):
        return None
    dtype, shape, offsets = info.get("dtype"), info.get("shape"), info.get("data_offsets")
    if not (isinstance(dtype, str) and _naturals(shape) and _naturals(offsets) and len(offsets) == 2):
        return None
    return dtype, shape, offsets


def _naturals(value: object) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(type(item) is int and item >= 0 for item in value)


def _judge_ranges(source: Source, data: int, tensors: list[_Tensor]) -> Iterator[Finding | Embedded]:
    """Hold the tensors, in order, against each other and against the end of the file."""
    covered = 0
    for tensor in tensors:
        if data + tensor.end > source.size:
            evidence = f"ends at byte {data + tensor.end} of {source.size}"
            yield Finding(rule="safetensors-tensor-disagrees", evidence=evidence, name=tensor.name, offset=8)
        elif tensor.start < covered and tensor.end > tensor.start:
            evidence = f"bytes {tensor.start} to {min(covered, tensor.end)} belong to another tensor"
            yield Finding(rule="safetensors-overlap", evidence=evidence, name=tensor.name, offset=data + tensor.start)
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
