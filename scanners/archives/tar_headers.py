"""
Headers of tar archives: ustar, GNU and PAX, as bytes lay them out.

Formats: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_92_13 and
https://www.gnu.org/software/tar/manual/html_node/Standard.html. Owners, times and devices' numbers are ignored.
"""

from __future__ import annotations

from typing import NamedTuple

from scanners.archives.tar_checksum import BLOCK, is_tar, octal
from scanners.formats import Malformed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanners.sources import Source

_EXTENSION_LIMIT = 1 << 20
"""Bytes of one PAX header or long name; GNU tar and CPython set no bound."""

REGULAR = frozenset({b"0", b"\0", b"7", b"S"})
HARD_LINK, SYMBOLIC_LINK, DIRECTORY, SPARSE = b"1", b"2", b"5", b"S"
SPECIAL = frozenset({b"3", b"4", b"6"})
WITHOUT_DATA = frozenset({HARD_LINK, SYMBOLIC_LINK, DIRECTORY}) | SPECIAL
_SPARSE_RECORDS = b"GNU.sparse."
_KNOWN_RECORDS = frozenset({b"path", b"linkpath", b"size", b"GNU.sparse.name"})
"""PAX records that say what a member is; others, of which there may be any number, are not kept."""
_LONG_NAME, _LONG_LINK, _PAX, _PAX_SOLARIS, _PAX_GLOBAL = b"L", b"K", b"x", b"X", b"g"


class Member(NamedTuple):
    """One member, with everything that extension headers say of it."""

    name: str
    type: bytes
    size: int
    """As CPython and GNU tar understand it: a PAX size wins."""
    header_size: int
    """As the header itself has it, which other readers use."""
    link: str
    sparse: bool
    start: int
    """Where the first of its headers stands."""
    data: int
    """Where its bytes start."""


class _Header(NamedTuple):
    name: bytes
    type: bytes
    size: int
    link: bytes


def read_member(source: Source, position: int, everywhere: dict[str, str]) -> Member | None:
    """
    Return the member whose first header stands at a position, None where a block of zeros or the end does.

    `everywhere` holds the global PAX records so far and is added to.
    """
    start = position
    extended: dict[str, str] = {}
    while True:
        block = source.read(position, BLOCK)
        if not block.strip(b"\0"):
            return None
        if not is_tar(block):
            raise Malformed(position, "a tar header", f"a wrong checksum over {len(block)} bytes")
        header = _parse(block, position)
        data = position + BLOCK
        if header.type not in (_LONG_NAME, _LONG_LINK, _PAX, _PAX_SOLARIS, _PAX_GLOBAL):
            return _member(header, {**everywhere, **extended}, start, data)
        if header.size > _EXTENSION_LIMIT:
            raise Malformed(position, f"an extension of at most {_EXTENSION_LIMIT} bytes", f"{header.size}")
        body = source.read(data, header.size)
        if len(body) < header.size:
            raise Malformed(data, f"an extension of {header.size} bytes", f"{len(body)}")
        target = everywhere if header.type == _PAX_GLOBAL else extended
        target.update(_extension(header.type, body, data))
        position = data + padded(header.size)


def padded(size: int) -> int:
    """Return the bytes that content of a size takes in the archive."""
    return (size + BLOCK - 1) // BLOCK * BLOCK


def _parse(block: bytes, position: int) -> _Header:
    name, prefix = block[:100].split(b"\0", 1)[0], block[345:500].split(b"\0", 1)[0]
    if prefix and block[257:263] == b"ustar\0":
        name = prefix + b"/" + name
    return _Header(name, block[156:157], _number(block[124:136], position + 124), block[157:257].split(b"\0", 1)[0])


def _number(field: bytes, position: int) -> int:
    """Decode octal digits, or GNU's base 256, which starts with a set bit."""
    if field[0] & 0x80:
        value = int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
        if field[0] != 0x80:
            raise Malformed(position, "a size that is not negative", field.hex())
        return value
    try:
        value = octal(field)
    except ValueError as error:
        raise Malformed(position, "octal digits", repr(field)) from error
    if value < 0:
        raise Malformed(position, "a size that is not negative", repr(field))
    return value


def _extension(kind: bytes, body: bytes, position: int) -> Mapping[str, str]:
    if kind in (_LONG_NAME, _LONG_LINK):
        key = "path" if kind == _LONG_NAME else "linkpath"
        return {key: _text(body.split(b"\0", 1)[0])}
    records: dict[str, str] = {}
    at = 0
    while at < len(body) and body[at]:
        digits, space, _ = body[at : at + 20].partition(b" ")
        if not space or not digits.isdigit() or not len(digits) + 1 < int(digits) <= len(body) - at:
            raise Malformed(position + at, "the length of a PAX record", repr(body[at : at + 20]))
        # The last byte should be a newline; readers drop it whatever it is.
        keyword, equals, value = body[at + len(digits) + 1 : at + int(digits) - 1].partition(b"=")
        if not equals:
            raise Malformed(position + at, "a PAX record of the form key=value", repr(keyword[:20]))
        if keyword.startswith(_SPARSE_RECORDS):
            records["sparse"] = "yes"
        if keyword in _KNOWN_RECORDS:
            records[_text(keyword)] = _text(value)
        at += int(digits)
    return records


def _member(header: _Header, records: Mapping[str, str], start: int, data: int) -> Member:
    size = header.size
    if "size" in records:
        if not records["size"].isascii() or not records["size"].isdigit() or len(records["size"]) > 20:
            raise Malformed(start, "a PAX size of digits", records["size"][:20])
        size = int(records["size"])
    name = records.get("GNU.sparse.name", records.get("path", _text(header.name)))
    sparse = header.type == SPARSE or "sparse" in records
    link = records.get("linkpath", _text(header.link))
    return Member(name, header.type, size, header.size, link, sparse, start, data)


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
