"""
The machine as the C unpickler is when it reads from a file that it cannot look ahead in.

A frame is then read into a buffer, and when an opcode reaches over the end of the buffer, what is left in it is lost: the
opcode goes on with the bytes behind the frame (`_Unpickler_ReadImpl` and `_Unpickler_Readline` of
https://github.com/python/cpython/blob/3.13/Modules/_pickle.c). A stream whose frames end inside opcodes is another
stream for this reader.
"""

from __future__ import annotations

from scanners.unpickler.machine import Machine
from scanners.unpickler.reading import NOWHERE, Stopped


class LosingMachine(Machine):
    """One run over one stream, as read from a file."""

    __slots__ = ()

    def _lose(self, count: int) -> None:
        """Drop what is left of the frame where `count` bytes are more than that."""
        if self.offset < self.frame_end < self.offset + count:
            self._leave_frame()

    def _leave_frame(self) -> None:
        end, self.frame_end = self.frame_end, NOWHERE
        self.jump(end)

    def take(self, count: int) -> bytes:
        """Read `count` bytes, all from the frame or all from behind it."""
        self._lose(count)
        return super().take(count)

    def take_short(self) -> bytes:
        """Read as many bytes as the next byte says."""
        return self.take(self.take_int(1))

    def skip(self, count: int, *, in_one: bool = True) -> int:
        """Pass over `count` bytes; only payloads of bytes are put together from the frame and what is behind it."""
        if in_one:
            self._lose(count)
        return super().skip(count)

    def take_line(self) -> bytes:
        """Read a line that ends in the frame, or one that begins behind it."""
        begin = self.offset
        line = super().take_line()
        if begin < self.frame_end < self.offset:
            self._leave_frame()
            line = super().take_line()
        if self.source.read(self.offset - 1, 1) != b"\n":
            raise Stopped(self.offset, "a newline", "the end of the data")
        return line

    def enter_frame(self, length: int) -> bool:
        """Begin a frame, unless all of it is in the buffer already."""
        if self.offset <= self.frame_end != NOWHERE and self.offset + length <= self.frame_end:
            return True
        self._lose(length)
        if length and not self.source.read(self.offset + length - 1, 1):
            raise Stopped(self.offset, f"a frame of {length} bytes", "the end of the data")
        self.frame_end = NOWHERE
        return super().enter_frame(length)
