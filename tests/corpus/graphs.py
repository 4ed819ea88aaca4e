"""Models of Core ML and PaddlePaddle that name what is not theirs, formats that are recognised only; and ordinary ones."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from tests.corpus.flatbuffer_builder import Number, Numbers, Table, buffer
from tests.corpus.tensorflow_builder import data, number, varint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def model(*kinds: bytes) -> bytes:
    """Return a Core ML model of the given kinds; an honest one is of one."""
    description = data(2, data(1, data(1, "x")))
    return number(1, 8) + description + b"".join(kinds)


def network(*layers: bytes) -> bytes:
    """Return a NeuralNetwork."""
    return b"".join(data(1, data(1, "layer") + layer) for layer in layers)


def custom(name: str) -> bytes:
    """Return a custom layer."""
    return data(500, data(10, name))


def program(file: str) -> bytes:
    """Return a program with one operation, whose weights lie in a file."""
    blob = data(5, data(1, file) + number(2, 64))
    operation = data(1, "const") + data(5, data(1, "val") + data(2, blob))
    block = data(3, operation)
    function = data(2, "ios15") + data(3, data(1, "ios15") + data(2, block))
    return number(1, 1) + data(2, data(1, "main") + data(2, function))


def pipeline(*models: bytes) -> bytes:
    """Return a Pipeline."""
    return b"".join(data(1, item) for item in models)


def described(start: int, size: int) -> bytes:
    """Return the description of a blob of weights."""
    return struct.pack("<IIQQ", 0xDEADBEEF, 1, size, start).ljust(64, b"\0")


def blob(position: int, size: int, *, start: int | None = None) -> bytes:
    """Return a blob behind its description, aligned."""
    numbers = (b"\1" * size).ljust(-(-size // 64) * 64, b"\0")
    return described(position + 64 if start is None else start, size) + numbers


def weights(*blobs: bytes) -> bytes:
    """Return a file of weights."""
    return struct.pack("<II", len(blobs), 2).ljust(64, b"\0") + b"".join(blobs)


def manifest(path: str, *, more: str = "") -> bytes:
    """Return the manifest of a package of one file; `more` stands in front of the path."""
    entry = f'{{"author": "com.apple.CoreML", {more}"path": "{path}"}}'
    return f'{{"fileFormatVersion": "1.0.0", "itemInfoEntries": {{"A": {entry}}}, "rootModelIdentifier": "A"}}'.encode()


def paddle(*operators: str) -> bytes:
    """Return a program of PaddlePaddle's with a block of operators."""
    variables = data(3, data(1, "x") + data(2, number(1, 7)))
    block = number(1, 0) + number(2, -1) + variables + b"".join(data(4, data(3, name)) for name in operators)
    return data(1, block) + data(4, number(1, 2_000_000))


def parameter(*shape: int, stored: int) -> bytes:
    """Return a tensor of floats as PaddlePaddle saves it."""
    description = number(1, 5) + data(2, b"".join(map(varint, shape)))
    return struct.pack("<IQIi", 0, 0, 0, len(description)) + description + bytes(stored)


def ort_tensor(*dims: int, raw: bytes) -> Table:
    """Return a tensor of floats of ONNX Runtime's."""
    return Table({0: "w", 2: Numbers("<q", dims), 3: Number("<i", 1), 4: raw})


def ort_node(op: str, domain: str = "", attributes: list[Table] | None = None) -> Table:
    """Return a node of ONNX Runtime's."""
    return Table({0: "n", 2: domain, 5: op, 10: attributes or []})


def ort(*nodes: Table, tensors: list[Table] | None = None) -> bytes:
    """Return a session of ONNX Runtime's: a model and its graph."""
    graph = Table({0: tensors or [], 2: list(nodes)})
    return buffer(b"ORTM", Table({0: "6", 1: Table({0: Number("<q", 10), 7: graph})}))


