"""
Layers of Keras 2 that call TensorFlow by name: TFOpLambda, SlicingOpLambda, ClassMethod, TensorFlowOpLayer.

They look a public name up (`math.add`, `io.write_file`) or hold one node of a graph, with arguments from the file.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from scanners.findings import Finding
from scanners.tensorflow import is_computation, judge_op

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEXT_OP = re.compile(r"""\bop\s*:\s*["']([^"']*)["']""")


def judge_function(item: dict[str, Any], where: str) -> Iterator[Finding]:
    """Judge a layer that calls the public TensorFlow function its configuration names."""
    config = item["config"]
    function = config.get("function") if isinstance(config, dict) else None
    if isinstance(function, str) and not is_computation(function):
        evidence = f"{where}: {item['class_name']} calls tf.{function}"
        yield Finding(rule="keras-tensorflow-function", evidence=evidence, name=f"tf.{function}")


def judge_class_method(item: dict[str, Any], where: str) -> Iterator[Finding]:
    """Judge a layer that calls a method of a TensorFlow class: only the factories of ragged tensors are of use."""
    config = item["config"]
    symbol = config.get("cls_ref", config.get("cls_symbol")) if isinstance(config, dict) else None
    if symbol != "RaggedTensor":
        evidence = f"{where}: ClassMethod of tf.{symbol}"
        yield Finding(rule="keras-tensorflow-function", evidence=evidence, name=f"tf.{symbol}")


def judge_node(item: dict[str, Any], where: str) -> Iterator[Finding]:
    """Judge a layer that holds one node of a graph, as JSON or as protobuf text."""
    config = item["config"]
    node = config.get("node_def") if isinstance(config, dict) else None
    op = _op(node) if isinstance(node, str) else None
    if op is None:
        evidence = f"{where}: TensorFlowOpLayer whose node cannot be read"
        yield Finding(rule="keras-object-not-recognised", evidence=evidence, name="TensorFlowOpLayer")
    elif rule := judge_op(op):
        yield Finding(rule=rule.rule, evidence=f"{where}: {op} {rule.reason}", name=op)


def _op(node: str) -> str | None:
    try:
        read = json.loads(node)
    except (ValueError, RecursionError):
        found = _TEXT_OP.findall(node)
        return found[-1] if found else None
    op = read.get("op") if isinstance(read, dict) else None
    return op if isinstance(op, str) else None
