"""LZ4: a decoder against an encoder of the format's own description."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanners.lz4 import Lz4Decoder, decode_block


def length_bytes(length: int) -> bytes:
    return b"\xff" * (length // 255) + bytes([length % 255])


def encode(data: bytes, history: bytes = b"") -> bytes:
    """Compress greedily, as the block format describes it: the last five bytes are literals."""
    whole, position, literals, block = history + data, len(history), len(history), b""
    seen: dict[bytes, int] = {whole[at : at + 4]: at for at in range(max(0, len(history) - 60_000), len(history) - 3)}
    while position < len(whole) - 12:
        key = whole[position : position + 4]
        at = seen.get(key)
        seen[key] = position
        if at is None or position - at > 0xFFFF:
            position += 1
            continue
        length = 4
        while position + length < len(whole) - 5 and whole[at + length] == whole[position + length]:
            length += 1
        block += sequence(whole[literals:position], position - at, length)
        position += length
        literals = position
    return block + sequence(whole[literals:], 0, 0)


def sequence(literals: bytes, distance: int, length: int) -> bytes:
    token = min(len(literals), 15) << 4 | (min(length - 4, 15) if length else 0)
    start = bytes([token]) + (length_bytes(len(literals) - 15) if len(literals) >= 15 else b"") + literals
    if not length:
        return start
    return start + struct.pack("<H", distance) + (length_bytes(length - 19) if length >= 19 else b"")


def frame(blocks: list[bytes], *, flags: int = 0x40, size: int | None = None) -> bytes:
    """Return a frame; flags 0x10 and 0x04 add block and content checksums, which are not verified."""
    header = b"\x04\x22\x4d\x18" + bytes((flags | (0x08 if size is not None else 0), 0x40))
    header += (b"" if size is None else struct.pack("<Q", size)) + b"\0"
    checksum = bytes(4) if flags & 0x10 else b""
    body = b"".join(struct.pack("<I", len(block)) + block + checksum for block in blocks)
    return header + body + bytes(4) + (bytes(4) if flags & 0x04 else b"")


def decoded(data: bytes, step: int = 1 << 16, output: int = 1 << 16) -> tuple[bytes, bytes]:
    """Return the content and what is left, fed in steps."""
    decoder, content, position = Lz4Decoder(), b"", 0
    while not decoder.eof:
        piece = b""
        if decoder.needs_input:
            piece = data[position : position + step]
            position += step
            if not piece:
                raise EOFError
        content += decoder.decompress(piece, output)
    return content, decoder.unused_data + data[position:]


TEXTS = st.binary(max_size=3000) | st.lists(st.sampled_from([b"abc", b"weights", b"\0" * 7, b"x"]), max_size=600).map(
    b"".join
)


@settings(deadline=None)
@given(TEXTS)
def test_blocks(data: bytes) -> None:
    """What an encoder makes of any bytes comes out as it was."""
    output = bytearray()
    decode_block(encode(data), output, len(data))
    assert bytes(output) == data


@settings(deadline=None)
@given(
    st.lists(TEXTS, max_size=4), st.sampled_from([0x40, 0x50, 0x44, 0x54, 0x60]), st.integers(1, 50), st.integers(1, 50)
)
def test_frames(parts: list[bytes], flags: int, step: int, output: int) -> None:
    """Blocks linked to each other, checksums, a size, and any steps of feeding."""
    history, blocks = b"", []
    for part in filter(None, parts):
        blocks.append(encode(part, history[-60_000:]))
        history += part
    assert decoded(frame(blocks, flags=flags, size=len(history)) + b"rest", step, output) == (history, b"rest")


def test_a_long_run_needs_few_steps() -> None:
    """A match that overlaps its own output repeats it."""
    output = bytearray()
    decode_block(b"\x1fa\x01\x00" + length_bytes(60_000 - 19) + b"\x10b", output, 1 << 16)
    assert bytes(output) == b"a" * 60_001 + b"b"


def test_a_frame_to_be_skipped() -> None:
    """Any of the sixteen magics, any length; nothing comes out of it."""
    for number in range(16):
        data = bytes((0x50 + number, 0x2A, 0x4D, 0x18)) + struct.pack("<I", number) + b"x" * number
        assert decoded(data + b"rest", 3) == (b"", b"rest")


@pytest.mark.parametrize(
    "data",
    [
        b"\x04\x22\x4d\x18\x00\x40\x00" + bytes(12),
        b"\x04\x22\x4d\x18\x41\x40" + bytes(13),
        b"\x04\x22\x4d\x18\x40\x30" + bytes(13),
        frame([b"\x10"]),
        frame([b"\x0f\x01"]),
        frame([b"\x10a\x00\x00\x10b"]),
        frame([b"\x10a\x02\x00\x10b"]),
        frame([b"\x1fa\x01\x00" + length_bytes(1 << 20) + b"\x10b"]),
        frame([b"\xf0" + length_bytes(100) + b"short"]),
        frame([b"\0" * 70_000]),
    ],
    ids=["version", "dictionary", "block-size", "no-literals", "no-match", "distance-0", "before-start", "too-long", "cut-off", "block"],
)  # fmt: skip
def test_broken_frames(data: bytes) -> None:
    """What breaks the format is refused, without output past the limit of a block."""
    with pytest.raises(ValueError, match="LZ4"):
        decoded(data)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    """Any block gives output within the limit, or `ValueError`."""
    output = bytearray()
    try:
        decode_block(data, output, 1 << 16)
    except ValueError:
        return
    assert len(output) <= 1 << 16
