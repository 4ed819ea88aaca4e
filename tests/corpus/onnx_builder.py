"""ONNX models on the wire, field by field: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto."""

from __future__ import annotations

from tests.corpus.tensorflow_builder import data, number, varint

FLOAT, INT64, STRING, INT4 = 1, 7, 8, 22


def dims(*sizes: int) -> bytes:
    """Return the dimensions of a tensor, packed as proto3 writers do."""
    return data(1, b"".join(map(varint, sizes))) if sizes else b""


def tensor(name: str, *sizes: int, raw: bytes | None = None, data_type: int = FLOAT, more: bytes = b"") -> bytes:
    """Return a TensorProto."""
    content = b"" if raw is None else data(9, raw)
    return dims(*sizes) + number(2, data_type) + data(8, name) + content + more


def entry(key: str, value: str) -> bytes:
    """Return an external_data field of a tensor."""
    return data(13, data(1, key) + data(2, value))


def external(name: str, *sizes: int, data_type: int = FLOAT, **entries: str) -> bytes:
    """Return a TensorProto whose numbers are elsewhere."""
    fields = b"".join(entry(key, value) for key, value in entries.items())
    return tensor(name, *sizes, data_type=data_type, more=fields + number(14, 1))


def text(name: str, value: str | bytes) -> bytes:
    """Return an attribute of a node that is a text or bytes."""
    return data(5, data(1, name) + data(4, value) + number(20, 3))


def of_tensor(name: str, value: bytes) -> bytes:
    """Return an attribute of a node that is a tensor."""
    return data(5, data(1, name) + data(5, value) + number(20, 4))


def of_graph(name: str, value: bytes) -> bytes:
    """Return an attribute of a node that is a graph."""
    return data(5, data(1, name) + data(6, value) + number(20, 5))


def node(op: str, *inputs: str, domain: str = "", name: str = "n", attributes: bytes = b"") -> bytes:
    """Return a NodeProto with one output."""
    where = data(7, domain) if domain else b""
    return (
        b"".join(data(1, item) for item in inputs)
        + data(2, f"{name}_out")
        + data(3, name)
        + data(4, op)
        + attributes
        + where
    )


def graph(*nodes: bytes, tensors: tuple[bytes, ...] = (), sparse: tuple[bytes, ...] = ()) -> bytes:
    """Return a GraphProto."""
    parts = [data(1, item) for item in nodes] + [data(2, "g")]
    parts += [data(5, item) for item in tensors] + [data(15, item) for item in sparse]
    return b"".join(parts) + data(11, data(1, "x")) + data(12, data(1, "y"))


def function(name: str, *nodes: bytes, domain: str = "local") -> bytes:
    """Return a FunctionProto."""
    return data(1, name) + data(4, "a") + data(5, "b") + b"".join(data(7, item) for item in nodes) + data(10, domain)


def opset(domain: str = "", version: int = 21) -> bytes:
    """Return an opset_import field of a model."""
    return data(8, data(1, domain) + number(2, version))


def model(graph_proto: bytes, *functions: bytes, more: bytes = b"") -> bytes:
    """Return a ModelProto as exporters write it."""
    head = number(1, 10) + data(2, "pytorch") + data(3, "2.9.0")
    return head + data(7, graph_proto) + opset() + b"".join(data(25, item) for item in functions) + more
