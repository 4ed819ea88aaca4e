"""Write GGUF and GGML files by hand, right or wrong in one place."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

FLOATS = b"\0\0\x80\x3f" * 8


class Form(NamedTuple):
    """Byte order and version: what the widths of a file follow from."""

    order: str = "<"
    version: int = 3

    def count(self, value: int) -> bytes:
        return struct.pack(f"{self.order}{'Q' if self.version > 1 else 'I'}", value)

    def u32(self, value: int) -> bytes:
        return struct.pack(f"{self.order}I", value)

    def text(self, value: str | bytes) -> bytes:
        data = value.encode() if isinstance(value, str) else value
        return self.count(len(data)) + data

    def pair(self, key: str, type_: int, value: bytes) -> bytes:
        return self.text(key) + self.u32(type_) + value

    def string(self, key: str, value: str) -> bytes:
        return self.pair(key, 8, self.text(value))

    def strings(self, key: str, values: Sequence[str]) -> bytes:
        return self.array(key, 8, len(values), b"".join(self.text(value) for value in values))

    def array(self, key: str, type_: int, count: int, items: bytes) -> bytes:
        return self.pair(key, 9, self.u32(type_) + self.count(count) + items)

    def tensor(self, name: str, shape: Sequence[int], type_: int = 0, offset: int = 0) -> bytes:
        lengths = b"".join(self.count(length) for length in shape)
        place = struct.pack(f"{self.order}Q", offset)
        return self.text(name) + self.u32(len(shape)) + lengths + self.u32(type_) + place


LATEST = Form()


def gguf(
    pairs: Sequence[bytes] = (),
    tensors: Sequence[bytes] = (),
    data: bytes = b"",
    *,
    form: Form = LATEST,
    pair_count: int | None = None,
    tensor_count: int | None = None,
    alignment: int = 32,
) -> bytes:
    """Return a file; the counts are those of what is given, unless told otherwise."""
    head = b"GGUF" + form.u32(form.version)
    head += form.count(len(tensors) if tensor_count is None else tensor_count)
    head += form.count(len(pairs) if pair_count is None else pair_count)
    head += b"".join(pairs) + b"".join(tensors)
    return head + bytes(-len(head) % alignment if data else 0) + data


def ggml(
    magic: bytes,
    words: Sequence[int],
    tokens: Sequence[bytes],
    tensors: Sequence[tuple[bytes, int, bytes]],
    **form: int,
) -> bytes:
    """Return an old file: words of the header, texts with `score` bytes behind each, tensors of one dimension."""
    data = magic + struct.pack(f"<{len(words)}I", *words)
    for token in tokens:
        data += struct.pack("<I", len(token)) + token + bytes(form.get("score", 0))
    for name, length, numbers in tensors:
        data += struct.pack("<4I", 1, len(name), form.get("type_", 0), length) + name
        data += bytes(-len(data) % form.get("page", 1)) + numbers
    return data
