"""A SavedModel whose cost is its graph: blocks of five nodes, each block fed by the one before it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from tests.corpus import tensorflow_builder as wire

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK = 5
_FLOAT = wire.attribute("T", wire.number(6, 1))
_NHWC = wire.text("data_format", "NHWC")
_ZEROS = struct.pack("<4f", 0, 0, 0, 0)


def saved_model(path: Path, nodes: int) -> None:
    """Write the folder of a SavedModel with a GraphDef of `nodes` nodes, a multiple of `BLOCK`."""
    path.mkdir(parents=True)
    (path / "saved_model.pb").write_bytes(wire.model(*_nodes(nodes // BLOCK)))


def _nodes(blocks: int) -> Iterator[bytes]:
    """Give the nodes of a chain: two constants, a product, a sum and an activation each; the first is fed a constant."""
    previous = "block_0/kernel"
    for number in range(blocks):
        scope = f"block_{number}"
        yield wire.numbers(f"{scope}/kernel", _ZEROS)
        yield wire.numbers(f"{scope}/bias", _ZEROS)
        yield wire.node(f"{scope}/MatMul", "MatMul", previous, f"{scope}/kernel", attributes=_FLOAT)
        yield wire.node(f"{scope}/BiasAdd", "BiasAdd", f"{scope}/MatMul", f"{scope}/bias", attributes=_FLOAT + _NHWC)
        previous = f"{scope}/Relu"
        yield wire.node(previous, "Relu", f"{scope}/BiasAdd", attributes=_FLOAT)
