"""ZIP files whose every field can lie. What is not said is what an honest writer would write."""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from dataclasses import dataclass, field

STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14
ENCRYPTED, DESCRIPTOR, PATCHED, STRONG, UTF8 = 1, 1 << 3, 1 << 5, 1 << 6, 1 << 11


@dataclass(frozen=True, kw_only=True)
class Header:
    """What one of a member's two headers says where it differs from the truth."""

    name: bytes | None = None
    flags: int | None = None
    method: int | None = None
    crc: int | None = None
    compressed: int | None = None
    size: int | None = None
    extra: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Member:
    """One member."""

    name: bytes
    data: bytes = b""
    method: int = STORED
    flags: int = 0
    local: Header = field(default_factory=Header)
    central: Header = field(default_factory=Header)
    listed: bool = True
    """Whether the central directory has a record of it."""
    descriptor: bytes | None = None
    """Bytes behind the data; None for what the flags ask for."""
    slack: bytes = b""
    """Bytes behind the end of the compressed data, counted as part of it."""
    gap: bytes = b""
    """Bytes in front of the local header that belong to nothing."""
    mode: int = 0
    """Unix mode."""
    offset: int | None = None
    """Where the directory says the local header is."""

    @property
    def packed(self) -> bytes:
        """The member's bytes as they stand in the archive."""
        return compress(self.data, self.method) + self.slack


def compress(data: bytes, method: int) -> bytes:
    """Compress as ZIP has it; methods that are not known leave the data as it is."""
    if method == DEFLATED:
        compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        return compressor.compress(data) + compressor.flush()
    if method == BZIP2:
        return bz2.compress(data)
    if method == LZMA:
        filters = [{"id": lzma.FILTER_LZMA1, "preset": 6, "dict_size": 1 << 16}]
        properties = struct.pack("<BBHBI", 9, 20, 5, 3 + 9 * (0 + 5 * 2), 1 << 16)
        return properties + lzma.compress(data, format=lzma.FORMAT_RAW, filters=filters)
    return data


def archive(
    *members: Member,
    prefix: bytes = b"",
    shifted: bool = False,
    comment: bytes = b"",
    suffix: bytes = b"",
    entries: int | None = None,
    directory_size: int | None = None,
    directory_offset: int | None = None,
    zip64: bool = False,
    behind_members: bytes = b"",
) -> bytes:
    """Return the archive; `shifted` makes offsets count from behind the prefix, as after `cat prefix archive`."""
    body = bytearray(prefix)
    base = len(prefix) if shifted else 0
    directory = bytearray()
    listed = 0
    for member in members:
        body += member.gap
        start = len(body)
        body += _local(member) + member.packed + _descriptor(member)
        if member.listed:
            listed += 1
            directory += _central(member, start - base if member.offset is None else member.offset)
    body += behind_members
    at = len(body) - base
    body += directory
    count = listed if entries is None else entries
    size = len(directory) if directory_size is None else directory_size
    offset = at if directory_offset is None else directory_offset
    if zip64:
        where = len(body) - base
        body += struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
        body += struct.pack("<4sLQL", b"PK\6\7", 0, where, 1)
        count, size, offset = 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF
    return bytes(body) + end_record(count, size, offset, comment) + suffix


def end_record(entries: int, size: int, offset: int, comment: bytes = b"") -> bytes:
    """Return an end-of-central-directory record."""
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, entries, entries, size, offset, len(comment)) + comment


def directory_of(member: Member, offset: int) -> bytes:
    """Return the directory record of one member."""
    return _central(member, offset)


def _fields(member: Member, header: Header, *, behind: bool) -> tuple[int, int, int, int, int]:
    """Return flags, method, checksum and sizes as one of the headers has them."""

    def said(value: int | None, truth: int) -> int:
        return truth if value is None else value

    crc, compressed, size = (0, 0, 0) if behind else (zlib.crc32(member.data), len(member.packed), len(member.data))
    return (
        said(header.flags, member.flags),
        said(header.method, member.method),
        said(header.crc, crc),
        said(header.compressed, compressed),
        said(header.size, size),
    )


def _local(member: Member) -> bytes:
    header = member.local
    name = member.name if header.name is None else header.name
    fields = _fields(member, header, behind=bool(member.flags & DESCRIPTOR))
    start = struct.pack("<4s5H3L2H", b"PK\3\4", 20, *fields[:2], 0, 0x21, *fields[2:], len(name), len(header.extra))
    return start + name + header.extra


def _central(member: Member, offset: int) -> bytes:
    header = member.central
    name = member.name if header.name is None else header.name
    flags, method, *rest = _fields(member, header, behind=False)
    lengths = (len(name), len(header.extra), 0, 0, 0)
    start = struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", 0x0314, 20, flags, method, 0, 0x21, *rest, *lengths, member.mode << 16, offset
    )
    return start + name + header.extra


def _descriptor(member: Member) -> bytes:
    if member.descriptor is not None:
        return member.descriptor
    if not member.flags & DESCRIPTOR:
        return b""
    return struct.pack("<4sLLL", b"PK\7\10", zlib.crc32(member.data), len(member.packed), len(member.data))
