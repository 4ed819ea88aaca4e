"""
The file of weights beside a Core ML program: blobs, each behind a description of 64 bytes.

Only the descriptions are read. https://github.com/apple/coremltools/blob/main/mlmodel/src/MILBlob/Blob/StorageFormat.hpp
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from scanners.archives.search import only_zeros
from scanners.findings import Finding
from scanners.formats import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.formats import Part

_ALIGNMENT = 64
SENTINEL = 0xDEADBEEF
_HEADER = struct.Struct("<II")
_DESCRIPTION = struct.Struct("<IIQQ")


def read(part: Part) -> Iterator[Finding]:
    """Yield what is wrong with the blobs; bytes between and behind them are zeros."""
    source = part.source
    count, _ = _HEADER.unpack(source.read(0, _HEADER.size).ljust(_HEADER.size, b"\0"))
    position, covered = _ALIGNMENT, _HEADER.size
    for _ in range(count):
        part.budget.spend_member()
        data = source.read(position, _DESCRIPTION.size)
        if len(data) < _DESCRIPTION.size:
            raise Malformed(position, f"the descriptions of {count} blobs", "the end of the file")
        sentinel, _, size, start = _DESCRIPTION.unpack(data)
        if sentinel != SENTINEL:
            raise Malformed(position, "the description of a blob", f"{sentinel:#x}")
        if start != position + _ALIGNMENT or start + size > source.size:
            evidence = f"a blob of {size} bytes at {start}, the file has {source.size}"
            yield Finding(rule="coreml-weights-disagree", evidence=evidence, offset=position)
            return
        if not only_zeros(source, covered, position):
            yield Finding(rule="coreml-weights-disagree", evidence="bytes that belong to no blob", offset=covered)
        covered = start + size
        position = -(-covered // _ALIGNMENT) * _ALIGNMENT
    if not only_zeros(source, covered, source.size):
        evidence = f"{source.size - covered} bytes that belong to no blob"
        yield Finding(rule="coreml-weights-disagree", evidence=evidence, offset=covered)
