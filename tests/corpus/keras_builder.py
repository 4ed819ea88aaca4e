"""Keras models as their libraries write them: configurations, HDF5 files, `.keras` archives. No code in them can run."""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from tests.corpus.zip_builder import Member, archive

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Json = dict[str, Any]

BYTECODE = base64.b64encode(b"\xe3" + bytes(20) + b"os system echo weighbridge" + bytes(8)).decode()
"""Not bytecode of any Python: a type byte, zeros and the words that real code would mention."""
OLD_LAMBDA = [BYTECODE, None, None]
"""As Keras 2 writes a function: code, defaults, closure."""
LAMBDA = {"class_name": "__lambda__", "config": {"value": {"code": BYTECODE, "defaults": None, "closure": None}}}
"""As Keras 3 writes it."""


def layer(class_name: str, config: Json | None = None, module: str | None = "keras.layers", **more: object) -> Json:
    """Return one object of a configuration, in the notation of Keras 3."""
    name = class_name.lower()
    return {
        "module": module,
        "class_name": class_name,
        "config": {"name": name, "trainable": True, **(config or {})},
        "registered_name": None,
        **more,
    }


def function(module: str, name: str) -> Json:
    """Return a function of a configuration, in the notation of Keras 3."""
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def old_layer(class_name: str, config: Json | None = None) -> Json:
    """Return one object of a configuration, in the notation of Keras 2."""
    return {"class_name": class_name, "config": {"name": class_name.lower(), "trainable": True, **(config or {})}}


def dense(activation: object = "relu") -> Json:
    """Return a Dense layer as Keras 3 writes it, with one initializer object in it."""
    initializer = layer("GlorotUniform", {"seed": None}, "keras.initializers")
    return layer("Dense", {"units": 2, "activation": activation, "kernel_initializer": initializer})


def sequential(*layers: Json) -> Json:
    """Return a Sequential model of Keras 3."""
    inputs = layer("InputLayer", {"batch_shape": [None, 2], "dtype": "float32"})
    return layer("Sequential", {"layers": [inputs, *layers]}, "keras")


def old_sequential(*layers: Json) -> Json:
    """Return a Sequential model of Keras 2."""
    return {"class_name": "Sequential", "config": {"name": "sequential", "layers": list(layers)}}


def hdf5(fill: Callable[[h5py.File], None], *, user_block: bytes = b"") -> bytes:
    """Return an HDF5 file that `fill` fills."""
    memory = io.BytesIO()
    with h5py.File(memory, "w", userblock_size=len(user_block)) as file:
        fill(file)
    return user_block + memory.getvalue()[len(user_block) :]


def weights(file: h5py.Group) -> None:
    """Put the weights of one layer into a file, as Keras does."""
    group = file.create_group("model_weights/dense/dense")
    group.create_dataset("kernel:0", data=np.zeros((2, 2), "<f4"))
    group.create_dataset("bias:0", data=np.zeros(2, "<f4"))


def h5(config: Json | str, training: Json | None = None, **attributes: object) -> bytes:
    """Return a model in Keras's HDF5 format."""

    def fill(file: h5py.File) -> None:
        file.attrs["keras_version"] = "2.15.0"
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = config if isinstance(config, str) else json.dumps(config)
        if training is not None:
            file.attrs["training_config"] = json.dumps(training)
        for name, value in attributes.items():
            file.attrs[name] = value
        weights(file)

    return hdf5(fill)


def keras_weights() -> bytes:
    """Return `model.weights.h5` as Keras 3 writes it."""

    def fill(file: h5py.File) -> None:
        group = file.create_group("layers/dense/vars")
        group.create_dataset("0", data=np.zeros((2, 2), "<f4"))
        group.create_dataset("1", data=np.zeros(2, "<f4"))

    return hdf5(fill)


def keras(
    config: Json | bytes, members: Mapping[str, bytes] | None = None, *, configs: tuple[bytes, ...] = ()
) -> bytes:
    """Return a model in Keras's own format; `members` replace or follow the ordinary ones."""
    text = config if isinstance(config, bytes) else json.dumps(config).encode()
    parts: dict[str, bytes] = {
        "metadata.json": b'{"keras_version": "3.13.2", "date_saved": "2026-01-01@00:00:00"}',
        "config.json": text,
        "model.weights.h5": keras_weights(),
        **(members or {}),
    }
    listed = [Member(name=name.encode(), data=data) for name, data in parts.items() if data]
    return archive(*listed, *(Member(name=b"config.json", data=copy) for copy in configs))
