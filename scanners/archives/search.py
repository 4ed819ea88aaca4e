"""Look for bytes in a range of a source, a window at a time."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.sources import Source

_WINDOW = 1 << 20
_FIRST_WINDOW = 1 << 9
_LONGEST_MATCH = 63


def occurrences(source: Source, pattern: re.Pattern[bytes], start: int, end: int) -> Iterator[int]:
    """Yield the offsets at which a pattern of at most 64 bytes matches within a range, in one pass over it."""
    position, length = start, _FIRST_WINDOW
    while position < end:
        window = source.read(position, min(length + _LONGEST_MATCH, end - position))
        for match in pattern.finditer(window):
            if match.start() < length:
                yield position + match.start()
        position, length = position + length, min(2 * length, _WINDOW)


def find(source: Source, needle: bytes, start: int, end: int) -> int | None:
    """Return the offset of the first occurrence of up to 64 bytes within a range, None where there is none."""
    return next(occurrences(source, re.compile(re.escape(needle)), start, end), None)


def only_zeros(source: Source, start: int, end: int) -> bool:
    """Say whether a range holds nothing but zero bytes."""
    return all(window.count(0) == len(window) for window in windows(source, start, end))


def windows(source: Source, start: int, end: int) -> Iterator[bytes]:
    """Yield a range in order, a window at a time."""
    for position in range(start, end, _WINDOW):
        yield source.read(position, min(_WINDOW, end - position))


def forwards(source: Source) -> Iterator[bytes]:
    """Yield a source from its start to its end, without asking for its size, which compressed ones inflate for."""
    position = 0
    while window := source.read(position, _WINDOW):
        yield window
        position += len(window)


class Overlay:
    """A source of which one range is kept in memory, so that going back to it costs nothing."""

    __slots__ = ("_base", "_data", "_last", "_start")

    def __init__(self, base: Source, start: int, length: int) -> None:
        self._base = base
        self._start = start
        self._data = base.read(start, length)
        self._last = start + len(self._data) >= base.size
        """Whether nothing follows the range, so that a read may end with it."""

    @property
    def size(self) -> int:
        """Length of the whole source."""
        return self._base.size

    @property
    def sequential(self) -> bool:
        """Whether reading backwards outside the range is expensive."""
        return bool(getattr(self._base, "sequential", False))

    def read(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`."""
        at = offset - self._start
        if at >= 0 and (self._last or at + length <= len(self._data)):
            return self._data[at : at + length]
        return self._base.read(offset, length)
