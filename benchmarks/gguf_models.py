"""A GGUF model that is nearly all tensor: a vocabulary as large models have it, tensors that are holes of a sparse file."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

TENSORS = 64
TOKENS = 152_000
_ALIGNMENT = 32
_FLOAT16 = 2
_TEMPLATE = (
    "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}"
    "{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)


def model(path: Path, payload: int, *, template: bool = False) -> None:
    """Write a model of `payload` bytes of tensors with tokens, their types and merges; `template` adds a chat template."""
    length = payload // TENSORS // _ALIGNMENT * _ALIGNMENT
    words = [b"t%x" % (number * 2654435761 % (1 << (8 + number % 40))) for number in range(TOKENS)]
    pairs = [
        _string(b"general.architecture") + _typed(8, _string(b"llama")),
        _string(b"tokenizer.ggml.tokens") + _array(8, words),
        _string(b"tokenizer.ggml.token_type") + _typed(9, struct.pack("<IQ", 5, TOKENS) + bytes(4 * TOKENS)),
        _string(b"tokenizer.ggml.merges") + _array(8, [word[:4] + b" " + word[4:] for word in words]),
    ]
    if template:
        pairs.append(_string(b"tokenizer.chat_template") + _typed(8, _string(_TEMPLATE.encode())))
    entries = [_entry(number, length) for number in range(TENSORS)]
    head = b"GGUF" + struct.pack("<IQQ", 3, TENSORS, len(pairs)) + b"".join(pairs) + b"".join(entries)
    head += bytes(-len(head) % _ALIGNMENT)
    with path.open("wb") as file:
        file.write(head)
        file.truncate(len(head) + TENSORS * length)


def _string(value: bytes) -> bytes:
    return struct.pack("<Q", len(value)) + value


def _typed(kind: int, value: bytes) -> bytes:
    return struct.pack("<I", kind) + value


def _array(kind: int, values: list[bytes]) -> bytes:
    return _typed(9, struct.pack("<IQ", kind, len(values)) + b"".join(_string(value) for value in values))


def _entry(number: int, length: int) -> bytes:
    shape = struct.pack("<IQ", 1, length // _FLOAT16)
    return _string(f"blk.{number}.weight".encode()) + shape + struct.pack("<IQ", 1, number * length)
