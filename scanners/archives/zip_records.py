"""
The records of a ZIP file, as bytes lay them out.

Reads local headers, central directory records and the three end records; judges nothing. The specification is PKWARE's
APPNOTE.TXT 6.3.10 (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT); section numbers below are its own.
Disk numbers are ignored: no loader of models reads archives that span disks.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from scanners.archives.zip_end import END_SIGNATURE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.sources import Source

LOCAL_SIGNATURE = b"PK\x03\x04"
CENTRAL_SIGNATURE = b"PK\x01\x02"
END64_SIGNATURE = b"PK\x06\x06"
LOCATOR_SIGNATURE = b"PK\x06\x07"
DESCRIPTOR_SIGNATURE = b"PK\x07\x08"

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
END64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR = struct.Struct("<4sLQL")

FLAG_ENCRYPTED = 1 << 0
FLAG_DESCRIPTOR = 1 << 3
FLAG_PATCHED = 1 << 5
FLAG_STRONG = 1 << 6
FLAG_UTF8 = 1 << 11
FLAG_MASKED = 1 << 13

SATURATED = 0xFFFFFFFF
"""A 32-bit field that says: look into the ZIP64 extra field (4.4.8)."""

_EXTRA_ZIP64 = 0x0001
_EXTRA_UNICODE_PATH = 0x7075
_UNIX = 3


class Central(NamedTuple):
    """One record of the central directory (4.3.12)."""

    name: bytes
    flags: int
    method: int
    crc: int
    compressed: int
    size: int
    header: int
    """Where the record says its local header is, before any correction for a prefix."""
    mode: int
    """Unix mode, 0 where another system wrote the record."""
    unicode_name: bytes | None
    """Info-ZIP's Unicode path (extra field 0x7075), which some readers prefer."""
    length: int
    """Bytes of the record itself."""


class Local(NamedTuple):
    """One local header (4.3.7)."""

    name: bytes
    flags: int
    method: int
    crc: int
    compressed: int
    size: int
    unicode_name: bytes | None
    data: int
    """Where the member's bytes start."""


class End(NamedTuple):
    """One end-of-central-directory record, of either width (4.3.14, 4.3.16)."""

    entries: int
    size: int
    offset: int
    position: int
    """Where the record stands."""
    comment: int
    """Bytes of comment it announces."""


def read_central(source: Source, position: int) -> Central | None:
    """Return the central directory record at a position; one that is cut off counts, as it does for CPython."""
    data = source.read(position, CENTRAL.size + 512)
    if len(data) < CENTRAL.size or not data.startswith(CENTRAL_SIGNATURE):
        return None
    (_, made_by, _, flags, method, _, _, crc, compressed, size, n, m, k, _, _, attributes, header) = (
        CENTRAL.unpack_from(data)
    )
    length = CENTRAL.size + n + m + k
    if length > len(data):
        data = source.read(position, length)
    name = data[CENTRAL.size : CENTRAL.size + n]
    unicode_name = None
    if m:
        extra = data[CENTRAL.size + n : CENTRAL.size + n + m]
        size, compressed, header = _widen(extra, (size, compressed, header))
        unicode_name = _unicode_path(extra)
    mode = attributes >> 16 if made_by >> 8 == _UNIX else 0
    return Central(name, flags, method, crc, compressed, size, header, mode, unicode_name, length)


def read_local(source: Source, position: int) -> Local | None:
    """Return the local header at a position, None where there is no whole one."""
    data = source.read(position, LOCAL.size + 256)
    if len(data) < LOCAL.size or not data.startswith(LOCAL_SIGNATURE):
        return None
    _, _, flags, method, _, _, crc, compressed, size, n, m = LOCAL.unpack_from(data)
    start = LOCAL.size + n + m
    if start > len(data):
        data = source.read(position, start)
        if len(data) < start:
            return None
    unicode_name = None
    if m:
        extra = data[LOCAL.size + n : start]
        size, compressed = _widen(extra, (size, compressed))
        unicode_name = _unicode_path(extra)
    name = data[LOCAL.size : LOCAL.size + n]
    return Local(name, flags, method, crc, compressed, size, unicode_name, position + start)


def read_end(source: Source, position: int) -> End | None:
    """Return the 32-bit end record at a position, None where there is no whole one."""
    data = source.read(position, END.size)
    if len(data) < END.size or not data.startswith(END_SIGNATURE):
        return None
    _, _, _, _, entries, size, offset, comment = END.unpack(data)
    return End(entries, size, offset, position, comment)


def read_end64(source: Source, position: int) -> End | None:
    """Return the ZIP64 end record at a position, None where there is no whole one."""
    data = source.read(position, END64.size) if position >= 0 else b""
    if len(data) < END64.size or not data.startswith(END64_SIGNATURE):
        return None
    _, _, _, _, _, _, _, entries, size, offset = END64.unpack(data)
    return End(entries, size, offset, position, 0)


def read_locator(source: Source, position: int) -> int | None:
    """Return where the ZIP64 locator at a position says the ZIP64 end record is, None where there is no locator."""
    data = source.read(position, LOCATOR.size) if position >= 0 else b""
    if len(data) < LOCATOR.size or not data.startswith(LOCATOR_SIGNATURE):
        return None
    return int(LOCATOR.unpack(data)[2])


def _widen(extra: bytes, fields: tuple[int, ...]) -> tuple[int, ...]:
    """Replace saturated fields by those of the ZIP64 extra field, in order (4.5.3); a missing one stays as it is."""
    if SATURATED not in fields:
        return fields
    for identity, body in _extras(extra):
        if identity == _EXTRA_ZIP64:
            wide = iter(value for (value,) in struct.iter_unpack("<Q", body[: len(body) // 8 * 8]))
            return tuple(next(wide, field) if field == SATURATED else field for field in fields)
    return fields


def _unicode_path(extra: bytes) -> bytes | None:
    """Return the name of a Unicode path field: version 1, CRC of the plain name, UTF-8 (4.6.9)."""
    for identity, body in _extras(extra):
        if identity == _EXTRA_UNICODE_PATH and len(body) > 5 and body[0] == 1:
            return body[5:]
    return None


def _extras(extra: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position + 4 <= len(extra):
        identity, length = struct.unpack_from("<HH", extra, position)
        yield identity, extra[position + 4 : position + 4 + length]
        position += 4 + length
