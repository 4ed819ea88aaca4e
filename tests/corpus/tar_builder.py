"""tar archives whose every field can lie."""

from __future__ import annotations

BLOCK = 512
END = bytes(2 * BLOCK)


def member(
    name: bytes,
    data: bytes = b"",
    *,
    kind: bytes = b"0",
    link: bytes = b"",
    size: int | bytes | None = None,
    magic: bytes = b"ustar\x0000",
    prefix: bytes = b"",
    checksum: int | None = None,
) -> bytes:
    """Return a header and the content behind it, filled up to whole blocks; `size` may lie, or be the raw field."""
    field = size if isinstance(size, bytes) else b"%011o\0" % (len(data) if size is None else size)
    block = bytearray(BLOCK)
    block[0 : len(name[:100])] = name[:100]
    block[100:136] = b"0000644\x000001000\x000001000\x00" + field
    block[136:148] = b"00000000000\0"
    block[148:156] = b" " * 8
    block[156:157] = kind
    block[157 : 157 + len(link[:100])] = link[:100]
    block[257:265] = magic
    block[345 : 345 + len(prefix)] = prefix
    value = sum(block) if checksum is None else checksum
    block[148:156] = b"%06o\0 " % value
    return bytes(block) + data + bytes(-len(data) % BLOCK)


def pax(records: dict[bytes, bytes], *, everywhere: bool = False) -> bytes:
    """Return a PAX header for the next member, or for all that follow."""
    body = b"".join(_record(key, value) for key, value in records.items())
    return member(b"PaxHeader", body, kind=b"g" if everywhere else b"x")


def long_name(name: bytes) -> bytes:
    """Return GNU's header for a name of more than 100 bytes."""
    return member(b"././@LongLink", name + b"\0", kind=b"L", magic=b"ustar  \0")


def _record(key: bytes, value: bytes) -> bytes:
    body = b" %s=%s\n" % (key, value)
    length = len(body) + 1
    while len(b"%d" % length) + len(body) != length:
        length += 1
    return b"%d" % length + body
