"""An ONNX model whose numbers lie in a file beside it, as exporters write models beyond 2 GiB; the file is a hole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.corpus import onnx_builder as wire

if TYPE_CHECKING:
    from pathlib import Path

LAYERS = 64
_FLOAT = 4


def external(path: Path, payload: int) -> None:
    """Write a folder with a model of `LAYERS` matrix products and the file of their numbers."""
    path.mkdir()
    length = payload // LAYERS
    tensors, nodes, last = [], [], "x"
    for index in range(LAYERS):
        name = f"layer.{index}.weight"
        place = {"location": "model.onnx_data", "offset": str(index * length), "length": str(length)}
        tensors.append(wire.external(name, length // _FLOAT, **place))
        nodes.append(wire.node("MatMul", last, name, name=f"n{index}"))
        last = f"n{index}_out"
    (path / "model.onnx").write_bytes(wire.model(wire.graph(*nodes, tensors=tuple(tensors))))
    with (path / "model.onnx_data").open("wb") as file:
        # Numbers, so that the file is not taken for text of nothing but zeros.
        file.write(b"\0\0\x80\x3f")
        file.truncate(length * LAYERS)
