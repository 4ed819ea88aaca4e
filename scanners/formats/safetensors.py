"""
safetensors: a header length, a JSON header, raw numbers.

Format: https://github.com/huggingface/safetensors#format. Only the header is read. The reference reader refuses holes,
overlaps, bytes behind the last tensor and headers above 100 MB; other readers do not, so each is a finding.
"""

from __future__ import annotations

from operator import itemgetter

from scanners.findings import Embedded, Finding, Gap, Reason
from scanners.formats import Format, Malformed
from scanners.safetensors_header import MOST_ITEMS, Object, Tensor, entries
from scanners.safetensors_metadata import judge_metadata
from scanners.sources import SliceSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.formats import Part
    from scanners.sources import Source

    Place = tuple[int, int, str]
    """Where a tensor starts and ends behind the header, and its name."""

HEADER_LIMIT = 100_000_000
"""What the reference reader accepts (safetensors/src/tensor.rs, MAX_HEADER_SIZE)."""
PARSED_LIMIT = 16 << 20
"""What is parsed here: some 150,000 tensors, which no published file comes near."""
_BITS: Mapping[str, int] = {
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("U16", "I16", "F16", "BF16"), 16),
    **dict.fromkeys(("U32", "I32", "F32"), 32),
    **dict.fromkeys(("U64", "I64", "F64", "C64"), 64),
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    "F4": 4,
}


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
    tensors: list[Place] = []
    yield from _judge_entries(_header(source, length), tensors)
    tensors.sort(key=itemgetter(0, 1))
    yield from _judge_ranges(source, 8 + length, tensors)


def header_length(source: Source) -> int:
    """Return what the first eight bytes say; raise `Malformed` where there are fewer."""
    start = source.read(0, 8)
    if len(start) < 8:
        raise Malformed(0, "eight bytes of header length", f"{len(start)}")
    return int.from_bytes(start, "little")


def _header(source: Source, length: int) -> str:
    text = source.read(8, length)
    if len(text) < length:
        raise Malformed(8, f"a header of {length} bytes", f"{len(text)}")
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(8 + error.start, "text in UTF-8", "other bytes") from error


def _judge_entries(header: str, tensors: list[Place]) -> Iterator[Finding]:
    """Look at each entry by itself, and note the tensors' places."""
    seen: set[str] = set()
    for name, value in entries(header):
        twice = name in seen
        if twice:
            yield Finding(rule="safetensors-duplicate-key", evidence="the key stands twice", name=name, offset=8)
        seen.add(name)
        yield from _entry(name, value, [] if twice else tensors)


def _entry(name: str, value: object, tensors: list[Place]) -> Iterator[Finding]:
    if isinstance(value, Object):
        for key in value.twice:
            yield Finding(rule="safetensors-duplicate-key", evidence="the key stands twice", name=key, offset=8)
    if name == "__metadata__":
        yield from judge_metadata(value)
        return
    tensor = value.tensor() if isinstance(value, Object) else value
    if not name.isascii() and not _is_text(name):
        yield _disagrees("the name holds half a character", ascii(name))
    if isinstance(tensor, Tensor):
        yield from _tensor(name, tensor, tensors)
    else:
        yield _disagrees("not of the form dtype, shape, data_offsets", name)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _disagrees(evidence: str, name: str) -> Finding:
    return Finding(rule="safetensors-tensor-disagrees", evidence=evidence, name=name, offset=8)


def _tensor(name: str, tensor: Tensor, tensors: list[Place]) -> Iterator[Finding]:
    """Note the range of one tensor, and report what its own entry gets wrong."""
    start, end, items = tensor.start, tensor.end, tensor.items
    tensors.append((start, end, name))
    bits = _BITS.get(tensor.dtype)
    if bits is None:
        evidence = f"type {tensor.dtype[:40]}"
        yield Finding(rule="safetensors-type-not-known", evidence=evidence, name=tensor.dtype[:40], offset=8)
    if start > end or items >= MOST_ITEMS or (bits is not None and items * bits != (end - start) * 8):
        yield _disagrees(f"{items} items of {tensor.dtype[:20]} in bytes {start} to {end}", name)


def _judge_ranges(source: Source, data: int, tensors: list[Place]) -> Iterator[Finding | Embedded]:
    """Hold the tensors, in order, against each other and against the end of the file."""
    covered = 0
    size = source.size
    for start, end, name in tensors:
        if data + end > size:
            yield _disagrees(f"ends at byte {data + end} of {size}", name)
        elif start < covered:
            evidence = f"bytes {start} to {min(covered, end)} belong to another tensor"
            yield Finding(rule="safetensors-overlap", evidence=evidence, name=name, offset=data + start)
        elif start > covered:
            yield from _unaccounted(source, data + covered, data + start)
        covered = max(covered, end)
    yield from _unaccounted(source, data + covered, size)


def _unaccounted(source: Source, start: int, end: int) -> Iterator[Finding | Embedded]:
    if start >= end:
        return
    evidence = f"{end - start} bytes that belong to no tensor"
    yield Finding(rule="safetensors-unaccounted-bytes", evidence=evidence, offset=start)
    part = SliceSource(source, start, end - start)
    yield Embedded(source=part, member=f"<bytes {start} to {end}>", format=Format.TENSOR_DATA)
