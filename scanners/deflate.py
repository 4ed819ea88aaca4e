"""
Deflate raw, in zlib's frame and in gzip's, with the interface of `bz2.BZ2Decompressor`.

The frames are read here and not by zlib: zlib drops what it decoded in the call that meets a wrong checksum, CPython's
`gzip` hands it out first. Specifications: RFC 1950, RFC 1951, RFC 1952.
"""

from __future__ import annotations

import zlib

_HEADER_LIMIT = 1 << 20
_EXTRA, _NAME, _COMMENT, _HEADER_CHECKSUM = 4, 8, 16, 2


class DeflateDecoder:
    """Raw deflate, as members of ZIP files are."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(-zlib.MAX_WBITS)
        self._full = False

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was reached."""
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Whether more input is needed before more output can come."""
        return not (self._inner.eof or self._full)

    @property
    def unused_data(self) -> bytes:
        """Input after the end of the stream."""
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return up to `max_length` bytes; zlib may hold more although it has taken all input."""
        output = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self._full = len(output) == max_length or bool(self._inner.unconsumed_tail)
        return output


class _FramedDecoder:
    """Deflate between a header and a checksum."""

    trailer = 0
    """Bytes behind the compressed data."""

    def __init__(self) -> None:
        self._deflate: DeflateDecoder | None = None
        self._input = b""
        """The header while it is not whole; the trailer, and what follows it, afterwards."""
        self.eof = False
        """Whether the end of the stream was reached."""

    @property
    def needs_input(self) -> bool:
        """Whether more input is needed before more output can come."""
        if self._deflate is None:
            return True
        if self._deflate.eof:
            return len(self._input) < self.trailer
        return self._deflate.needs_input

    @property
    def unused_data(self) -> bytes:
        """Input after the end of the stream."""
        return self._input[self.trailer :] if self.eof else b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return up to `max_length` bytes; raise `ValueError` at a wrong checksum, after the last byte was returned."""
        if self._deflate is None:
            self._input += data
            length = self.header_length(self._input)
            if length is None:
                if len(self._input) > _HEADER_LIMIT:
                    raise ValueError("a header without end")
                return b""
            self._deflate = DeflateDecoder()
            data, self._input = self._input[length:], b""
        elif self._deflate.eof:
            self._input += data
            return self._end()
        output = self._deflate.decompress(data, max_length)
        self.count(output)
        if self._deflate.eof:
            self._input = self._deflate.unused_data
            if not output:
                return self._end()
        return output

    def _end(self) -> bytes:
        if len(self._input) >= self.trailer:
            if self._input[: self.trailer] != self.checksum():
                raise ValueError("the checksum of the stream is wrong")
            self.eof = True
        return b""

    def header_length(self, data: bytes) -> int | None:
        """Return the length of the header, None while it is not whole; raise `ValueError` where it is none."""
        raise NotImplementedError

    def count(self, output: bytes) -> None:
        """Take output into the checksum."""
        raise NotImplementedError

    def checksum(self) -> bytes:
        """Return the trailer that the output so far asks for."""
        raise NotImplementedError


class ZlibDecoder(_FramedDecoder):
    """RFC 1950."""

    trailer = 4

    def __init__(self) -> None:
        super().__init__()
        self._adler = zlib.adler32(b"")

    def header_length(self, data: bytes) -> int | None:
        """Return 2; raise `ValueError` for other methods and for dictionaries, which no loader sets."""
        if len(data) < 2:
            return None
        if data[0] & 0x0F != 8 or (data[0] << 8 | data[1]) % 31 or data[1] & 0x20:
            raise ValueError("no zlib header")
        return 2

    def count(self, output: bytes) -> None:
        """Take output into the checksum."""
        self._adler = zlib.adler32(output, self._adler)

    def checksum(self) -> bytes:
        """Return the Adler-32, big-endian."""
        return self._adler.to_bytes(4, "big")


class GzipDecoder(_FramedDecoder):
    """RFC 1952."""

    trailer = 8

    def __init__(self) -> None:
        super().__init__()
        self._crc = 0
        self._size = 0

    def header_length(self, data: bytes) -> int | None:
        """Return the length of the header with its name, comment and extra field."""
        if len(data) < 10:
            return None
        if data[:3] != b"\x1f\x8b\x08":
            raise ValueError("no gzip header")
        flags, position = data[3], 10
        if flags & _EXTRA:
            position += 2 + int.from_bytes(data[10:12], "little")
        for flag in (_NAME, _COMMENT):
            if flags & flag:
                end = data.find(b"\0", position)
                if end < 0:
                    return None
                position = end + 1
        position += 2 if flags & _HEADER_CHECKSUM else 0
        return position if position <= len(data) else None

    def count(self, output: bytes) -> None:
        """Take output into the checksum."""
        self._crc = zlib.crc32(output, self._crc)
        self._size += len(output)

    def checksum(self) -> bytes:
        """Return CRC-32 and size, little-endian."""
        return self._crc.to_bytes(4, "little") + (self._size & 0xFFFFFFFF).to_bytes(4, "little")
