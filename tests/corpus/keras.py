"""Keras models that run code, reach out or mislead; each technique in the smallest file that has it."""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from tests.corpus.keras_builder import (
    LAMBDA,
    OLD_LAMBDA,
    dense,
    function,
    h5,
    hdf5,
    keras,
    keras_weights,
    layer,
    old_layer,
    old_sequential,
    sequential,
    weights,
)
from tests.corpus.payloads import PAYLOAD, PAYLOAD_4

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_HUGE = (1 << 20, 1 << 20)


def _old_lambda(**more: object) -> dict[str, Any]:
    return old_layer("Lambda", {"function": OLD_LAMBDA, "function_type": "lambda", "module": "__main__"} | more)


def _lambda_inside(*wrappers: str) -> dict[str, Any]:
    inner = layer("Lambda", {"function": LAMBDA})
    for wrapper in wrappers:
        inner = layer(wrapper, {"layer": inner})
    return sequential(inner)


def _nested_lambda() -> bytes:
    return h5(old_sequential(old_sequential(old_sequential(_old_lambda()))))


def _lambda_output_shape() -> bytes:
    config = {
        "function": "double",
        "function_type": "function",
        "output_shape": OLD_LAMBDA,
        "output_shape_type": "lambda",
    }
    return h5(old_sequential(old_layer("Lambda", config)))


def _duplicate_key() -> bytes:
    text = json.dumps(_lambda_inside())
    return keras(text.replace('"class_name": "Lambda"', '"class_name": "Lambda", "class_name": "Dense"').encode())


def _escaped() -> bytes:
    text = json.dumps(_lambda_inside())
    return text.replace('"class_name"', '"cl\\u0061ss_name"').replace('"Lambda"', '"L\\u0061mbda"').encode()


def _deep() -> bytes:
    return keras(b'{"class_name": "Sequential", "config": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001)


def _torch_module(module: str) -> bytes:
    return keras(sequential(layer("TorchModuleWrapper", {"module": module, "output_shape": None})))


def _call(class_name: str, config: dict[str, Any]) -> bytes:
    return h5(old_sequential(old_layer(class_name, config)))


def _in_weights(fill: Callable[[h5py.File], None]) -> bytes:
    return keras(sequential(dense()), {"model.weights.h5": hdf5(fill)})


def _external_link(file: h5py.File) -> None:
    file["model_weights"] = h5py.ExternalLink("/etc/passwd", "/")


def _external_storage(file: h5py.File) -> None:
    file.create_dataset("vars/0", shape=(64,), dtype="u1", external=[("/etc/passwd", 0, 64)])


def _virtual_dataset(file: h5py.File) -> None:
    # The low-level call, since `create_virtual_dataset` notes the time at which it is called.
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_obj_track_times(False)
    space = h5py.h5s.create_simple((4,))
    properties.set_virtual(space, b"/mnt/other/model.h5", b"weights", space)
    h5py.h5d.create(file.require_group("vars").id, b"0", h5py.h5t.IEEE_F32LE, space, properties)


def _shape_bomb(file: h5py.File) -> None:
    file.create_dataset("vars/0", shape=_HUGE, dtype="<f4", chunks=(1024, 1024))


def _compressed_bomb(file: h5py.File) -> None:
    dataset = file.create_dataset("vars/0", shape=_HUGE, dtype="<f4", chunks=(1024, 1024), compression="gzip")
    dataset[:1024, :1024] = 0


def _wide_type_bomb(file: h5py.File) -> None:
    file.create_dataset("vars/0", shape=(1 << 10,), dtype=np.dtype(("<f4", (1 << 10, 1 << 8))), chunks=(1,))


def _object_table(file: h5py.File) -> None:
    file.attrs["PYTABLES_FORMAT_VERSION"] = "2.1"
    array = file.create_dataset("frame/block0_values", data=np.zeros(4, "u1"))
    array.attrs["CLASS"] = "VLARRAY"
    array.attrs["PSEUDOATOM"] = "object"


def _pickled_attribute(file: h5py.File) -> None:
    file.attrs["PYTABLES_FORMAT_VERSION"] = "2.1"
    file.create_group("frame").attrs["info"] = np.bytes_(PAYLOAD)


def _config_in_group(file: h5py.File) -> None:
    file.create_group("ensemble/first").attrs["model_config"] = json.dumps(old_sequential(_old_lambda()))


def _lambda_model(file: h5py.File) -> None:
    file.attrs["model_config"] = json.dumps(old_sequential(_old_lambda()))
    weights(file)


def _plain_model(file: h5py.File) -> None:
    file.attrs["model_config"] = json.dumps(old_sequential(old_layer("Dense", {"units": 2})))
    weights(file)


def _soft_links(file: h5py.File) -> None:
    _plain_model(file)
    file["first"] = h5py.SoftLink("/model_weights/dense")
    file["nowhere"] = h5py.SoftLink("/not/there")
    file["model_weights/cycle"] = file["model_weights"]


def _compressed_weights(file: h5py.File) -> None:
    file.create_dataset("vars/0", data=np.zeros((512, 512), "<f4"), compression="gzip", shuffle=True)


def _pickled_weights() -> bytes:
    memory = io.BytesIO()
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    padding = b" " * (64 - (10 + len(header) + 1) % 64)
    memory.write(
        b"\x93NUMPY\x01\x00" + (len(header) + len(padding) + 1).to_bytes(2, "little") + header + padding + b"\n"
    )
    memory.write(PAYLOAD_4)
    return memory.getvalue()


def _old_functional() -> bytes:
    inputs = {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 2], "name": "input"}}
    wrapped = old_layer("TimeDistributed", {"layer": old_layer("Dense", {"units": 2, "activation": "relu"})})
    added = old_layer("TFOpLambda", {"function": "math.add"})
    sliced = old_layer("SlicingOpLambda", {"function": "__operators__.getitem"})
    config = {"name": "model", "layers": [inputs, wrapped, added, sliced], "input_layers": [["input", 0, 0]]}
    training = {"loss": "mse", "metrics": ["accuracy"], "optimizer_config": old_layer("Adam", {"learning_rate": 0.001})}
    return h5({"class_name": "Functional", "config": config}, training)


