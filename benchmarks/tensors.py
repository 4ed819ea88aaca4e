"""Files that are nearly all tensor: their payloads are holes of sparse files, which read as zeros and cost no disk.

Layouts: torch.save since 1.6 (a ZIP of stored members, each aligned to 64 bytes, sizes in data descriptors), torch.save
before it (four pickles, then the storages), and safetensors (https://huggingface.co/docs/safetensors).
"""

from __future__ import annotations

import json
import struct
import zlib
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

STORAGES = 64
_FLOAT = 4
_ALIGNMENT = 64
_FLAGS = 0x0808
"""What torch's ZIP writer sets: sizes follow the member, names are UTF-8."""
_HOLE = b"\0" * (1 << 20)


def torch_zip(path: Path, payload: int) -> None:
    """Write a state dict of `STORAGES` float tensors as torch.save does now."""
    floats = payload // STORAGES // _FLOAT
    with path.open("wb") as file:
        archive = _StoredZip(file)
        archive.add("archive/data.pkl", b"\x80\x02" + state_dict(floats) + b".")
        archive.add("archive/byteorder", b"little")
        for key in range(STORAGES):
            archive.add_hole(f"archive/data/{key}", floats * _FLOAT)
        archive.add("archive/version", b"3\n")
        archive.add("archive/.data/serialization_id", b"0" * 40)
        archive.finish()


def torch_legacy(path: Path, payload: int) -> None:
    """Write the same state dict as torch.save did before 1.6."""
    floats = payload // STORAGES // _FLOAT
    with path.open("wb") as file:
        file.write(b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.")
        file.write(b"\x80\x02M\xe9\x03.")
        file.write(b"\x80\x02}(" + _text("protocol_version") + b"M\xe9\x03" + _text("little_endian") + b"\x88")
        file.write(_text("type_sizes") + b"}(" + b"".join(_sizes()) + b"uu.")
        file.write(b"\x80\x02" + state_dict(floats, view=True) + b".")
        file.write(b"\x80\x02](" + b"".join(_text(str(key)) for key in range(STORAGES)) + b"e.")
        for _ in range(STORAGES):
            file.write(struct.pack("<Q", floats))
            _skip(file, floats * _FLOAT)


def safetensors(path: Path, payload: int) -> None:
    """Write a safetensors file of `STORAGES` float tensors."""
    length = payload // STORAGES
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    for key in range(STORAGES):
        offsets = [key * length, (key + 1) * length]
        header[f"layer.{key}.weight"] = {"dtype": "F32", "shape": [length // _FLOAT], "data_offsets": offsets}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        _skip(file, length * STORAGES)


def state_dict(floats: int, *, view: bool = False) -> bytes:
    """Return the opcodes of an OrderedDict of one-dimensional float tensors; `view` is the legacy persistent id."""
    entries = b"".join(_text(f"layer.{key}.weight") + _tensor(key, floats, view=view) for key in range(STORAGES))
    return b"ccollections\nOrderedDict\n)R(" + entries + b"u"


def _tensor(key: int, floats: int, *, view: bool) -> bytes:
    size = b"J" + struct.pack("<i", floats)
    storage = b"(" + _text("storage") + b"ctorch\nFloatStorage\n" + _text(str(key)) + _text("cpu") + size
    storage += b"NtQ" if view else b"tQ"
    hooks = b"ccollections\nOrderedDict\n)R"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\x00" + size + b"\x85K\x01\x85\x89" + hooks + b"tR"


def _text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def _sizes() -> list[bytes]:
    return [_text("short") + b"K\x02", _text("int") + b"K\x04", _text("long") + b"K\x04"]


def _skip(file: BinaryIO, length: int) -> None:
    file.truncate(file.tell() + length)
    file.seek(length, 1)


class _StoredZip:
    """Just enough of a ZIP writer for torch's layout; `zipfile` can neither leave holes nor align."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._directory: list[bytes] = []

    def add(self, name: str, content: bytes) -> None:
        offset = self._open(name)
        self._file.write(content)
        self._close(name, offset, zlib.crc32(content), len(content))

    def add_hole(self, name: str, length: int) -> None:
        offset = self._open(name)
        _skip(self._file, length)
        self._close(name, offset, _checksum_of_zeros(length), length)

    def finish(self) -> None:
        start = self._file.tell()
        directory = b"".join(self._directory)
        count = len(self._directory)
        self._file.write(directory)
        self._file.write(struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(directory), start, 0))

    def _open(self, name: str) -> int:
        offset = self._file.tell()
        padding = -(offset + 30 + len(name) + 4) % _ALIGNMENT
        extra = b"FB" + struct.pack("<H", padding) + b"Z" * padding
        header = struct.pack("<4s5H3I2H", b"PK\3\4", 0, _FLAGS, 0, 0, 0, 0, 0, 0, len(name), len(extra))
        self._file.write(header + name.encode() + extra)
        return offset

    def _close(self, name: str, offset: int, checksum: int, size: int) -> None:
        self._file.write(struct.pack("<4s3I", b"PK\7\x08", checksum, size, size))
        fields = (0, 0, _FLAGS, 0, 0, 0, checksum, size, size, len(name), 0, 0, 0, 0, 0, offset)
        self._directory.append(struct.pack("<4s6H3I5H2I", b"PK\1\2", *fields) + name.encode())


def _checksum_of_zeros(length: int) -> int:
    checksum = 0
    for start in range(0, length, len(_HOLE)):
        checksum = zlib.crc32(_HOLE[: length - start], checksum)
    return checksum
