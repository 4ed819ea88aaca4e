"""
LZ4 frames, decoded in Python: joblib writes them, and the standard library has no decoder.

Formats: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md and lz4_Block_format.md. The xxHash checksums are not
verified: what a strict reader would refuse is examined all the same. Frames that need a dictionary are refused.
"""

from __future__ import annotations

MAGIC = b"\x04\x22\x4d\x18"
_SKIPPABLE = tuple(bytes((0x50 + number, 0x2A, 0x4D, 0x18)) for number in range(16))
STARTS = (MAGIC, *_SKIPPABLE)
_HISTORY = 1 << 16
_BLOCK_SIZES = {4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 1 << 22}


class Lz4Decoder:
    """One frame, with the interface of `bz2.BZ2Decompressor`."""

    def __init__(self) -> None:
        self._input = bytearray()
        self._output = bytearray()
        """History of up to 64 KiB, then what was decoded and not yet handed out."""
        self._given = 0
        """How much of the output is history."""
        self._block_limit = 0
        self._checksum = 0
        self._content_checksum = 0
        self._skip = 0
        self._started = self._blocks_over = self._over = False

    @property
    def eof(self) -> bool:
        """Whether the end of the frame was reached and everything handed out."""
        return self._over and self._given == len(self._output)

    @property
    def needs_input(self) -> bool:
        """Whether more input is needed before more output can come."""
        return not self._over and self._given == len(self._output)

    @property
    def unused_data(self) -> bytes:
        """Input after the end of the frame."""
        return bytes(self._input) if self._over else b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return up to `max_length` bytes of output; raise `ValueError` where the frame is broken."""
        self._input += data
        self._advance_to_output()
        output = bytes(memoryview(self._output)[self._given : self._given + max_length])
        self._given += len(output)
        self._advance_to_output()
        return output

    def _advance_to_output(self) -> None:
        while self._given == len(self._output) and not self._over and self._advance():
            pass

    def _advance(self) -> bool:
        """Take one piece of the input; false where it is not there yet."""
        if self._skip:
            count = min(self._skip, len(self._input))
            del self._input[:count]
            self._skip -= count
            self._over = not self._skip and not self._block_limit
            return count > 0 and not self._skip
        if not self._started:
            return self._start()
        if self._blocks_over:
            return self._finish()
        return self._block()

    def _start(self) -> bool:
        data = self._input
        if len(data) < 19:
            return self._short_start()
        return self._header()

    def _short_start(self) -> bool:
        """Read the header of a frame so short that its blocks do not fill what a longest header takes."""
        return len(self._input) >= 8 and self._header()

    def _header(self) -> bool:
        data = self._input
        if data.startswith(_SKIPPABLE):
            self._skip = int.from_bytes(data[4:8], "little")
            self._started, self._over = True, not self._skip
            del data[:8]
            return True
        flags, descriptor = data[4], data[5]
        length = 7 + (8 if flags & 0x08 else 0)
        if not data.startswith(MAGIC) or flags >> 6 != 1 or flags & 0x03 or descriptor >> 4 not in _BLOCK_SIZES:
            raise ValueError("an LZ4 frame header that is not of version 1, or asks for a dictionary")
        if len(data) < length:
            return False
        self._block_limit = _BLOCK_SIZES[descriptor >> 4]
        self._checksum = 4 if flags & 0x10 else 0
        self._content_checksum = 4 if flags & 0x04 else 0
        self._started = True
        del data[:length]
        return True

    def _block(self) -> bool:
        data = self._input
        if len(data) < 4:
            return False
        size = int.from_bytes(data[:4], "little")
        if size == 0:
            del data[:4]
            self._blocks_over = True
            return True
        length = size & 0x7FFFFFFF
        if length > self._block_limit:
            raise ValueError(f"an LZ4 block of {length} bytes, {self._block_limit} are allowed")
        if len(data) < 4 + length + self._checksum:
            return False
        block = bytes(data[4 : 4 + length])
        del data[: 4 + length + self._checksum]
        del self._output[: max(0, self._given - _HISTORY)]
        self._given = len(self._output)
        if size >> 31:
            self._output += block
        else:
            decode_block(block, self._output, self._given + self._block_limit)
        return True

    def _finish(self) -> bool:
        if len(self._input) < self._content_checksum:
            return False
        del self._input[: self._content_checksum]
        self._over = True
        return True


def decode_block(block: bytes, output: bytearray, limit: int) -> None:
    """Append what a block decodes to; raise `ValueError` where it is broken or the output would pass `limit`."""
    position, end = 0, len(block)
    try:
        while position < end:
            token = block[position]
            position += 1
            literals = token >> 4
            if literals == 15:
                literals, position = _extended(block, position, literals)
            output += block[position : position + literals]
            position += literals
            if position >= end:
                break
            distance = block[position] | block[position + 1] << 8
            position += 2
            length = (token & 15) + 4
            if length == 19:
                length, position = _extended(block, position, length)
            start = len(output) - distance
            if start < 0 or not distance or len(output) + length > limit:
                raise ValueError("an LZ4 match outside the output")
            if distance >= length:
                output += output[start : start + length]
            else:
                output += (output[start:] * (length // distance + 1))[:length]
    except IndexError as error:
        raise ValueError("an LZ4 block that ends inside a sequence") from error
    if position != end or len(output) > limit:
        raise ValueError("an LZ4 block that does not end with its literals")


def _extended(block: bytes, position: int, length: int) -> tuple[int, int]:
    """Add the bytes that continue a length: each 255 says that another one follows."""
    while True:
        byte = block[position]
        position += 1
        length += byte
        if byte != 255:
            return length, position
