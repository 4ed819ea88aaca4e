"""
Compressed streams as sources: random access over what comes out of a decompressor, in bounded memory.

Up to 4 MiB are kept whole. Of longer streams the first 64 KiB and the last two MiB stay, so that reading forwards costs one
pass; a read further back starts again from the beginning, and is charged again. Every byte that leaves the decompressor
is charged to the budget. A stream that breaks ends where it breaks, to the byte, since loaders that read in small steps have loaded what
stood before; `fault` then says why, and whoever opened the source must report it.
"""

from __future__ import annotations

import zlib
from typing import NamedTuple, Protocol

from scanners import lz4
from scanners.deflate import DeflateDecoder, GzipDecoder, ZlibDecoder
from scanners.limits import BudgetExceeded
from scanners.lz4 import Lz4Decoder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from scanners.limits import Budget
    from scanners.sources import Source

KEPT_WHOLE = 4 << 20
_HEAD = 1 << 16
_TRAIL = 2 << 20
_STEP_IN = 1 << 16
_STEP_OUT = 1 << 18
_RATIO_FREE = 16 << 20
_PADDING = 512
_CAREFUL_STEPS = (1 << 12, 1)
"""Bytes of output at a time on the way to a break, first roughly, then exactly."""


class Decoder(Protocol):
    """What `bz2`, `lzma` and the adapters of this module agree on."""

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was reached."""

    @property
    def needs_input(self) -> bool:
        """Whether more input is needed before more output can come."""

    @property
    def unused_data(self) -> bytes:
        """Input after the end of the stream."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return up to `max_length` bytes of output."""


