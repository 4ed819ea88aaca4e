"""How large the inputs are, and how patient a run is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The size of everything in one run."""

    name: str
    entries: int
    """Entries of a dense pickle."""
    nested_entries: int
    """Records or objects of a dense pickle that has some values in each."""
    memo_entries: int
    """Strings of the pickle that is there for its memo."""
    tensor_bytes: int
    """Payload of the torch ZIP and of the safetensors file; the legacy torch file has half of it."""
    keras_bytes: int
    """Weights of each of the Keras models."""
    graph_nodes: int
    """Nodes of the SavedModel."""
    files: int
    """Files of the folder of small files."""
    trees: int
    samples: int
    """Size of the forest: about two nodes a sample in each tree."""
    repeats: int
    """Timed runs of a tool on an input."""
    patience: float
    """Seconds a tool may use up on one input before its runs are no longer repeated."""
    timeout: float
    """Seconds after which a single run is ended."""


FULL = Scale(
    name="full",
    entries=1_000_000,
    nested_entries=200_000,
    memo_entries=5_000_000,
    tensor_bytes=1 << 30,
    keras_bytes=500_000_000,
    graph_nodes=200_000,
    files=2000,
    trees=48,
    samples=20_000,
    repeats=5,
    patience=60,
    timeout=300,
)
QUICK = Scale(
    name="quick",
    entries=100_000,
    nested_entries=20_000,
    memo_entries=200_000,
    tensor_bytes=64 << 20,
    keras_bytes=32_000_000,
    graph_nodes=20_000,
    files=100,
    trees=8,
    samples=5_000,
    repeats=3,
    patience=10,
    timeout=30,
)
SCALES = {scale.name: scale for scale in (FULL, QUICK)}
