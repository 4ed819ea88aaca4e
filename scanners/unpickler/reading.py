"""Reading a stream through a window: opcodes and their arguments, never the bytes of big payloads."""

from __future__ import annotations

from scanners.sources import stored_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanners.sources import Source

WINDOW = 1 << 18
NEAR = 1 << 12
"""Bytes that are read first behind a payload that was passed over: often the next payload is near."""
LONGEST_LINE = 1 << 16
"""Bytes of one text line that are kept: more than a number or a name has."""
NOWHERE = 1 << 64
"""An offset past all others."""


class Stopped(Exception):
    """The real machine raises here; what came before has run."""

    def __init__(self, offset: int, expected: str, found: str) -> None:
        super().__init__(offset, expected, found)
        self.offset = offset
        self.expected = expected
        self.found = found


class Reader:
    """A position in a source. `window[position]` is the next byte, `start + position` its offset."""

    __slots__ = (
        "begin",
        "boundary",
        "exhausted",
        "frame_end",
        "line_cut",
        "position",
        "reach",
        "source",
        "start",
        "window",
    )

    def __init__(self, source: Source, offset: int) -> None:
        self.source = source
        self.window = b""
        self.start = offset
        self.position = 0
        self.reach = WINDOW
        """Bytes that the next window has."""
        self.begin = 0
        """Where the opcode that runs began; negative where the window has moved since."""
        self.exhausted = False
        """Whether the window ends where the source does."""
        self.frame_end = NOWHERE
        """Where the frame ends that the position is in; NOWHERE outside of frames."""
        self.line_cut = False
        """Whether the last line was longer than what was returned of it."""
        self.boundary = 0
        """The position from which something is to be done before an opcode: the window or the frame has ended."""

    @property
    def offset(self) -> int:
        """Offset of the next byte."""
        return self.start + self.position

    @property
    def at(self) -> int:
        """Offset of the opcode that runs."""
        return self.start + self.begin

    def refill(self, wanted: int = 1) -> bool:
        """Move the window to the position; tell whether at least `wanted` bytes are there."""
        self._move(self.position)
        length = max(self.reach, wanted)
        self.reach = min(4 * self.reach, WINDOW)
        self.window = self.source.read(self.start, length)
        self.exhausted = len(self.window) < length
        self.set_boundary()
        return len(self.window) >= wanted

    def enter_frame(self, length: int) -> bool:
        """Begin a frame at the position; tell whether that is in place, and not inside another frame."""
        inside = self.frame_end != NOWHERE
        self.frame_end = self.offset + length
        self.set_boundary()
        return not inside

    def set_boundary(self) -> None:
        """Work out the boundary anew."""
        self.boundary = min(len(self.window), self.frame_end - self.start)

    def take(self, count: int) -> bytes:
        """Read `count` bytes; raise `Stopped` where there are fewer."""
        position = self.position
        taken = self.window[position : position + count]
        if len(taken) < count:
            if not self.refill(count):
                raise Stopped(self.start, f"{count} bytes", f"the end after {len(self.window)}")
            position = 0
            taken = self.window[:count]
        self.position = position + count
        return taken

    def _move(self, distance: int) -> None:
        """Let the window begin elsewhere, with the position at its beginning."""
        self.start += distance
        self.begin -= distance
        self.position = 0

    def _leave(self, distance: int) -> None:
        """Move to where nothing has been read yet."""
        self._move(distance)
        self.window = b""
        self.reach = NEAR
        self.set_boundary()

    def take_short(self) -> bytes:
        """Read as many bytes as the next byte says."""
        position, window = self.position, self.window
        if position < len(window):
            end = position + 1 + window[position]
            if end <= len(window):
                self.position = end
                return window[position + 1 : end]
        return self.take(self.take_int(1))

    def take_int(self, count: int) -> int:
        """Read an unsigned little-endian integer of `count` bytes."""
        return int.from_bytes(self.take(count), "little")

    def take_line(self) -> bytes:
        """
        Read up to a newline, which is not returned; of a very long line, return the beginning and set `line_cut`.

        At the end of the data, the Python unpickler takes the last byte for the newline; the C one raises.
        """
        end = self.window.find(b"\n", self.position)
        if end < 0:
            return self._take_long_line()
        line = self.window[self.position : end]
        self.position = end + 1
        self.line_cut = False
        return line

    def _take_long_line(self) -> bytes:
        line = b""
        while self.refill():
            end = self.window.find(b"\n")
            if end >= 0:
                break
            line += self.window[: LONGEST_LINE - len(line)]
            self.position = len(self.window)
            if len(line) == LONGEST_LINE:
                # There is no newline in the zeros of a hole.
                self.position = stored_from(self.source, self.offset) - self.start
        else:
            self.line_cut = len(line) >= LONGEST_LINE
            return line[:-1]
        line += self.window[: min(end, LONGEST_LINE - len(line))]
        self.position = end + 1
        self.line_cut = len(line) >= LONGEST_LINE
        return line

    def jump(self, offset: int) -> None:
        """Move to an offset; a frame that has been read to its end is left."""
        if self.offset == self.frame_end:
            self.frame_end = NOWHERE
        self._leave(offset - self.start)

    def skip(self, count: int, *, in_one: bool = True) -> int:
        """
        Pass over `count` bytes without reading them, and return where they start; raise `Stopped` at the end.

        `in_one` says that the C unpickler asks its buffer for them at once, as it does for all but bytes.
        """
        del in_one
        begin = self.start + self.position
        if self.position + count <= len(self.window):
            self.position += count
            return begin
        self._leave(begin + count - self.start)
        if not self.source.read(self.start - 1, 1):
            raise Stopped(begin, f"{count} bytes", "the end of the data")
        return begin
