"""Keras classes of which more than the name must be judged: one function each, in a visible table."""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Any

from scanners.findings import Embedded, Finding
from scanners.keras.bytecode import holds_bytecode
from scanners.keras.tensorflow_calls import judge_attribute, judge_class_method, judge_function, judge_node
from scanners.sources import BytesSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from scanners.json_documents import Place

    Special = Callable[[dict[str, Any], Place], Iterator[Finding | Embedded]]


def _lambda(item: dict[str, Any], where: Place) -> Iterator[Finding]:
    config = item["config"]
    if holds_bytecode(config):
        return
    function = config.get("function") if isinstance(config, dict) else config
    if isinstance(function, dict):
        function = function.get("config")
    name = function if isinstance(function, str) else "Lambda"
    yield Finding(rule="keras-lambda-function", evidence=f"{where}: Lambda calls {name}", name=name)


def _torch_module(item: dict[str, Any], where: Place) -> Iterator[Finding | Embedded]:
    yield Finding(rule="keras-torch-module", evidence=f"{where}: TorchModuleWrapper", name="TorchModuleWrapper")
    config = item["config"]
    module = config.get("module") if isinstance(config, dict) else None
    if isinstance(module, dict) and isinstance(module.get("config"), dict):
        module = module["config"].get("value")
    if isinstance(module, str):
        yield Embedded(source=BytesSource(_decoded(module)), member=f"{where}.config.module")


def _decoded(text: str) -> bytes:
    """Return the bytes of a pickled module: base64 since Keras 3.11, before that the text itself."""
    try:
        return binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        return text.encode("utf-8", "surrogatepass")


def _saved_model(item: dict[str, Any], where: Place) -> Iterator[Finding]:
    config = item["config"]
    path = config.get("filepath") if isinstance(config, dict) else None
    yield Finding(rule="keras-external-model", evidence=f"{where}: TFSMLayer loads {path}", name="TFSMLayer")


SPECIAL: Mapping[str, Special] = {
    "ClassMethod": judge_class_method,
    "InstanceMethod": judge_attribute,
    "InstanceProperty": judge_attribute,
    "Lambda": _lambda,
    "SlicingOpLambda": judge_function,
    "TFOpLambda": judge_function,
    "TFSMLayer": _saved_model,
    "TensorFlowOpLayer": judge_node,
    "TorchModuleWrapper": _torch_module,
}
