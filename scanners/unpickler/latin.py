"""Bytes that stand in a stream as text, one character for each byte, as protocols 0 to 2 write them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanners.sources import Source

_STEP = 1 << 20


class LatinSource:
    """The bytes behind a UTF-8 text of the characters U+0000 to U+00FF."""

    def __init__(self, base: Source, offset: int, length: int) -> None:
        self._base = base
        self._offset = offset
        self._length = length
        self._steps: list[int] = [0]
        """How many bytes each step of the text begins with."""

    @property
    def size(self) -> int:
        """Length in bytes."""
        while (len(self._steps) - 1) * _STEP < self._length:
            self._decode(len(self._steps) - 1)
        return self._steps[-1]

    def read(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from an offset."""
        if length <= 0:
            return b""
        number = 0
        while self._steps[number] <= offset and number * _STEP < self._length:
            decoded = self._decode(number)
            if offset < self._steps[number + 1]:
                begin = offset - self._steps[number]
                found = decoded[begin : begin + length]
                return found + self.read(offset + len(found), length - len(found))
            number += 1
        return b""

    def _decode(self, number: int) -> bytes:
        """Return the bytes of one step, and note where the next one begins."""
        begin = number * _STEP
        end = min(begin + _STEP, self._length)
        text = self._base.read(self._offset + begin, end - begin + 1)
        within = text[: end - begin]
        if end < self._length and within[-1:] >= b"\xc0":
            within = text
        if begin and within[:1] >= b"\x80" and within[:1] < b"\xc0":
            within = within[1:]
        decoded = within.decode("utf-8", "replace").encode("latin-1", "replace")
        if len(self._steps) == number + 1:
            self._steps.append(self._steps[number] + len(decoded))
        return decoded
