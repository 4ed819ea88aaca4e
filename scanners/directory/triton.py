"""
Triton's `config.pbtxt`: which backend runs the model, and which code and files it brings.

Fields: https://github.com/triton-inference-server/common/blob/main/protobuf/model_config.proto (numbers are ours: the text
format has none). Where a backend's library is looked for:
TRITONSERVER_ServerOptionsSetBackendDirectory of Triton's C API ("searched last after the version and model directory").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanners.directory.paths import judge_path
from scanners.findings import Finding
from scanners.protobuf.messages import Messages
from scanners.protobuf.text import rewrite
from scanners.protobuf.wire import Span
from scanners.sources import BytesSource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCHEMA: Mapping[str, Mapping[str, tuple[int, str]]] = {
    "ModelConfig": {
        "platform": (1, "text"),
        "backend": (2, "text"),
        "runtime": (3, "text"),
        "default_model_filename": (4, "text"),
        "cc_model_filenames": (5, "TextEntry*"),
        "parameters": (6, "ParameterEntry*"),
        "model_warmup": (7, "ModelWarmup*"),
        "model_operations": (8, "ModelOperations"),
    },
    "TextEntry": {"key": (1, "text"), "value": (2, "text")},
    "ParameterEntry": {"key": (1, "text"), "value": (2, "ModelParameter")},
    "ModelParameter": {"string_value": (1, "text")},
    "ModelWarmup": {"inputs": (1, "WarmupEntry*")},
    "WarmupEntry": {"key": (1, "text"), "value": (2, "WarmupInput")},
    "WarmupInput": {"input_data_file": (1, "text")},
    "ModelOperations": {"op_library_filename": (1, "text*")},
}
_MESSAGES = Messages("weighbridge.triton", SCHEMA)
BACKENDS = frozenset(
    {
        *(
            "dali",
            "fil",
            "identity",
            "onnxruntime",
            "onnxruntime_onnx",
            "openvino",
            "python",
            "pytorch",
            "pytorch_libtorch",
        ),
        *(
            "repeat",
            "square",
            "tensorflow",
            "tensorflow_graphdef",
            "tensorflow_savedmodel",
            "tensorrt",
            "tensorrt_plan",
        ),
        *("tensorrtllm", "vllm", "ensemble"),
    }
)
"""Backends that Triton's own images bring, by name and by the older word for a platform."""
_CODE_PARAMETERS = frozenset({"EXECUTION_ENV_PATH"})
"""An archive with a Python environment, which the Python backend unpacks and runs the model in."""
_OWN_FOLDER = "$$TRITON_MODEL_DIRECTORY/"
_SHOWN = 200


def judge_config(text: bytes) -> Iterator[Finding]:
    """Yield what the configuration has the server run or open; raise `Malformed` where it is no protobuf text."""
    source = BytesSource(rewrite(text.removeprefix(b"\xef\xbb\xbf"), "ModelConfig", SCHEMA))
    config = _MESSAGES.parse("ModelConfig", source, Span(0, source.size))
    yield from _backend(_text(config.backend) or _text(config.platform))
    yield from _code(_text(config.runtime), "runtime")
    yield from judge_path(_text(config.default_model_filename), "default_model_filename")
    for entry in config.cc_model_filenames:
        yield from judge_path(_text(entry.value), "cc_model_filenames")
    for name in config.model_operations.op_library_filename:
        yield from _code(_text(name), "model_operations.op_library_filename")
    yield from _parameters(config)
    for warmup in config.model_warmup:
        for entry in warmup.inputs:
            yield from judge_path(_text(entry.value.input_data_file), "model_warmup.inputs.input_data_file")


def _backend(name: str) -> Iterator[Finding]:
    if name == "python":
        yield _named("python", "backend", "the model is the file model.py")
    elif name and name not in BACKENDS:
        evidence = f"backend {name[:_SHOWN]}; its library is looked for in the model's folder first"
        yield Finding(rule="triton-backend-not-known", evidence=evidence, name=name[:_SHOWN])


def _parameters(config: Any) -> Iterator[Finding]:
    for entry in config.parameters:
        key, value = _text(entry.key), _text(entry.value.string_value)
        if key in _CODE_PARAMETERS and value:
            yield _named(value, f"parameters.{key}", "an environment with an interpreter's modules")
            yield from judge_path(value.removeprefix(_OWN_FOLDER), f"parameters.{key}")


def _code(value: str, where: str) -> Iterator[Finding]:
    if value:
        yield _named(value, where, "code that is loaded with the model")
        yield from judge_path(value, where)


def _named(value: str, where: str, what: str) -> Finding:
    return Finding(rule="server-code", evidence=f"{where} names {value[:_SHOWN]}: {what}", name=value[:_SHOWN])


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