def _new_functional() -> bytes:
    tensor = {"class_name": "__keras_tensor__", "config": {"shape": [None, 2], "keras_history": ["input", 0, 0]}}
    nodes = [{"args": [tensor], "kwargs": {"mask": None}}]
    lookup = layer("StringLookup", {"vocabulary": ["a", "b"], "max_tokens": None})
    layers = [
        dense(function("builtins", "relu")),
        layer("Bidirectional", {"layer": layer("LSTM", {"units": 3})}),
        lookup,
    ]
    model = layer("Functional", {"layers": layers, "inbound_nodes": nodes}, "keras.src.models.functional")
    model["registered_name"] = "Functional"
    model["compile_config"] = {"optimizer": layer("Adam", {"learning_rate": 0.001}, "keras.optimizers"), "loss": "mse"}
    return keras(model)


def _beside(config: dict[str, Any], value: bytes) -> bytes:
    """Return a configuration with one more value, written as it is given."""
    return json.dumps(config).encode()[:-1] + b', "more": ' + value + b"}"


SAMPLES: Mapping[str, Callable[[], bytes]] = {
    "keras-lambda.h5": lambda: h5(old_sequential(_old_lambda())),
    "keras-lambda.keras": lambda: keras(_lambda_inside()),
    "keras-lambda-behind-white-space.json": lambda: b" " * 5000 + json.dumps(_lambda_inside()).encode(),
    "keras-lambda-beside-deep-nesting.json": lambda: _beside(_lambda_inside(), b"[" * 3000 + b"]" * 3000),
    "keras-lambda-beside-long-number.json": lambda: _beside(_lambda_inside(), b"1" * 5000),
    "benign-keras-beside-number.json": lambda: _beside(sequential(dense()), b"1" * 4000),
    "benign-keras-behind-white-space.json": lambda: b" " * 5000 + json.dumps(sequential(dense())).encode(),
    "keras-lambda-in-models-in-models.h5": _nested_lambda,
    "keras-lambda-in-wrappers.keras": lambda: keras(_lambda_inside("TimeDistributed", "Bidirectional")),
    "keras-lambda-as-activation.keras": lambda: keras(sequential(dense(LAMBDA))),
    "keras-lambda-as-output-shape.h5": _lambda_output_shape,
    "keras-lambda-as-mask.h5": lambda: h5(
        old_sequential(_old_lambda(function="f", function_type="function", mask=OLD_LAMBDA, mask_type="lambda"))
    ),
    "keras-lambda-in-training-config.h5": lambda: h5(old_sequential(), {"loss": LAMBDA}),
    "keras-lambda-in-compile-config.keras": lambda: keras(sequential(dense()) | {"compile_config": {"loss": LAMBDA}}),
    "keras-lambda-in-build-config.keras": lambda: keras(sequential(dense() | {"build_config": {"shape": [LAMBDA]}})),
    "keras-lambda-named-function.h5": lambda: _call("Lambda", {"function": "double", "function_type": "function"}),
    "keras-lambda-duplicate-key.keras": _duplicate_key,
    "keras-lambda-escaped.json": _escaped,
    "keras-lambda-utf-16.keras": lambda: keras(json.dumps(_lambda_inside()).encode("utf-16")),
    "keras-lambda-upper-case-member.keras": lambda: keras(
        sequential(dense()), {"CONFIG.JSON": json.dumps(_lambda_inside()).encode()}
    ),
    "keras-lambda-duplicate-config.keras": lambda: keras(
        sequential(dense()), configs=(json.dumps(_lambda_inside()).encode(),)
    ),
    "keras-lambda-without-weights.keras": lambda: keras(_lambda_inside(), {"model.weights.h5": b""}),
    "keras-lambda-model.json": lambda: json.dumps(_lambda_inside()).encode(),
    "keras-lambda-in-a-group.h5": lambda: hdf5(_config_in_group),
    "keras-lambda-behind-user-block.h5": lambda: hdf5(_lambda_model, user_block=bytes(1024)),
    "keras-lambda-behind-long-user-block.h5": lambda: hdf5(_lambda_model, user_block=bytes(65536)),
    "keras-pickle-in-user-block.h5": lambda: hdf5(_plain_model, user_block=PAYLOAD_4.ljust(512, b"\0")),
    "keras-function-os-system.keras": lambda: keras(sequential(dense(function("os", "system")))),
    "keras-function-builtins-exec.keras": lambda: keras(sequential(dense(function("builtins", "exec")))),
    "keras-function-downloads.keras": lambda: keras(sequential(dense(function("urllib.request", "urlretrieve")))),
    "keras-class-popen.keras": lambda: keras(layer("Popen", {"args": ["echo", "weighbridge"]}, "subprocess")),
    "keras-class-popen-under-odd-key.keras": lambda: keras(
        sequential(dense()) | {"anything": layer("Popen", {"args": ["echo", "weighbridge"]}, "subprocess")}
    ),
    "keras-class-popen-in-initializer.h5": lambda: h5(
        old_sequential(old_layer("Dense", {"kernel_initializer": layer("Popen", {"args": "echo"}, "subprocess")}))
    ),
    "keras-type-spec-os-system.keras": lambda: keras(
        sequential(
            layer(
                "Masking",
                {
                    "spec": {
                        "class_name": "__typespec__",
                        "spec_name": "system",
                        "module": "os",
                        "config": ["echo weighbridge"],
                        "registered_name": None,
                    }
                },
            )
        )
    ),
    "keras-get-file.keras": lambda: keras(
        sequential(layer("Lambda", {"function": function("keras.utils", "get_file"), "arguments": {"fname": "x.tgz"}}))
    ),
    "keras-get-file-internal.keras": lambda: keras(
        sequential(dense(function("keras.src.utils.file_utils", "get_file")))
    ),
    "keras-load-model.keras": lambda: keras(sequential(dense(function("keras.models", "model_from_json")))),
    "keras-enables-unsafe.keras": lambda: keras(
        sequential(dense(function("keras.config", "enable_unsafe_deserialization")))
    ),
    "keras-safe-mode-false.keras": lambda: keras(sequential(dense() | {"safe_mode": False})),
    "keras-torch-module.keras": lambda: _torch_module(base64.b64encode(PAYLOAD_4).decode()),
    "keras-torch-module-as-text.keras": lambda: _torch_module(PAYLOAD.decode()),
    "keras-tfsm-layer.keras": lambda: keras(
        sequential(layer("TFSMLayer", {"filepath": "/mnt/other/model", "call_endpoint": "serve"}))
    ),
    "keras-string-lookup-path.keras": lambda: keras(sequential(layer("StringLookup", {"vocabulary": "/etc/passwd"}))),
    "keras-text-vectorization-path.h5": lambda: _call("TextVectorization", {"vocabulary": "../../etc/passwd"}),
    "keras-integer-lookup-url.keras": lambda: keras(
        sequential(layer("IntegerLookup", {"vocabulary": "https://attacker.example/vocabulary.txt"}))
    ),
    "keras-tokenizer-proto-path.keras": lambda: keras(
        sequential(layer("SentencePieceTokenizer", {"proto": "/etc/passwd"}, "keras_hub.tokenizers"))
    ),
    "keras-url-in-arguments.keras": lambda: keras(sequential(dense() | {"preset": ["hf://attacker/model"]})),
    "keras-custom-layer.keras": lambda: keras(
        sequential(layer("Gate", module="acme.layers"), layer("Gate", module="acme.layers"))
    ),
    "keras-custom-layer.h5": lambda: h5(old_sequential(old_layer("Gate"), old_layer("Gate"))),
    "keras-custom-registered-layer.h5": lambda: h5(old_sequential(old_layer("Acme>Gate"))),
    "keras-registered-name-of-another.keras": lambda: keras(sequential(dense() | {"registered_name": "Acme>Gate"})),
    "keras-package-look-alike.keras": lambda: keras(sequential(layer("Dense", module="keras_layers"))),
    "keras-internal-helper.keras": lambda: keras(
        sequential(layer("SerializableDict", module="keras.src.saving.saving_lib"))
    ),
    "keras-tf-op-write-file.h5": lambda: _call("TFOpLambda", {"function": "io.write_file"}),
    "keras-tf-op-load-library.h5": lambda: _call("TFOpLambda", {"function": "load_op_library"}),
    "keras-tf-class-method.h5": lambda: _call(
        "ClassMethod", {"cls_symbol": "train.Checkpoint", "method_name": "restore"}
    ),
    "keras-tf-instance-method.h5": lambda: _call("InstanceMethod", {"attr_name": "__reduce_ex__"}),
    "keras-tf-node.h5": lambda: _call(
        "TensorFlowOpLayer", {"node_def": {"name": "r", "op": "ReadFile"}, "constants": {}}
    ),
    "keras-tf-node-serialised.h5": lambda: _call("TensorFlowOpLayer", {"node_def": "\n\x01w\x12\tWriteFile"}),
    "keras-tf-node-unreadable.h5": lambda: _call("TensorFlowOpLayer", {"node_def": "\x12\x7f"}),
    "keras-external-link.h5": lambda: hdf5(_external_link),
    "keras-external-storage.h5": lambda: hdf5(_external_storage),
    "keras-external-storage.keras": lambda: _in_weights(_external_storage),
    "keras-virtual-dataset.keras": lambda: _in_weights(_virtual_dataset),
    "keras-shape-bomb.keras": lambda: _in_weights(_shape_bomb),
    "keras-shape-bomb-compressed.h5": lambda: hdf5(_compressed_bomb),
    "keras-shape-bomb-in-type.h5": lambda: hdf5(_wide_type_bomb),
    "keras-pickled-weights.keras": lambda: keras(
        sequential(dense()), {"model.weights.h5": b"", "model.weights.npz": _pickled_weights()}
    ),
    "keras-pickle-as-asset.keras": lambda: keras(sequential(dense()), {"assets/layers/lookup/vocabulary.txt": PAYLOAD}),
    "keras-hdf5-object-array.h5": lambda: hdf5(_object_table),
    "keras-hdf5-pickled-attribute.h5": lambda: hdf5(_pickled_attribute),
    "keras-config-too-deep.keras": _deep,
    "keras-config-no-json.h5": lambda: h5("{'class_name': 'Sequential'}"),
    "keras-truncated.h5": lambda: h5(old_sequential(_old_lambda()))[:900],
    "benign-keras-functional.h5": _old_functional,
    "benign-keras-functional.keras": _new_functional,
    "benign-keras-custom-layer-allowed.keras": lambda: keras(sequential(layer("Gate", module="acme.layers"))),
    "benign-keras-soft-links.h5": lambda: hdf5(_soft_links),
    "benign-keras-compressed.weights.h5": lambda: hdf5(_compressed_weights),
    "benign-keras-weights.h5": keras_weights,
    "benign-keras-user-block.h5": lambda: hdf5(
        _plain_model, user_block=b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(512)
    ),
    "benign-keras-model.json": lambda: json.dumps(sequential(dense())).encode(),
    "benign-keras-not-a-model.json": lambda: (
        b'{"class_name": "cat", "id": 3, "classes": [{"class_name": "dog", "config": 1}]}'
    ),
}
