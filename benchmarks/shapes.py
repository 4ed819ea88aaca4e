"""
What is measured: one row for each input, all of them benign and made here.

`python -m benchmarks.shapes NAME SCALE PATH` builds one, in a process of its own, so that the memory it takes is not
inherited by what is measured afterwards.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import gguf_models, keras_models, onnx_models, pickles, small_files, tensorflow_models, tensors
from benchmarks.environments import MODELS, prepare
from benchmarks.scale import SCALES

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.scale import Scale


class Kind(StrEnum):
    """What an input is there to show, and with it which limits stand beside it."""

    DENSE = "dense"
    """Opcodes all through: the interpreter's speed, against `pickle.load`."""
    MODEL = "model"
    """A model with arrays between its opcodes."""
    START = "start"
    """So small that only starting up counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One input."""

    name: str
    title: str
    file: str
    """What the file or folder is called; peers go by the extension."""
    kind: Kind
    build: Callable[[Path, Scale], None]
    loader: str | None = None
    """Module whose `load` reads the file: the limit for a reader that builds the objects."""
    opener: str | None = None
    """Program that opens the file given to it and reads no payload: the limit for a reader of its structure."""


def _forest(path: Path, scale: Scale) -> None:
    fault = prepare(MODELS)
    if fault is not None:
        raise RuntimeError(f"scikit-learn is not to be had: {fault}")
    program = Path(__file__).with_name("forest.py")
    subprocess.run([MODELS.python, program, path, str(scale.trees), str(scale.samples)], check=True)


_DENSE: tuple[tuple[str, str, Callable[[Path, Scale], None]], ...] = (
    ("dict-p4", "dict of `word_i` -> int, protocol 4", lambda p, s: pickles.words(p, s.entries, 4)),
    ("dict-p2", "dict of `word_i` -> int, protocol 2", lambda p, s: pickles.words(p, s.entries, 2)),
    ("strings", "list of strings", lambda p, s: pickles.strings(p, s.entries)),
    ("tuples", "list of (string, int, float)", lambda p, s: pickles.tuples(p, s.entries)),
    ("floats", "list of floats", lambda p, s: pickles.floats(p, s.entries)),
    ("small-ints", "list of integers below 256", lambda p, s: pickles.small_integers(p, s.entries)),
    ("records", "list of dicts that hold lists, tuples and dicts", lambda p, s: pickles.records(p, s.nested_entries)),
    ("objects", "list of objects with attributes", lambda p, s: pickles.objects(p, s.nested_entries)),
    ("memo", "list of 5 times as many strings", lambda p, s: pickles.strings(p, s.memo_entries)),
)

SHAPES: tuple[Shape, ...] = (
    *(
        Shape(name=name, title=title, file=f"{name}.pkl", kind=Kind.DENSE, build=build, loader="pickle")
        for name, title, build in _DENSE
    ),
    Shape(
        name="forest",
        title="random forest by scikit-learn, saved by joblib",
        file="forest.joblib",
        kind=Kind.MODEL,
        build=_forest,
        loader="joblib",
    ),
    Shape(
        name="torch-zip",
        title="state dict, torch.save layout",
        file="model.pt",
        kind=Kind.MODEL,
        build=lambda path, scale: tensors.torch_zip(path, scale.tensor_bytes),
    ),
    Shape(
        name="torch-legacy",
        title="state dict, legacy torch.save layout",
        file="model.pth",
        kind=Kind.MODEL,
        build=lambda path, scale: tensors.torch_legacy(path, scale.tensor_bytes // 2),
    ),
    Shape(
        name="safetensors",
        title="safetensors",
        file="model.safetensors",
        kind=Kind.MODEL,
        build=lambda path, scale: tensors.safetensors(path, scale.tensor_bytes),
    ),
    Shape(
        name="gguf",
        title="GGUF with a vocabulary of 152,000 tokens",
        file="model.gguf",
        kind=Kind.MODEL,
        build=lambda path, scale: gguf_models.model(path, scale.tensor_bytes),
    ),
    Shape(
        name="onnx",
        title="ONNX model and its external data",
        file="onnx",
        kind=Kind.MODEL,
        build=lambda path, scale: onnx_models.external(path, scale.tensor_bytes),
    ),
    Shape(
        name="keras-h5",
        title="Keras model in one HDF5 file",
        file="model.h5",
        kind=Kind.MODEL,
        build=lambda path, scale: keras_models.hdf5(path, scale.keras_bytes),
        opener="import h5py, sys; h5py.File(sys.argv[1]).attrs['model_config']",
    ),
    Shape(
        name="keras-zip",
        title="Keras model as a `.keras` archive",
        file="model.keras",
        kind=Kind.MODEL,
        build=lambda path, scale: keras_models.archive(path, scale.keras_bytes),
        opener="import sys, zipfile; zipfile.ZipFile(sys.argv[1]).infolist()",
    ),
    Shape(
        name="saved-model",
        title="SavedModel, all graph",
        file="saved-model",
        kind=Kind.MODEL,
        build=lambda path, scale: tensorflow_models.saved_model(path, scale.graph_nodes),
    ),
    Shape(
        name="small-files",
        title="folder of small files of four formats",
        file="models",
        kind=Kind.MODEL,
        build=lambda path, scale: small_files.folder(path, scale.files),
    ),
    Shape(
        name="tiny-pickle",
        title="pickle of one number",
        file="tiny.pkl",
        kind=Kind.START,
        build=lambda path, _: pickles.small_integers(path, 1),
    ),
    Shape(
        name="tiny-safetensors",
        title="safetensors of 4 KiB",
        file="tiny.safetensors",
        kind=Kind.START,
        build=lambda path, _: tensors.safetensors(path, 4096),
    ),
)


def by_name(name: str) -> Shape:
    """Return the shape of that name."""
    return next(shape for shape in SHAPES if shape.name == name)


def files_of(path: Path) -> list[Path]:
    """Return a file, or all files below a folder."""
    return [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]


def size(path: Path) -> int:
    """Return the bytes of a file or of all files below a folder."""
    return sum(file.stat().st_size for file in files_of(path))


def main(name: str, scale: str, path: str) -> None:
    """Build one input."""
    by_name(name).build(Path(path), SCALES[scale])


if __name__ == "__main__":
    main(*sys.argv[1:])
