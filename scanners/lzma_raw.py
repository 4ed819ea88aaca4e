"""LZMA1 as ZIP wraps it: raw, with the properties in front."""

from __future__ import annotations

import lzma

DICTIONARY_LIMIT = 64 << 20
"""Bytes of history that are kept; presets of xz ask for no more, and a stream that reaches further back breaks."""


class ZipLzmaDecoder:
    """APPNOTE 5.8: two version bytes, the length of the properties, the properties, raw LZMA1 data."""

    def __init__(self) -> None:
        self._inner: lzma.LZMADecompressor | None = None
        self._header = b""

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was reached."""
        return self._inner is not None and self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Whether more input is needed before more output can come."""
        return self._inner is None or self._inner.needs_input

    @property
    def unused_data(self) -> bytes:
        """Input after the end of the stream."""
        return self._inner.unused_data if self._inner is not None else b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return up to `max_length` bytes of output."""
        if self._inner is None:
            self._header += data
            if len(self._header) < 9:
                return b""
            length = int.from_bytes(self._header[2:4], "little")
            if length != 5:
                raise ValueError(f"LZMA properties of {length} bytes, not 5")
            filters = [_filter(self._header[4:9])]
            self._inner = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
            data, self._header = self._header[9:], b""
        return self._inner.decompress(data, max_length)


def _filter(properties: bytes) -> dict[str, int]:
    """Decode the property bytes of LZMA1 (LZMA SDK, lzma-specification): lc + 9 (lp + 5 pb), then the dictionary size."""
    packed = properties[0]
    dictionary = int.from_bytes(properties[1:5], "little")
    if packed >= 9 * 5 * 5:
        raise ValueError("LZMA properties out of range")
    return {
        "id": lzma.FILTER_LZMA1,
        "lc": packed % 9,
        "lp": packed // 9 % 5,
        "pb": packed // 45,
        "dict_size": max(4096, min(dictionary, DICTIONARY_LIMIT)),
    }
