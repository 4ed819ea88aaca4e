"""TensorFlow graphs, models and checkpoints on the wire, field by field: https://protobuf.dev/programming-guides/encoding/."""

from __future__ import annotations

import struct

FUNCTION_CALL = "StatefulPartitionedCall"


def varint(value: int) -> bytes:
    """Return a number."""
    written = bytearray()
    value &= 0xFFFF_FFFF_FFFF_FFFF
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])


def number(field: int, value: int) -> bytes:
    """Return a numeric field."""
    return varint(field << 3) + varint(value)


def data(field: int, value: bytes | str) -> bytes:
    """Return a text, bytes or message field."""
    content = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(content)) + content


def attribute(key: str, value: bytes) -> bytes:
    """Return an attribute of a node, given its AttrValue."""
    return data(5, data(1, key) + data(2, value))


def text(key: str, value: str) -> bytes:
    """Return an attribute that is a text."""
    return attribute(key, data(2, value))


def texts(key: str, *values: str) -> bytes:
    """Return an attribute that is a list of texts."""
    return attribute(key, data(1, b"".join(data(2, value) for value in values)))


def calls(function: str, key: str = "f") -> bytes:
    """Return an attribute that is a function."""
    return attribute(key, data(10, data(1, function)))


def node(name: str, op: str, *inputs: str, attributes: bytes = b"") -> bytes:
    """Return a NodeDef."""
    return data(1, name) + data(2, op) + b"".join(data(3, item) for item in inputs) + attributes


def const(name: str, *values: str) -> bytes:
    """Return a Const node of texts."""
    tensor = number(1, 7) + b"".join(data(8, value) for value in values)
    return node(name, "Const", attributes=attribute("dtype", number(6, 7)) + attribute("value", data(8, tensor)))


def numbers(name: str, content: bytes) -> bytes:
    """Return a Const node of float32 numbers."""
    tensor = number(1, 1) + data(4, content)
    return node(name, "Const", attributes=attribute("dtype", number(6, 1)) + attribute("value", data(8, tensor)))


def function(name: str, arguments: tuple[str, ...], *nodes: bytes) -> bytes:
    """Return a FunctionDef."""
    signature = data(1, name) + b"".join(data(2, data(1, item) + number(3, 7)) for item in arguments)
    return data(1, signature) + b"".join(data(3, item) for item in nodes)


def graph(*nodes: bytes, functions: tuple[bytes, ...] = ()) -> bytes:
    """Return a GraphDef."""
    library = data(2, b"".join(data(1, item) for item in functions)) if functions else b""
    return b"".join(data(1, item) for item in nodes) + library + data(4, number(1, 2147))


def asset(tensor: str, filename: str) -> bytes:
    """Return an AssetFileDef field of a meta graph."""
    return data(6, data(1, data(1, tensor)) + data(2, filename))


def saver(tensor: str = "saver_filename:0") -> bytes:
    """Return the SaverDef field of a meta graph."""
    return data(3, data(1, tensor) + data(2, "StatefulPartitionedCall_1:0") + data(3, "StatefulPartitionedCall_2"))


def signature(*tensors: str) -> bytes:
    """Return a SignatureDef field of a meta graph, with the given inputs."""
    inputs = b"".join(data(1, data(1, f"input_{index}") + data(2, data(1, name))) for index, name in enumerate(tensors))
    return data(5, data(1, "serving_default") + data(2, inputs))


def meta_graph(graph_def: bytes, *more: bytes) -> bytes:
    """Return a MetaGraphDef."""
    return data(1, data(4, "serve") + data(5, "2.21.0")) + data(2, graph_def) + b"".join(more)


def saved_model(*meta_graphs: bytes) -> bytes:
    """Return a SavedModel."""
    return number(1, 1) + b"".join(data(2, item) for item in meta_graphs)


def model(*nodes: bytes, functions: tuple[bytes, ...] = (), more: tuple[bytes, ...] = ()) -> bytes:
    """Return a SavedModel of one graph."""
    return saved_model(meta_graph(graph(*nodes, functions=functions), *more))


def objects(*nodes: bytes, bound: tuple[tuple[str, tuple[int, ...]], ...] = ()) -> bytes:
    """Return the SavedObjectGraph field of a meta graph; `bound` lists functions and the objects they are bound to."""
    functions = (data(2, data(1, name) + data(2, data(2, b"".join(map(varint, indices))))) for name, indices in bound)
    return data(7, b"".join(data(1, item) for item in nodes) + b"".join(functions))


def user_object(identifier: str, metadata: str) -> bytes:
    """Return a SavedObject with what Keras notes about a layer."""
    return data(4, data(1, identifier) + data(3, metadata))


def constant_object(operation: str) -> bytes:
    """Return a SavedObject for a constant of the graph."""
    return data(9, data(1, operation))


def keras_metadata(*layers: tuple[str, str]) -> bytes:
    """Return `keras_metadata.pb`, given the identifier and JSON of each layer."""
    return b"".join(
        data(1, number(2, index) + data(3, "root.layer") + data(4, identifier) + data(5, metadata))
        for index, (identifier, metadata) in enumerate(layers)
    )


def entry(dtype: int, shape: tuple[int, ...], offset: int, size: int) -> bytes:
    """Return a BundleEntryProto."""
    dimensions = b"".join(data(2, number(1, item)) for item in shape)
    return number(1, dtype) + data(2, dimensions) + number(4, offset) + number(5, size)


def table(entries: dict[str, bytes], *, compression: int = 0) -> bytes:
    """Return a table in LevelDB's format; each key stands whole."""
    values = {"": number(1, 1) + data(3, number(1, 1)), **entries}
    body = bytearray()
    block = _block({key.encode(): value for key, value in values.items()})
    body += block + bytes([compression]) + bytes(4)
    handle = varint(0) + varint(len(block))
    empty = _block({})
    meta = varint(len(body)) + varint(len(empty))
    body += empty + bytes(5)
    index = _block({b"\xff": handle})
    place = varint(len(body)) + varint(len(index))
    body += index + bytes(5)
    return bytes(body) + (meta + place).ljust(40, b"\0") + bytes.fromhex("57fb808b247547db")


def _block(entries: dict[bytes, bytes]) -> bytes:
    body = b"".join(
        varint(0) + varint(len(key)) + varint(len(value)) + key + value for key, value in sorted(entries.items())
    )
    return body + struct.pack("<LL", 0, 1)
