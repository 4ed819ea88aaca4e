"""
The little of FlexBuffers that TensorFlow Lite's options need: a vector of texts, read from its end.

https://flatbuffers.dev/flexbuffers/: the last byte is the width of the root, the one before it its type; the root of a vector is
a distance back to its elements, in front of which stands their number and behind which stand their types.
"""

from __future__ import annotations

from scanners.formats import Malformed

_VECTOR = 10
_TEXT, _BLOB = 5, 25
_WIDTHS = (1, 2, 4, 8)
_MOST = 64


def texts(data: bytes) -> list[bytes]:
    """Return the texts and blobs of the vector that is the root; raise `Malformed` where the bytes are none."""
    if len(data) < 3:
        raise Malformed(0, "a FlexBuffer", f"{len(data)} bytes")
    width, packed = data[-1], data[-2]
    place = _back(data, len(data) - 2 - width, width)
    if packed >> 2 != _VECTOR:
        raise Malformed(len(data) - 2, "a vector", f"type {packed >> 2}")
    size = 1 << (packed & 3)
    count = _number(data, place - size, size)
    if count > _MOST:
        raise Malformed(place, f"at most {_MOST} elements", str(count))
    types = place + count * size
    return [_text(data, place + index * size, size, _byte(data, types + index)) for index in range(count)]


def _text(data: bytes, place: int, width: int, packed: int) -> bytes:
    if packed >> 2 not in (_TEXT, _BLOB):
        raise Malformed(place, "a text", f"type {packed >> 2}")
    start = _back(data, place, width)
    size = 1 << (packed & 3)
    length = _number(data, start - size, size)
    if start + length > len(data):
        raise Malformed(start, f"a text of {length} bytes", "the end")
    return data[start : start + length]


def _back(data: bytes, place: int, width: int) -> int:
    """Return where a distance back leads."""
    target = place - _number(data, place, width)
    if target < 0:
        raise Malformed(place, "a distance back", "one out of the buffer")
    return target


def _number(data: bytes, place: int, width: int) -> int:
    if width not in _WIDTHS or place < 0 or place + width > len(data):
        raise Malformed(max(place, 0), f"a number of {width} bytes", "the end")
    return int.from_bytes(data[place : place + width], "little")


def _byte(data: bytes, place: int) -> int:
    return _number(data, place, 1)