def pte(*operators: str, backends: tuple[str, ...] = (), segment: tuple[int, int] | None = None) -> bytes:
    """Return a program of ExecuTorch's; a segment is given by its offset and size, and lies behind the program."""
    named = [Table({0: name, 1: "out"}) for name in operators]
    plan = Table({0: "forward", 6: named, 7: [Table({0: name}) for name in backends]})
    places = [Table({0: Number("<Q", segment[0]), 1: Number("<Q", segment[1])})] if segment else []
    program = Table({0: Number("<I", 0), 1: [plan], 4: places})
    size = len(buffer(b"ET12", program, header=bytes(24)))
    header = struct.pack("<4sIQQ", b"eh00", 24, size, size)
    return buffer(b"ET12", program, header=header) + (bytes(16) if segment else b"")


SAMPLES: Mapping[str, Callable[[], bytes]] = {
    "coreml-custom-layer.mlmodel": lambda: model(data(500, network(custom("AcmeLayer")))),
    "coreml-custom-layer-in-pipeline.mlmodel": lambda: model(
        data(200, data(1, pipeline(model(data(403, network(custom("AcmeLayer")))))))
    ),
    "coreml-custom-layer-in-branch.mlmodel": lambda: model(
        data(500, network(data(605, data(2, network(data(615, data(4, network(custom("AcmeLayer")))))))))
    ),
    "coreml-custom-model.mlmodel": lambda: model(data(555, data(10, "AcmeModel"))),
    "coreml-second-kind.mlmodel": lambda: model(data(500, network()), data(555, data(10, "AcmeModel"))),
    "coreml-linked-model.mlmodel": lambda: model(data(556, data(1, data(1, data(1, "other.mlmodelc"))))),
    "coreml-linked-model-elsewhere.mlmodel": lambda: model(data(556, data(1, data(2, data(1, "/tmp/models"))))),
    "coreml-weights-elsewhere.mlmodel": lambda: model(data(502, program("@model_path/../../secret"))),
    "coreml-weights-absolute.mlmodel": lambda: model(data(502, program("/etc/passwd"))),
    "coreml-breaks-off.mlmodel": lambda: model(data(500, network(custom("AcmeLayer"))), data(10, b"x"))[:-1],
    "coreml-blob-behind-the-end.bin": lambda: weights(described(128, 1 << 40)),
    "coreml-blob-elsewhere.bin": lambda: weights(blob(64, 64, start=64)),
    "coreml-bytes-behind-blobs.bin": lambda: weights(blob(64, 64)) + b"more",
    "coreml-bytes-between-blobs.bin": lambda: weights(blob(64, 4)[:-4] + b"more", blob(192, 4)),
    "coreml-blobs-missing.bin": lambda: struct.pack("<II", 9, 2).ljust(64, b"\0") + blob(64, 64),
    "coreml-manifest-climbs.json": lambda: manifest("../../../secret/model.mlmodel"),
    "coreml-manifest-path-twice.json": lambda: manifest(
        "com.apple.CoreML/model.mlmodel", more='"path": "/etc/passwd", '
    ),
    "paddle-python.pdmodel": lambda: paddle("feed", "py_func", "fetch"),
    "paddle-load.pdmodel": lambda: paddle("feed", "load", "fetch"),
    "paddle-save.pdmodel": lambda: paddle("feed", "save_combine", "fetch"),
    "paddle-network.pdmodel": lambda: paddle("listen_and_serv"),
    "paddle-engine.pdmodel": lambda: paddle("feed", "tensorrt_engine", "fetch"),
    "paddle-in-second-block.pdmodel": lambda: paddle("while") + paddle("py_func"),
    "paddle-parameter-too-long.pdiparams": lambda: parameter(1 << 40, stored=16),
    "paddle-parameters-break-off.pdiparams": lambda: parameter(2, 2, stored=16) + b"\0\0\0",
    "recognised-tensorrt.engine": lambda: b"ptrt" + bytes(60),
    "recognised-rknn.rknn": lambda: b"RKNN" + bytes(60),
    "recognised-torch7.t7": lambda: struct.pack("<3i", 4, 1, 3) + b"V 1" + struct.pack("<i", 17) + b"torch.FloatTensor",
    "recognised-r-data.rds": lambda: b"X\n\0\0\0\3\0\4\3\1\0\3\5\0" + bytes(40),
    "recognised-r-text.rds": lambda: b"A\n3\n262913\n197888\n5\nUTF-8\n238\n",
    "recognised-mxnet.params": lambda: struct.pack("<QQQ", 0x112, 0, 1) + bytes(40),
    "recognised-cntk.model": lambda: "BCN".encode("utf-16-le") + bytes(40),
    "recognised-mxnet-symbol.json": lambda: (
        b'{"nodes": [{"op": "Custom", "name": "c", "inputs": []}], "heads": [], "attrs": {"mxnet_version": ["int", 10901]}}'
    ),
    "recognised-onnx.json": lambda: b'{"irVersion": "10", "graph": {"node": [{"opType": "Relu"}]}}',
    "recognised-onnx.textproto": lambda: b'ir_version: 10\ngraph {\n  node { op_type: "Relu" }\n}\n',
    "recognised-onnx.onnxtxt": lambda: (
        b'<\n  ir_version: 10,\n  opset_import: ["" : 21]\n>\nagraph (float x) => (float y) { y = Relu(x) }\n'
    ),
    "recognised-paddle.json": lambda: (
        b'{"base_code": {"magic": "pir", "trainable": false, "version": 1}, "program": {"regions": []}}'
    ),
    "ort-custom-op.ort": lambda: ort(ort_node("Launch", "com.acme")),
    "ort-custom-op-in-subgraph.ort": lambda: ort(
        ort_node("If", attributes=[Table({0: "then_branch", 7: Table({2: [ort_node("Launch", "com.acme")]})})])
    ),
    "ort-custom-op-in-graphs.ort": lambda: ort(
        ort_node("If", attributes=[Table({0: "b", 12: [Table({2: [ort_node("PyOp", "pyop_1")]})]})])
    ),
    "ort-compiled-program.ort": lambda: ort(ort_node("EPContext", "com.microsoft")),
    "ort-tensor-short.ort": lambda: ort(ort_node("Relu"), tensors=[ort_tensor(1 << 40, raw=bytes(16))]),
    "ort-negative-dimension-in-attribute.ort": lambda: ort(
        ort_node("Constant", attributes=[Table({0: "value", 6: ort_tensor(-4, raw=bytes(16))})])
    ),
    "ort-breaks-off.ort": lambda: ort(ort_node("Relu"))[:-60],
    "executorch-custom-op.pte": lambda: pte("acme::launch.out"),
    "executorch-file-op.pte": lambda: pte("aten::from_file"),
    "executorch-backend.pte": lambda: pte("aten::add", backends=("AcmeBackend",)),
    "executorch-segment-behind-the-end.pte": lambda: pte("aten::add", segment=(0, 1 << 40)),
    "executorch-breaks-off.pte": lambda: pte("aten::add")[:-60],
    "benign-coreml-network.mlmodel": lambda: model(data(500, network(data(140, b"")))),
    "benign-coreml-custom-layer-allowed.mlmodel": lambda: model(data(500, network(custom("AcmeLayer")))),
    "benign-coreml-program.mlmodel": lambda: model(data(502, program("@model_path/weights/weight.bin"))),
    "benign-coreml-pipeline.mlmodel": lambda: model(
        data(202, pipeline(model(data(500, network())), model(data(900, b""))))
    ),
    "benign-coreml-manifest.json": lambda: manifest("com.apple.CoreML/model.mlmodel"),
    "benign-coreml-weights.bin": lambda: weights(blob(64, 64), blob(192, 5), blob(320, 128)),
    "benign-ort.ort": lambda: ort(
        ort_node("Relu"),
        ort_node("Conv", "com.microsoft.nchwc"),
        ort_node("If", attributes=[Table({0: "then_branch", 7: Table({2: [ort_node("Add")]})})]),
        tensors=[ort_tensor(2, 2, raw=bytes(16))],
    ),
    "benign-executorch-custom-op-allowed.pte": lambda: pte("acme::scale"),
    "benign-executorch.pte": lambda: pte(
        "aten::add.out", "dim_order_ops::_to_dim_order_copy", backends=("XnnpackBackend",), segment=(0, 16)
    ),
    "benign-paddle-program.pdmodel": lambda: paddle("feed", "conv2d", "relu", "fetch"),
    "benign-paddle-parameters.pdiparams": lambda: parameter(2, 2, stored=16) + parameter(3, stored=12),
    "benign-r-like-labels.txt": lambda: b"A\n2\n3\n4\n5\n",
}
