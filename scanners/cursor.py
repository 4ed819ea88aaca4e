"""Read a file from front to back, in windows, and skip what is not needed."""

from __future__ import annotations

from scanners.formats import Malformed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanners.sources import Source

WINDOW = 1 << 20


class Cursor:
    """A place in a source; memory is one window, whatever is skipped is not read."""

    __slots__ = ("_source", "_start", "_window", "position", "size")

    def __init__(self, source: Source, position: int = 0) -> None:
        self._source = source
        self.size = source.size
        self.position = position
        self._start = position
        self._window = b""

    def left(self) -> int:
        """Return how many bytes follow."""
        return self.size - self.position

    def take(self, length: int) -> bytes:
        """Read exactly `length` bytes; raise `Malformed` where the file ends before."""
        self.require(length)
        self.fill(length)
        at = self.position - self._start
        self.position += length
        return self._window[at : at + length]

    def skip(self, length: int) -> None:
        """Go on by `length` bytes; raise `Malformed` where the file ends before."""
        self.require(length)
        self.position += length

    def require(self, length: int) -> None:
        """Raise `Malformed` unless `length` bytes follow."""
        if length > self.left():
            raise Malformed(self.position, f"{length} more bytes", f"{self.left()}")

    def fill(self, length: int) -> None:
        """Make the window hold the next `length` bytes, or all that are left."""
        if self.position + length > self._start + len(self._window):
            self._start = self.position
            self._window = self._source.read(self.position, max(length, WINDOW))

    def ahead(self) -> tuple[bytes, int]:
        """Return the window and where in it the next byte stands."""
        return self._window, self.position - self._start
