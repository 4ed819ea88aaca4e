"""Keras models with large weights, written by h5py as Keras writes them; their configurations are those of a real small model.

Weights are allocated and never written, so that those of the HDF5 file are holes. Formats: Keras's HDF5 file of one model,
and its `.keras` archive of stored members (https://keras.io/guides/serialization_and_saving/).
"""

from __future__ import annotations

import json
import shutil
import zipfile
from typing import TYPE_CHECKING

from benchmarks.environments import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    import h5py

LAYERS = 16
_WIDTH = 1024
_FLOAT = 4
_REAL = ROOT / "tests" / "benign" / "keras"
_DATE = (2026, 1, 1, 0, 0, 0)


def hdf5(path: Path, payload: int) -> None:
    """Write a model in one HDF5 file: its configuration as an attribute, `payload` bytes of kernels as datasets."""
    import h5py

    with h5py.File(_REAL / "keras-3.11.3-functional.h5") as real, h5py.File(path, "w") as file:
        for name, value in real.attrs.items():
            file.attrs[name] = value
        names = [f"dense_{number}" for number in range(LAYERS)]
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = names
        for name in names:
            group = weights.create_group(f"{name}/{name}")
            weights[name].attrs["weight_names"] = [f"{name}/kernel", f"{name}/bias"]
            _layer(group, ("kernel", "bias"), payload)


def archive(path: Path, payload: int) -> None:
    """Write a model as a `.keras` archive, its weights a stored HDF5 file of `payload` bytes and a little more."""
    weights = path.with_name("model.weights.h5")
    _weights(weights, payload)
    with zipfile.ZipFile(_REAL / "keras-3.11.3-functional.keras") as real:
        config = real.read("config.json")
    metadata = {"keras_version": "3.11.3", "date_saved": "2026-01-01@00:00:00"}
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(zipfile.ZipInfo("metadata.json", _DATE), json.dumps(metadata))
        file.writestr(zipfile.ZipInfo("config.json", _DATE), config)
        with weights.open("rb") as source, file.open(zipfile.ZipInfo("model.weights.h5", _DATE), "w") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    weights.unlink()


def _weights(path: Path, payload: int) -> None:
    import h5py

    with h5py.File(path, "w") as file:
        for number in range(LAYERS):
            group = file.create_group(f"layers/dense_{number}/vars")
            group.attrs["name"] = f"dense_{number}"
            _layer(group, ("0", "1"), payload)


def _layer(group: h5py.Group, names: tuple[str, str], payload: int) -> None:
    """Put the kernel and the bias of one of the layers into a group."""
    kernel, bias = names
    rows = payload // LAYERS // _FLOAT // _WIDTH
    _dataset(group, kernel, (rows, _WIDTH))
    _dataset(group, bias, (_WIDTH,))


def _dataset(group: h5py.Group, name: str, shape: tuple[int, ...]) -> None:
    """Allocate a contiguous dataset without writing to it."""
    from h5py import h5d, h5p, h5s, h5t

    properties = h5p.create(h5p.DATASET_CREATE)
    properties.set_alloc_time(h5d.ALLOC_TIME_EARLY)
    properties.set_fill_time(h5d.FILL_TIME_NEVER)
    properties.set_obj_track_times(False)
    h5d.create(group.id, name.encode(), h5t.IEEE_F32LE, h5s.create_simple(shape), properties)
