"""Compressed streams, and their honest twins."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import zlib
from typing import TYPE_CHECKING

from tests.corpus.payloads import PAYLOAD, PLAIN, TEXT
from tests.corpus.tar_builder import END, member

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NOTES = TEXT * 40


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def _free_flags(stream: bytes) -> bytes:
    """Set the flags of gzip that RFC 1952 keeps free; CPython's reader steps over them."""
    return stream[:3] + b"\xe0" + stream[4:]


def _empty_blocks(stream: bytes) -> bytes:
    """Put a thousand stored blocks without content in front of those of a zlib stream."""
    return stream[:2] + b"\0\0\0\xff\xff" * 1000 + stream[2:]


def _wide_window(stream: bytes) -> bytes:
    """Have a stream ask for a window of 1 GiB."""
    return stream[:1] + struct.pack("<I", 1 << 30) + stream[5:]


def _xz(data: bytes) -> bytes:
    return lzma.compress(data, preset=1)


def _lzma(data: bytes) -> bytes:
    return lzma.compress(data, format=lzma.FORMAT_ALONE, preset=1)


def _old_joblib(data: bytes) -> bytes:
    """joblib before 0.10: ZF, the length in hexadecimal, zlib."""
    return b"ZF" + hex(len(data)).ljust(19).encode() + zlib.compress(data)


def _lz4(*blocks: bytes) -> bytes:
    """An LZ4 frame of blocks as they are given, 64 KiB at most each, without checksums."""
    header = b"\x04\x22\x4d\x18" + bytes((0x40, 0x40, 0xC0))
    return header + b"".join(struct.pack("<I", len(block)) + block for block in blocks) + bytes(4)


def _literals(data: bytes) -> bytes:
    """An LZ4 block of literals alone."""
    if len(data) < 15:
        return bytes([len(data) << 4]) + data
    rest = len(data) - 15
    return b"\xf0" + b"\xff" * (rest // 255) + bytes([rest % 255]) + data


def _stored(data: bytes) -> bytes:
    """An LZ4 frame of one block that is not compressed."""
    header = b"\x04\x22\x4d\x18" + bytes((0x60, 0x40, 0x82))
    return header + struct.pack("<I", len(data) | 1 << 31) + data + bytes(4)


def _linked() -> bytes:
    """The second block starts with a match of five bytes into the first one's output."""
    start, end = PAYLOAD.split(b"weigh")
    return _lz4(_literals(start), b"\x01\x05\x00" + _literals(b"weigh" + end))


def _linked_text() -> bytes:
    """A match that overlaps its own output, as runs are written."""
    return _lz4(b"\x1fa\x01\x00\xc8" + _literals(b"done\n"))


def _nested(levels: int) -> bytes:
    data = PAYLOAD
    for _ in range(levels):
        data = _gzip(data)
    return data


SAMPLES: Mapping[str, Callable[[], bytes]] = {
    "benign-gzip.txt.gz": lambda: _gzip(_NOTES),
    "benign-gzip-two-streams.txt.gz": lambda: _gzip(_NOTES) + _gzip(_NOTES),
    "benign-gzip-padded.txt.gz": lambda: _gzip(_NOTES) + bytes(300),
    "benign-bzip2.txt.bz2": lambda: bz2.compress(_NOTES),
    "benign-xz.txt.xz": lambda: _xz(_NOTES),
    "benign-lzma.txt.lzma": lambda: _lzma(_NOTES),
    "benign-zlib.joblib": lambda: zlib.compress(PLAIN),
    "benign-lz4.txt.lz4": lambda: _lz4(_literals(_NOTES)),
    "benign-lz4-run.txt.lz4": _linked_text,
    "benign-tar.tgz": lambda: _gzip(member(b"README.md", TEXT) + END),
    "gzip-free-flags.joblib": lambda: _free_flags(_gzip(PAYLOAD)),
    "benign-gzip-free-flags.joblib": lambda: _free_flags(_gzip(PLAIN)),
    "zlib-empty-blocks.joblib": lambda: _empty_blocks(zlib.compress(PAYLOAD)),
    "benign-zlib-empty-blocks.joblib": lambda: _empty_blocks(zlib.compress(PLAIN)),
    "zfile-length-without-prefix.joblib": lambda: b"ZF" + b"1a".ljust(19) + zlib.compress(PAYLOAD),
    "benign-zfile-length-without-prefix.joblib": lambda: b"ZF" + b"1a".ljust(19) + zlib.compress(PLAIN),
    "lzma-wide-window.joblib": lambda: _wide_window(_lzma(PAYLOAD)),
    "gzip-pickle.pkl.gz": lambda: _gzip(PAYLOAD),
    "bzip2-pickle.pkl.bz2": lambda: bz2.compress(PAYLOAD),
    "xz-pickle.pkl.xz": lambda: _xz(PAYLOAD),
    "lzma-pickle.joblib": lambda: _lzma(PAYLOAD),
    "zlib-pickle.joblib": lambda: zlib.compress(PAYLOAD),
    "zlib-pickle-unnamed.bin": lambda: zlib.compress(PAYLOAD),
    "zlib-pickle-old-joblib.pkl": lambda: _old_joblib(PAYLOAD),
    "lz4-pickle.joblib": lambda: _lz4(_literals(PAYLOAD)),
    "lz4-pickle-stored.joblib": lambda: _stored(PAYLOAD),
    "lz4-pickle-linked.joblib": _linked,
    "lz4-skippable-first.lz4": lambda: b"\x50\x2a\x4d\x18" + struct.pack("<I", 4) + b"skip" + _lz4(_literals(PAYLOAD)),
    "lz4-broken.lz4": lambda: _lz4(_literals(TEXT), b"\x0f\xff\xff\x00"),
    "gzip-second-stream.pkl.gz": lambda: _gzip(PAYLOAD[:10]) + _gzip(PAYLOAD[10:]),
    "bzip2-second-stream.pkl.bz2": lambda: bz2.compress(PAYLOAD[:10]) + bz2.compress(PAYLOAD[10:]),
    "xz-second-stream.pkl.xz": lambda: _xz(PAYLOAD[:10]) + bytes(8) + _xz(PAYLOAD[10:]),
    "gzip-suffix-pickle.txt.gz": lambda: _gzip(_NOTES) + PAYLOAD,
    "xz-suffix-junk.txt.xz": lambda: _xz(_NOTES) + b"\xde\xad\xbe\xef",
    "gzip-cut-off.pkl.gz": lambda: _gzip(PAYLOAD)[:-9],
    "gzip-bad-checksum.pkl.gz": lambda: _gzip(PAYLOAD)[:-8] + bytes(8),
    "gzip-twice.pkl.gz.gz": lambda: _gzip(_gzip(PAYLOAD)),
    "gzip-too-deep.gz": lambda: _nested(10),
    "gzip-tar-pickle.tgz": lambda: _gzip(member(b"weights", PAYLOAD) + END),
    "gzip-bomb.txt.gz": lambda: _gzip(b" " * (17 << 20)),
    "seven-zip.7z": lambda: b"7z\xbc\xaf\x27\x1c\0\4" + bytes(24),
    "rar.rar": lambda: b"Rar!\x1a\x07\x01\0" + bytes(24),
    "zstandard.pkl.zst": lambda: b"\x28\xb5\x2f\xfd\x20\x24\x21\x01\0" + PAYLOAD,
    "unknown.bin": lambda: bytes(range(255, 127, -1)) + bytes(64) + b"\x01\x02\x03" * 9,
}
