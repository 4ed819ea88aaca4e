"""Read the header of a GGUF file: counts, texts, and whole vocabularies at once."""

from __future__ import annotations

import re
import struct
from functools import cache

from scanners.cursor import WINDOW, Cursor
from scanners.limits import BudgetExceeded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanners.sources import Source

MAX_HEADER = 256 << 20
"""Bytes of header that are walked; the largest vocabularies published need some 20 MiB."""
_CHUNK = 256
_SHORT = 64


class HeaderCursor(Cursor):
    """
    A place in the file, with the byte order and the width of counts that its start announced.

    `limit` is how far it goes; None where headers stand between the numbers all the way, as they do in GGML.
    """

    __slots__ = ("_limit", "_u32", "_wide", "order")

    def __init__(
        self, source: Source, position: int, order: str, *, wide: bool, limit: int | None = MAX_HEADER
    ) -> None:
        super().__init__(source, position)
        self.order = order
        self._limit = limit
        self._u32 = struct.Struct(f"{order}I")
        self._wide = struct.Struct(f"{order}Q" if wide else f"{order}I")

    def uint32(self) -> int:
        """Read four bytes."""
        return int(self._u32.unpack(self.take(4))[0])

    def count(self) -> int:
        """Read a length or a count: eight bytes, four in the first version."""
        return int(self._wide.unpack(self.take(self._wide.size))[0])

    @property
    def count_size(self) -> int:
        """Bytes of a length or a count."""
        return self._wide.size

    def require(self, length: int) -> None:
        """Raise `Malformed` unless `length` bytes follow, `BudgetExceeded` where they are past the limit."""
        super().require(length)
        if self._limit is not None and self.position + length > self._limit:
            raise BudgetExceeded("bytes of header", self._limit)

    def skip_strings(self, count: int) -> None:
        """Go on by `count` strings, each a length and as many bytes."""
        while count:
            done = self._many(count) if count >= _CHUNK else 0
            if not done:
                done = min(count, _CHUNK)
                for _ in range(done):
                    self.skip(self.count())
            count -= done

    def _many(self, count: int) -> int:
        """Go on by as many chunks of short strings as the window holds: the pattern counts in C what Python would."""
        self.fill(WINDOW >> 1)
        match_chunk = _short_strings(self.order, self._wide.size).match
        window, begin = self.ahead()
        at = begin
        done = 0
        while done + _CHUNK <= count and (match := match_chunk(window, at)):
            at = match.end()
            done += _CHUNK
        self.skip(at - begin)
        return done


@cache
def _short_strings(order: str, width: int) -> re.Pattern[bytes]:
    """Return the pattern of a chunk of strings below 64 bytes; possessive, so that it remembers no way back."""
    zeros = rb"\0{%d}" % (width - 1)
    one = b"|".join(
        (re.escape(bytes([n])) + zeros if order == "<" else zeros + re.escape(bytes([n])))
        + (b".{%d}" % n if n else b"")
        for n in range(_SHORT)
    )
    return re.compile(rb"(?s:(?:%b)){%d}+" % (one, _CHUNK))
