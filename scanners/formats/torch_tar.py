"""
PyTorch's tar layout, which releases before 0.1.10 wrote and `torch.load` still reads.

Three members hold pickles and raw numbers in turn: `storages` (a number; for each storage a description, eight bytes of
length, the numbers; the views), `tensors` (a number; for each tensor a description and its dimensions), `pickle` (the model).
Layout: `_legacy_load` in torch/serialization.py. The numbers are not read.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from scanners.archives.tar_walk import walk
from scanners.findings import Embedded, Finding, Gap, Reason
from scanners.formats import Format
from scanners.sources import SliceSource
from scanners.unpickler import Stopped, looks_like_pickle
from scanners.unpickler.listening import Listener
from scanners.unpickler.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanners.formats import Part
    from scanners.sources import Source

    Fact = Finding | Gap | Embedded

_ELEMENT_SIZES = (4, 8, 2, 1, 16)
"""Bytes of one element; which it is stands in a name inside the pickle, and shows in where the next pickle starts."""
_DIMENSIONS_LIMIT = 64


def read(part: Part) -> Iterator[Fact]:
    """Yield what is wrong with the archive, and its members."""
    for fact in walk(part.source, part.budget, _declare):
        if not isinstance(fact, Embedded):
            yield fact
        elif fact.member == "storages":
            yield from _in_turn(fact, _storage_length)
        elif fact.member == "tensors":
            yield from _in_turn(fact, _tensor_length)
        else:
            yield fact


def _declare(name: str) -> Format | None:
    return Format.PICKLE if name == "pickle" else None


def _in_turn(member: Embedded, raw_length: Callable[[Source, int], int | None]) -> Iterator[Fact]:
    """Yield the pickles of a member in which numbers stand between them; the first pickle has none behind it."""
    source, position, number = member.source, 0, 0
    while position < source.size:
        end = _end(source, position)
        whole = end if end is not None else source.size
        pickle = SliceSource(source, position, whole - position)
        yield Embedded(source=pickle, member=f"{member.member}#{number}", format=Format.PICKLE)
        if end is None:
            return
        skipped = raw_length(source, end) if number and end < source.size else 0
        if skipped is None:
            detail = f"{member.member}: neither numbers nor a pickle stand at byte {end}"
            yield Gap(reason=Reason.MALFORMED, detail=detail, offset=end, member=member.member)
            rest = SliceSource(source, end, source.size - end)
            yield Embedded(source=rest, member=f"{member.member}#{number + 1}", format=Format.TENSOR_DATA)
            return
        position, number = end + skipped, number + 1


def _end(source: Source, position: int) -> int | None:
    """Return where a pickle ends, None where it breaks."""
    machine = Machine(source, position, Listener())
    try:
        for _ in machine.run():
            pass
    except Stopped:
        return None
    return machine.offset


def _storage_length(source: Source, position: int) -> int | None:
    """Return the bytes of a storage, length included: what is followed by a pickle, or by the end."""
    data = source.read(position, 8)
    if looks_like_pickle(SliceSource(source, position, source.size - position), named=False):
        return 0
    if len(data) < 8:
        return None
    count = struct.unpack("<q", data)[0]
    for size in _ELEMENT_SIZES:
        behind: int = position + 8 + count * size
        if count >= 0 and behind < source.size and source.read(behind, 1) == b"\x80":
            return behind - position
    return None


def _tensor_length(source: Source, position: int) -> int | None:
    """Return the bytes of a tensor's dimensions: their number in eight bytes, sizes, strides, offset."""
    data = source.read(position, 4)
    if len(data) < 4:
        return None
    dimensions = struct.unpack("<i", data)[0]
    length = 8 + 16 * dimensions + 8
    fits = 0 <= dimensions <= _DIMENSIONS_LIMIT and position + length <= source.size
    return length if fits else None
