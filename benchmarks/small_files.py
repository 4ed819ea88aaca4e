"""A folder of small files, as caches and sharded pipelines leave them."""

from __future__ import annotations

import pickle
import struct
from typing import TYPE_CHECKING

from benchmarks import tensors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_FOLDER = 100
"""Files in each of its folders."""
_PAYLOAD = 16 << 10


def folder(path: Path, files: int) -> None:
    """Write `files` files of a few kilobytes: pickles, arrays, safetensors and state dicts in turn."""
    kinds: tuple[tuple[str, Callable[[Path, int], None]], ...] = (
        ("pkl", _settings),
        ("npy", _array),
        ("safetensors", lambda file, _: tensors.safetensors(file, _PAYLOAD)),
        ("pt", lambda file, _: tensors.torch_zip(file, _PAYLOAD)),
    )
    for number in range(files):
        suffix, build = kinds[number % len(kinds)]
        place = path / f"{number // _FOLDER:03}"
        place.mkdir(parents=True, exist_ok=True)
        build(place / f"{number:05}.{suffix}", number)


def _settings(path: Path, number: int) -> None:
    value = {"number": number, "names": [f"feature_{i}" for i in range(200)], "rates": [i / 7 for i in range(100)]}
    path.write_bytes(pickle.dumps(value, 4))


def _array(path: Path, number: int) -> None:
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1024,), }"
    header += b" " * (-(10 + len(header) + 1) % 64) + b"\n"
    values = struct.pack("<1024f", *range(number, number + 1024))
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + values)