class InflatedSource:
    """What a compressed stream holds."""

    def __init__(
        self,
        base: Source,
        codec: Codec,
        budget: Budget,
    ) -> None:
        """Open a stream that starts at the first byte of `base`."""
        self._base = base
        self._codec = codec
        self._budget = budget
        self._size: int | None = None
        self._crc = 0
        self._crc_until = 0
        self._head = b""
        self._careful_from = 0
        self._careful: list[int] = []
        self._start_over()
        self.fault: str | None = None
        """Why the stream broke, None while it has not."""
        self.unused = 0
        """Bytes of `base` after the end of the stream, known once the end was reached."""

    def _start_over(self) -> None:
        self._decoder = self._codec.new_decoder()
        self._consumed = 0
        self._produced = 0
        self._window = bytearray()
        self._window_start = 0
        self._ended = False

    @property
    def size(self) -> int:
        """Length of the content; reaching for it inflates to the end."""
        if self._size is None:
            self.drain()
        assert self._size is not None
        return self._size

    @property
    def sequential(self) -> bool:
        """Whether reading backwards costs a new pass: true for what is too long to be kept whole."""
        self._fill(KEPT_WHOLE)
        return not self._ended or self._window_start > 0

    @property
    def crc(self) -> int:
        """CRC-32 of the whole content."""
        if self._size is None:
            self.drain()
        return self._crc

    def drain(self) -> None:
        """Inflate to the end, keeping no more than the window."""
        while not self._ended:
            self._step(self._produced)

    def read(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`; a broken stream ends where it breaks."""
        if length <= 0 or offset < 0:
            return b""
        if offset < self._window_start:
            if offset + length <= len(self._head):
                return self._head[offset : offset + length]
            self._start_over()
        self._fill(offset + length, offset)
        start = offset - self._window_start
        return bytes(memoryview(self._window)[start : start + length])

    def _fill(self, until: int, keep_from: int = 0) -> None:
        while self._produced < until and not self._ended:
            self._step(keep_from)

    def _step(self, keep_from: int) -> None:
        """Produce one chunk of output, or notice the end."""
        try:
            chunk = self._decode()
        except _faults() as error:
            self._broken(str(error) or type(error).__name__)
            return
        if not chunk:
            return
        self._produced += len(chunk)
        self._charge(len(chunk))
        if self._produced > self._crc_until:
            self._crc = zlib.crc32(chunk[self._crc_until - self._produced :], self._crc)
            self._crc_until = self._produced
        self._window += chunk
        self._trim(keep_from)

    def _decode(self) -> bytes:
        decoder = self._decoder
        if decoder.eof:
            self._next_stream()
            return b""
        step_in, step_out = self._steps()
        data = b""
        if decoder.needs_input:
            data = self._base.read(self._consumed, step_in)
            if not data:
                self._finish("the compressed stream ends too early")
                return b""
            self._consumed += len(data)
        return decoder.decompress(data, step_out)

    def _steps(self) -> tuple[int, int]:
        """Return how much to take in and to put out at once."""
        if not self._careful:
            return _STEP_IN, _STEP_OUT
        if self._produced < self._careful_from:
            return _STEP_IN, min(_STEP_OUT, self._careful_from - self._produced)
        return _PADDING, self._careful[-1]

    def _broken(self, fault: str) -> None:
        """
        End the stream, or go through it again in smaller steps.

        A decompressor that meets an error drops what it had decoded in the same call.
        """
        if len(self._careful) == len(_CAREFUL_STEPS):
            self._finish(fault)
            return
        self._careful.append(_CAREFUL_STEPS[len(self._careful)])
        self._careful_from = self._produced
        self._start_over()

    def _next_stream(self) -> None:
        """Go on with the stream that follows, after zeros if need be (RFC 1952 tools and xz pad so), or end."""
        position = end = self._consumed - len(self._decoder.unused_data)
        following = self._base.read(position, _PADDING)
        while following and not following.strip(b"\0"):
            position += len(following)
            following = self._base.read(position, _PADDING)
        skipped = len(following) - len(following.lstrip(b"\0"))
        self._consumed = position + skipped
        if following and following[skipped:].startswith(self._codec.starts):
            self._budget.spend_member()
            self._decoder = self._codec.new_decoder()
            return
        self.unused = self._base.size - end if following else 0
        self._finish(None)

    def _finish(self, fault: str | None) -> None:
        self._ended = True
        self._size = self._produced
        self.fault = fault

    def _charge(self, count: int) -> None:
        self._budget.spend_inflated(count)
        ratio = self._budget.limits.ratio
        if self._produced > max(_RATIO_FREE, ratio * self._consumed):
            raise BudgetExceeded("inflated bytes for each compressed one", ratio)

    def _trim(self, keep_from: int) -> None:
        if len(self._window) <= KEPT_WHOLE:
            return
        if not self._head:
            self._head = bytes(memoryview(self._window)[:_HEAD])
        drop = min(keep_from, self._produced - _TRAIL) - self._window_start
        if drop > _TRAIL:
            del self._window[:drop]
            self._window_start += drop


class Codec(NamedTuple):
    """How streams of one format are read."""

    new_decoder: Callable[[], Decoder]
    starts: tuple[bytes, ...] = ()
    """What a further stream begins with that loaders read as the continuation of the first; empty: none does."""


MEMORY_LIMIT = 72 << 20
"""What an xz or lzma stream may ask for; `xz -9` needs 65 MiB."""


def _bzip2() -> Decoder:
    """Return a decoder; its library is imported here, as those of other formats are below."""
    import bz2

    return bz2.BZ2Decompressor()


def _xz() -> Decoder:
    import lzma

    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY_LIMIT)


def _lzma() -> Decoder:
    import lzma

    return lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=MEMORY_LIMIT)


def _zip_lzma() -> Decoder:
    from scanners.lzma_raw import ZipLzmaDecoder

    return ZipLzmaDecoder()


def _faults() -> tuple[type[Exception], ...]:
    """Return what decoders raise for bytes that break them; asked for only where something was raised."""
    import lzma

    return (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, MemoryError)


GZIP = Codec(GzipDecoder, (b"\x1f\x8b",))
ZLIB = Codec(ZlibDecoder, (b"\x78", b"\x68", b"\x58", b"\x48", b"\x38", b"\x28", b"\x18", b"\x08"))
BZIP2 = Codec(_bzip2, (b"BZh",))
XZ = Codec(_xz, (b"\xfd7zXZ\0",))
LZMA = Codec(_lzma, (b"\x5d\0",))
LZ4 = Codec(Lz4Decoder, lz4.STARTS)
DEFLATE = Codec(DeflateDecoder)
ZIP_BZIP2 = Codec(_bzip2)
ZIP_LZMA = Codec(_zip_lzma)
ZIP_XZ = Codec(_xz)
