"""Sample models for the demo: real layouts, built byte by byte, with payloads that only `echo`. Nothing here loads one.

Run `python -m examples.models DIRECTORY` to write them.
"""

from __future__ import annotations

import io
import json
import struct
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ECHO = "echo this line would have been printed by the model file"


def _text(value: str) -> bytes:
    encoded = value.encode()
    return b"X" + struct.pack("<I", len(encoded)) + encoded


def _global(module: str, name: str) -> bytes:
    return f"c{module}\n{name}\n".encode()


_ORDERED_DICT = _global("collections", "OrderedDict") + b")R"


def _tensor(key: str, rows: int, columns: int) -> bytes:
    """Return the opcodes by which torch.save writes a float tensor: `_rebuild_tensor_v2` of a persistent storage."""
    count = rows * columns
    storage = b"(" + _text("storage") + _global("torch", "FloatStorage") + _text(key) + _text("cpu") + b"K%ctQ" % count
    shape = b"(K%cK%ct" % (rows, columns)
    stride = b"(K%cK\x01t" % columns
    return (
        _global("torch._utils", "_rebuild_tensor_v2")
        + b"("
        + storage
        + b"K\x00"
        + shape
        + stride
        + b"\x89"
        + _ORDERED_DICT
        + b"tR"
    )


_STATE_DICT = b"(" + _text("layer.weight") + _tensor("0", 4, 4) + _text("layer.bias") + _tensor("1", 1, 4) + b"u"


def _torch_archive(data: bytes) -> bytes:
    """Return the ZIP layout of torch.save since 1.6 around the pickle `data`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in (
            ("data.pkl", data),
            ("byteorder", b"little"),
            ("data/0", struct.pack("<16f", *range(16))),
            ("data/1", struct.pack("<4f", *range(4))),
            ("version", b"3\n"),
        ):
            archive.writestr(zipfile.ZipInfo(f"archive/{name}"), content)
    return buffer.getvalue()


def state_dict() -> bytes:
    """Return an honest state dict as torch.save writes it."""
    return _torch_archive(b"\x80\x02" + _ORDERED_DICT + _STATE_DICT + b".")


def trojan_state_dict() -> bytes:
    """Return the same weights, with a command that runs before they are rebuilt."""
    command = _global("posix", "system") + _text(_ECHO) + b"\x85R0"
    return _torch_archive(b"\x80\x02" + command + _ORDERED_DICT + _STATE_DICT + b".")


def broken_pickle() -> bytes:
    """Return a pickle that breaks after its command: the command has run by then (the nullifAI technique)."""
    return b"\x80\x04\x8c\x08builtins\x8c\x04exec\x93\x8c\x0eprint('hello')\x85R" + b"\xff\xff broken from here"


def unknown_import() -> bytes:
    """Return a pickle of a class nobody has vouched for: not known to be bad, and so not trusted."""
    return b"\x80\x04\x8c\x0cacme_ranking\x8c\x05Model\x93)R}\x8c\x05alphaG?\xe0\x00\x00\x00\x00\x00\x00sb."


def object_array() -> bytes:
    """Return a NumPy file of dtype object: numpy.load unpickles what follows its header (CVE-2019-6446)."""
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    header += b" " * (64 - (10 + len(header) + 1) % 64) + b"\n"
    payload = b"\x80\x03cos\nsystem\n" + _text(_ECHO) + b"\x85R."
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + payload


def safetensors() -> bytes:
    """Return weights in safetensors, a format that can carry no code."""
    header = json.dumps({"layer.weight": {"dtype": "F32", "shape": [4, 4], "data_offsets": [0, 64]}}).encode()
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header + struct.pack("<16f", *range(16))


VOLUMES: Mapping[str, Mapping[str, Callable[[], bytes]]] = {
    "good": {"model.pt": state_dict, "model.safetensors": safetensors},
    "trojan": {"model.pt": trojan_state_dict},
    "broken": {"pipeline.pkl": broken_pickle},
    "array": {"embeddings.npy": object_array},
    "unknown": {"ranking.pkl": unknown_import},
}
"""Volume name -> file name -> builder."""


def write(directory: Path) -> None:
    """Write every volume as a folder of `directory`."""
    for volume, files in VOLUMES.items():
        (directory / volume).mkdir(parents=True, exist_ok=True)
        for name, build in files.items():
            (directory / volume / name).write_bytes(build())


if __name__ == "__main__":
    write(Path(sys.argv[1]))
