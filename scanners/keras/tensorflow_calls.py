"""
Layers of Keras 2 that call TensorFlow by name: TFOpLambda, SlicingOpLambda, ClassMethod, InstanceMethod, TensorFlowOpLayer.

They look a public name up (`math.add`, `io.write_file`) or hold one node of a graph, with arguments from the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanners.findings import Finding
from scanners.formats import Malformed
from scanners.protobuf.wire import BYTES, Span, fields
from scanners.sources import BytesSource
from scanners.tensorflow.ops import is_computation, judge_op
from scanners.tensorflow.schema import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.json_documents import Place

_OP = SCHEMA["NodeDef"]["op"][0]


def judge_function(item: dict[str, Any], where: Place) -> Iterator[Finding]:
    """Judge a layer that calls the public TensorFlow function its configuration names."""
    config = item["config"]
    function = config.get("function") if isinstance(config, dict) else None
    if isinstance(function, str) and not is_computation(function):
        evidence = f"{where}: {item['class_name']} calls tf.{function}"
        yield Finding(rule="keras-tensorflow-function", evidence=evidence, name=f"tf.{function}")


def judge_class_method(item: dict[str, Any], where: Place) -> Iterator[Finding]:
    """Judge a layer that calls a method of a TensorFlow class: only the factories of ragged tensors are of use."""
    config = item["config"]
    symbol = config.get("cls_ref", config.get("cls_symbol")) if isinstance(config, dict) else None
    if symbol != "RaggedTensor":
        evidence = f"{where}: ClassMethod of tf.{symbol}"
        yield Finding(rule="keras-tensorflow-function", evidence=evidence, name=f"tf.{symbol}")


def judge_attribute(item: dict[str, Any], where: Place) -> Iterator[Finding]:
    """Judge a layer that takes an attribute of a tensor, or calls a method of it: none of Python's own is of use."""
    config = item["config"]
    name = config.get("attr_name") if isinstance(config, dict) else None
    if isinstance(name, str) and name.startswith("_"):
        evidence = f"{where}: {item['class_name']} takes {name} of a tensor"
        yield Finding(rule="keras-tensorflow-function", evidence=evidence, name=name)


def judge_node(item: dict[str, Any], where: Place) -> Iterator[Finding]:
    """Judge a layer that holds one node of a graph, as an object or as a serialised message."""
    config = item["config"]
    ops = _ops(config.get("node_def") if isinstance(config, dict) else None)
    if not ops:
        evidence = f"{where}: TensorFlowOpLayer whose node cannot be read"
        yield Finding(rule="keras-object-not-recognised", evidence=evidence, name="TensorFlowOpLayer")
    for op in ops:
        if judgement := judge_op(op):
            yield Finding(rule=judgement.rule, evidence=f"{where}: {op} {judgement.reason}", name=op)


def _ops(node: object) -> list[str]:
    """Return the op of a node; more than one where a message gives it twice."""
    if isinstance(node, dict):
        return [op for op in (node.get("op"),) if isinstance(op, str)]
    if not isinstance(node, str):
        return []
    data = node.encode("utf-8", "surrogatepass")
    try:
        found = [field for field in fields(BytesSource(data), Span(0, len(data))) if field.number == _OP]
    except Malformed:
        return []
    return [data[field.start : field.end].decode("utf-8", "replace") for field in found if field.wire == BYTES]
