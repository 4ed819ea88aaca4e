"""
The bytes of one ZIP member as a source, and what is known of them once they were read.

Members are never extracted. A stored one is a range of the archive; a compressed one is inflated as it is read, and to its
end afterwards, so that its checksum, its true size and bytes hidden behind the compressed stream are known. The checksum
of a stored member is compared only up to 1 MiB and never for tensor data: a payload is not read for its checksum.
"""

from __future__ import annotations

import zlib
from typing import NamedTuple

from scanners.archives.search import windows
from scanners.archives.zip_records import FLAG_DESCRIPTOR, SATURATED
from scanners.findings import Finding
from scanners.sources import SliceSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.archives.zip_records import Central, Local
    from scanners.inflate import Codec, InflatedSource
    from scanners.limits import Budget
    from scanners.sources import Source

    Content = SliceSource | InflatedSource
    """A member's bytes: stored, or to be inflated."""

STORED = 0
CHECKED_STORED = 1 << 20


class Reading(NamedTuple):
    """One way to take a member's bytes: what a header says of them."""

    method: int
    compressed: int
    size: int
    crc: int


def _codec(method: int) -> Codec | None:
    """Return how a compression method (APPNOTE 4.4.5) is read; imported here, as models are most often stored."""
    from scanners import inflate

    return {8: inflate.DEFLATE, 12: inflate.ZIP_BZIP2, 14: inflate.ZIP_LZMA, 95: inflate.ZIP_XZ}.get(method)


def readings(central: Central, local: Local) -> tuple[Reading, ...]:
    """Return the readings that the two headers allow, the central directory's first."""
    first = Reading(central.method, central.compressed, central.size, central.crc)
    compressed, size, crc = local.compressed, local.size, local.crc
    if local.flags & FLAG_DESCRIPTOR and compressed in (0, SATURATED):
        compressed, size, crc = first[1:]
    return tuple(dict.fromkeys((first, Reading(local.method, compressed, size, crc))))


def open_member(archive: Source, start: int, reading: Reading, budget: Budget) -> Content | None:
    """Return the member's bytes, None for a method that is not read here."""
    room = max(0, archive.size - start)
    if reading.method == STORED:
        return SliceSource(archive, start, min(max(reading.compressed, reading.size), room))
    codec = _codec(reading.method)
    if codec is None:
        return None
    from scanners.inflate import InflatedSource

    return InflatedSource(SliceSource(archive, start, min(reading.compressed, room)), codec, budget)


def fault(source: Content) -> str | None:
    """Say why a compressed member breaks, None where it does not."""
    if isinstance(source, SliceSource):
        return None
    source.drain()
    return source.fault


def checksum(source: Content) -> int:
    """Return the CRC-32 of a member, reading it whole."""
    if not isinstance(source, SliceSource):
        return source.crc
    value = 0
    for window in windows(source, 0, source.size):
        value = zlib.crc32(window, value)
    return value


def conclude(source: Content, reading: Reading, name: str, offset: int, *, opaque: bool) -> Iterator[Finding]:
    """Yield what the bytes of a member that did not break say against its header."""
    inflated = not isinstance(source, SliceSource)
    if not isinstance(source, SliceSource) and source.unused:
        evidence = f"{source.unused} bytes behind the end of the compressed data"
        yield Finding(rule="zip-unaccounted-bytes", evidence=evidence, name=name, offset=offset)
    if source.size != reading.size or (not inflated and reading.compressed != reading.size):
        evidence = f"{source.size} bytes where {reading.size} are claimed, {reading.compressed} of them in the archive"
        yield Finding(rule="zip-size-disagrees", evidence=evidence, name=name, offset=offset)
    elif (inflated or (source.size <= CHECKED_STORED and not opaque)) and checksum(source) != reading.crc:
        evidence = f"CRC-32 is {checksum(source):08x}, {reading.crc:08x} is claimed"
        yield Finding(rule="zip-crc-disagrees", evidence=evidence, name=name, offset=offset)
