"""Where bytes come from: random access by (offset, length), never by mapping.

Reads are `pread` calls. A mapped file that is truncated while it is read kills the process with SIGBUS, and mapped pages
count as resident until they are released; copies of a bounded window have neither fault (docs/decisions/0003).
"""

from __future__ import annotations

import errno
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class Source(Protocol):
        """Bytes at rest."""

        @property
        def size(self) -> int:
            """Length in bytes. For compressed sources this inflates to the end, within the budget."""

        def read(self, offset: int, length: int) -> bytes:
            """Return up to `length` bytes from `offset`; fewer only at the end, none past it."""


def stored_from(source: Source, offset: int) -> int:
    """Return where the next stored bytes of a file are, at an offset or behind it: what is skipped is a hole of zeros."""
    look: Callable[[int], int] | None = getattr(source, "stored_from", None)
    return offset if look is None else look(offset)


class BytesSource:
    """Bytes that are in memory already."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes | memoryview) -> None:
        self._data = memoryview(data)

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self._data)

    def read(self, offset: int, length: int) -> bytes:
        """Return a copy of the range."""
        return bytes(self._data[offset : offset + length])


class FileSource:
    """An open regular file, read at offsets; the caller owns the descriptor."""

    __slots__ = ("_descriptor", "size")

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.size = os.fstat(descriptor).st_size

    def read(self, offset: int, length: int) -> bytes:
        """Read the range from the file; raise `OSError` where the operating system refuses it."""
        chunk = os.pread(self._descriptor, length, offset)
        if len(chunk) == length or not chunk:
            return chunk
        rest = self.read(offset + len(chunk), length - len(chunk))
        return chunk + rest

    def stored_from(self, offset: int) -> int:
        """Return where the next stored bytes are: a sparse file of terabytes is walked as fast as its blocks."""
        try:
            return os.lseek(self._descriptor, offset, os.SEEK_DATA)
        except OSError as error:
            return self.size if error.errno == errno.ENXIO else offset


class SliceSource:
    """A range of another source."""

    __slots__ = ("_base", "_start", "size")

    def __init__(self, base: Source, start: int, size: int) -> None:
        self._base = base
        self._start = start
        self.size = size

    @property
    def sequential(self) -> bool:
        """Whether reading backwards is expensive: what a range is cut from may have to be inflated again."""
        return bool(getattr(self._base, "sequential", False))

    def stored_from(self, offset: int) -> int:
        """Return where the next stored bytes are in the slice, its end where there are none."""
        return min(stored_from(self._base, self._start + offset) - self._start, self.size)

    def read(self, offset: int, length: int) -> bytes:
        """Read the range from the other source, never past the slice."""
        return self._base.read(self._start + offset, max(0, min(length, self.size - offset)))
