"""ONNX models that read what is not theirs, or call what nobody knows; and ordinary ones beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.corpus.onnx_builder import (
    INT4,
    INT64,
    STRING,
    entry,
    external,
    function,
    graph,
    model,
    node,
    of_graph,
    of_tensor,
    opset,
    tensor,
    text,
)
from tests.corpus.tensorflow_builder import const, data, number, varint
from tests.corpus.tensorflow_builder import node as tensorflow_node

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_RELU = node("Relu", "x", name="relu")
_PIECE = data(1, data(1, "word") + b"\x15" + bytes(4))
"""A field that ONNX does not know, and that a vocabulary of SentencePiece begins with."""


def _late(*nodes: bytes) -> bytes:
    """Return a model whose graph begins with many fields that nobody knows."""
    return _PIECE + number(1, 10) + data(7, number(99, 1) * 40 + graph(*nodes)) + opset()


_ELSEWHERE = external("w", 2, 2, location="../../etc/passwd")


def _with(*tensors: bytes) -> bytes:
    return model(graph(_RELU, node("MatMul", "x", "w", name="matmul"), tensors=tensors))


def _at(location: str) -> bytes:
    return _with(external("w", 2, 2, location=location, offset="0", length="16"))


def _op(op: str, domain: str, attributes: bytes = b"") -> bytes:
    return model(graph(_RELU, node(op, "x", domain=domain, attributes=attributes)))


def _in_subgraphs(inner: bytes, depth: int) -> bytes:
    for _ in range(depth):
        inner = graph(node("If", "c", attributes=of_graph("then_branch", inner)))
    return model(inner)


def _doubling(levels: int) -> bytes:
    bodies = [function("f0", *[node("Relu", "a")] * 2)]
    bodies += [function(f"f{n}", *[node(f"f{n - 1}", "a", domain="local")] * 2) for n in range(1, levels)]
    return model(graph(node(f"f{levels - 1}", "x", domain="local")), *bodies)


def _backwards() -> bytes:
    return opset() + data(7, graph(_RELU, tensors=(_ELSEWHERE,))) + data(2, "pytorch") + number(1, 10)


def _hidden_in_tensorflow() -> bytes:
    """A GraphDef that ONNX takes for a model: what is a node to one is an unknown field to the other."""
    nodes = (const("c", "x"), tensorflow_node("m", "Identity", "c"))
    return b"".join(data(1, item) for item in nodes) + model(graph(_RELU, tensors=(_ELSEWHERE,)))


SAMPLES: Mapping[str, Callable[[], bytes]] = {
    "onnx-op-behind-unknown-fields.onnx": lambda: _late(node("Launch", "x", domain="com.example")),
    "benign-onnx-unknown-fields.onnx": lambda: _late(_RELU),
    "onnx-external-climbs.onnx": lambda: _at("../../etc/passwd"),
    "onnx-external-climbs-behind-a-folder.onnx": lambda: _at("a/../../secret"),
    "onnx-external-climbs-inside.onnx": lambda: _at("a/../weights.bin"),
    "onnx-external-absolute.onnx": lambda: _at("/etc/passwd"),
    "onnx-external-home.onnx": lambda: _at("~/.ssh/id_rsa"),
    "onnx-external-drive.onnx": lambda: _at("C:secret"),
    "onnx-external-backslash.onnx": lambda: _at("..\\..\\secret"),
    "onnx-external-nul.onnx": lambda: _at("/etc/passwd\0.bin"),
    "onnx-external-address.onnx": lambda: _at("http://example.com/w.bin"),
    "onnx-external-empty.onnx": lambda: _at(""),
    "onnx-external-no-location.onnx": lambda: _with(external("w", 2, 2, offset="0")),
    "onnx-external-in-attribute.onnx": lambda: model(
        graph(node("Constant", attributes=of_tensor("value", _ELSEWHERE)))
    ),
    "onnx-external-in-subgraph.onnx": lambda: _in_subgraphs(graph(_RELU, tensors=(_ELSEWHERE,)), 12),
    "onnx-external-in-function.onnx": lambda: model(
        graph(node("f", "x", domain="local")),
        function("f", node("Constant", attributes=of_tensor("value", _ELSEWHERE))),
    ),
    "onnx-external-in-sparse-tensor.onnx": lambda: model(
        graph(_RELU, sparse=(data(1, _ELSEWHERE) + data(2, tensor("i", 4, raw=bytes(32), data_type=INT64)),))
    ),
    "onnx-external-in-training.onnx": lambda: model(
        graph(_RELU), more=data(20, data(2, graph(_RELU, tensors=(_ELSEWHERE,))))
    ),
    "onnx-external-fields-backwards.onnx": _backwards,
    "onnx-external-in-second-graph.onnx": lambda: model(
        graph(_RELU), more=data(7, graph(_RELU, tensors=(_ELSEWHERE,)))
    ),
    "onnx-external-hidden-in-tensorflow.pb": _hidden_in_tensorflow,
    "onnx-memory-address.onnx": lambda: _with(
        external("w", 2, 2, location="*/_ORT_MEM_ADDR_/*", offset="140737488355328", length="16")
    ),
    "onnx-external-attribute-key.onnx": lambda: _with(
        external("w", 2, 2, location="weights.bin", __class__="builtins.object")
    ),
    "onnx-external-location-twice.onnx": lambda: _with(
        tensor("w", 2, 2, more=entry("location", "a.bin") + entry("location", "b.bin") + number(14, 1))
    ),
    "onnx-external-negative-offset.onnx": lambda: _with(
        external("w", 2, 2, location="weights.bin", offset="-16", length="16")
    ),
    "onnx-external-huge-offset.onnx": lambda: _with(
        external("w", 2, 2, location="weights.bin", offset="9" * 30, length="16")
    ),
    "onnx-external-length-disagrees.onnx": lambda: _with(
        external("w", 2, 2, location="weights.bin", offset="0", length="4096")
    ),
    "onnx-external-texts.onnx": lambda: _with(external("w", 2, 2, location="weights.bin", data_type=STRING)),
    "onnx-external-ranges-cross.onnx": lambda: _with(
        external("w", 2, 2, location="weights.bin", offset="0", length="16"),
        external("v", 2, 2, location="weights.bin", offset="8", length="16"),
    ),
    "onnx-raw-data-short.onnx": lambda: _with(tensor("w", 1 << 20, 1 << 20, raw=bytes(16))),
    "onnx-raw-data-long.onnx": lambda: _with(tensor("w", 2, 2, raw=bytes(17))),
    "onnx-negative-dimension.onnx": lambda: _with(tensor("w", -2, -2, raw=bytes(16))),
    "onnx-no-data.onnx": lambda: _with(tensor("w", 2, 2)),
    "onnx-typed-data-short.onnx": lambda: _with(tensor("w", 9, more=data(7, b"\1" * 4), data_type=INT64)),
    "onnx-texts-as-raw-data.onnx": lambda: _with(tensor("w", 1, raw=b"text", data_type=STRING)),
    "onnx-two-kinds-of-data.onnx": lambda: _with(tensor("w", 1, raw=bytes(4), more=data(4, bytes(4)))),
    "onnx-duplicate-initializer.onnx": lambda: _with(tensor("w", 1, raw=bytes(4)), tensor("w", 1, raw=bytes(4))),
    "onnx-custom-domain.onnx": lambda: _op("Launch", "com.acme"),
    "onnx-custom-op-in-standard-domain.onnx": lambda: _op("Launch", ""),
    "onnx-custom-op-in-subgraph.onnx": lambda: _in_subgraphs(graph(node("Launch", "x", domain="com.acme")), 3),
    "onnx-custom-op-in-extensions.onnx": lambda: _op("MyPythonTokenizer", "ai.onnx.contrib"),
    "onnx-python-operator.onnx": lambda: _op("PyOp", "pyopmulti_1", text("module", "os") + text("class_name", "x")),
    "onnx-python-autograd.onnx": lambda: _op("PythonOp", "com.microsoft", text("func_name", "torch.hub.load")),
    "onnx-cloud-operator.onnx": lambda: _op(
        "OpenAIChat", "com.microsoft.extensions", text("model_uri", "https://example.com")
    ),
    "onnx-compiled-program.onnx": lambda: _op("EPContext", "com.microsoft", text("ep_cache_context", bytes(64))),
    "onnx-compiled-program-elsewhere.onnx": lambda: _op(
        "EPContext", "com.microsoft", text("ep_cache_context", "../../lib/engine.bin")
    ),
    "onnx-compiled-program-called-as-function.onnx": lambda: model(
        graph(node("EPContext", "x", domain="com.microsoft")),
        function("EPContext", node("Relu", "a"), domain="com.microsoft"),
    ),
    "onnx-function-calls-itself.onnx": lambda: model(
        graph(node("f", "x", domain="local")), function("f", node("f", "a", domain="local"))
    ),
    "onnx-functions-call-each-other.onnx": lambda: model(
        graph(node("f", "x", domain="local")),
        function("f", node("g", "a", domain="local")),
        function("g", node("f", "a", domain="local")),
    ),
    "onnx-functions-double.onnx": lambda: _doubling(40),
    "onnx-breaks-off.onnx": lambda: _op("Launch", "com.acme") + data(25, function("f", _RELU))[:-9],
    "onnx-too-deep.onnx": lambda: _in_subgraphs(graph(_RELU), 60),
    "onnx-named-safetensors.safetensors": lambda: model(graph(_RELU)),
    "benign-onnx-model.onnx": lambda: _with(tensor("w", 2, 2, raw=bytes(16))),
    "benign-onnx-typed-data.onnx": lambda: _with(
        tensor("w", 2, 2, more=data(4, bytes(16))),
        tensor("v", 2, data_type=INT64, more=data(7, varint(1) + varint(-1))),
        tensor("s", 2, data_type=STRING, more=data(6, "a") + data(6, "b")),
        tensor("q", 3, data_type=INT4, more=data(5, b"\1\1")),
        tensor("e", 0),
    ),
    "benign-onnx-external-data.onnx": lambda: _with(
        external("w", 2, 2, location="model.onnx_data", offset="0", length="16", checksum="0" * 40),
        external("tied", 2, 2, location="model.onnx_data", offset="0", length="16"),
        external("v", 2, 2, location="model.onnx_data", offset="4096", length="16"),
        external("u", 2, 2, location="weights/u"),
    ),
    "benign-onnx-function.onnx": lambda: model(
        graph(node("f", "x", domain="local"), node("f", "x", domain="local")), function("f", node("Relu", "a"))
    ),
    "benign-onnx-contrib-domains.onnx": lambda: model(
        graph(
            node("FusedMatMul", "x", domain="com.microsoft"),
            node("LinearRegressor", "x", domain="ai.onnx.ml"),
            node("BertTokenizer", "x", domain="ai.onnx.contrib"),
            node("EfficientNMS_TRT", "x", domain="trt.plugins"),
        )
    ),
    "benign-onnx-custom-op-allowed.onnx": lambda: _op("AcmeGate", "com.acme"),
    "benign-onnx-subgraphs.onnx": lambda: _in_subgraphs(graph(_RELU), 12),
    "benign-onnx-beside-compiled-program.onnx": lambda: _op("Relu", "", text("ep_cache_context", "engine.bin")),
}
