"""TensorFlow Lite models whose operators or buffers are not what they should be; and ordinary ones beside them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from tests.corpus.flatbuffer_builder import Number, Numbers, Table, buffer
from tests.corpus.payloads import PAYLOAD_4
from tests.corpus.tensorflow_builder import node
from tests.corpus.zip_builder import Member, archive

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CUSTOM, ADD = 32, 0


def code(builtin: int, custom: str = "") -> Table:
    """Return an OperatorCode."""
    name = {1: custom} if custom else {}
    return Table({0: Number("<b", builtin), 3: Number("<i", builtin), **name})


def tensor(name: str, *shape: int, buffer_index: int = 0, kind: int = 0) -> Table:
    """Return a Tensor."""
    return Table({0: Numbers("<i", shape), 1: Number("<b", kind), 2: Number("<I", buffer_index), 3: name})


def operator(index: int = 0, **options: bytes) -> Table:
    """Return an Operator on the first tensor."""
    custom = {5: options["options"]} if options else {}
    return Table({0: Number("<I", index), 1: Numbers("<i", (0,)), 2: Numbers("<i", (0,)), **custom})


def model(
    *codes: Table, tensors: tuple[Table, ...] = (), buffers: tuple[Table, ...] = (), operators: tuple[Table, ...] = ()
) -> bytes:
    """Return a model of one subgraph; the first buffer is the empty one, as converters have it."""
    subgraph = Table({0: [tensor("x", 1, 4), *tensors], 3: list(operators or (operator(),)), 4: "main"})
    fields = {0: Number("<I", 3), 1: list(codes or (code(ADD),)), 2: [subgraph], 3: "m", 4: [Table(), *buffers]}
    return buffer(b"TFL3", Table(fields))


def flex_options(name: str, node_def: bytes) -> bytes:
    """Return the options of an operator of TensorFlow: a FlexBuffer of its name and its NodeDef, with widths of 4 bytes."""
    body = bytearray()
    starts = []
    for content in (name.encode(), node_def):
        body += struct.pack("<I", len(content))
        starts.append(len(body))
        body += content + b"\0"
    body += struct.pack("<I", 2)
    elements = len(body)
    for start in starts:
        body += struct.pack("<I", len(body) - start)
    text = 5 << 2 | 2
    body += bytes([text, text])
    return bytes(body + struct.pack("<I", len(body) - elements) + bytes([10 << 2 | 2, 4]))


def flex(name: str, op: str | None = None) -> bytes:
    """Return a model that runs an operator of TensorFlow; `op` is what the options say that it is."""
    options = flex_options(op or name, node("n", op or name, "x"))
    return model(code(CUSTOM, f"Flex{name}"), operators=(operator(options=options),))


def _behind(start: int, size: int) -> bytes:
    place = Table({1: Number("<Q", start), 2: Number("<Q", size)})
    return model(tensors=(tensor("w", size // 4, buffer_index=1),), buffers=(place,))


def _labelled(*members: Member) -> bytes:
    """Return a model with associated files: an archive whose offsets count from the start of the model."""
    return archive(*members, prefix=model())


_WEIGHTS = Table({0: bytes(16)})

SAMPLES: Mapping[str, Callable[[], bytes]] = {
    "tflite-custom-op.tflite": lambda: model(code(CUSTOM, "AcmeLaunch")),
    "tflite-custom-op-without-name.tflite": lambda: model(code(CUSTOM)),
    "tflite-custom-op-in-old-field.tflite": lambda: model(Table({0: Number("<b", CUSTOM), 1: "AcmeLaunch"})),
    "tflite-flex-read-file.tflite": lambda: flex("ReadFile"),
    "tflite-flex-write-file.tflite": lambda: flex("WriteFile"),
    "tflite-flex-python.tflite": lambda: flex("EagerPyFunc"),
    "tflite-flex-named-harmless.tflite": lambda: flex("Relu", "ReadFile"),
    "tflite-flex-unknown.tflite": lambda: flex("AcmeLaunch"),
    "tflite-flex-options-broken.tflite": lambda: model(
        code(CUSTOM, "FlexRelu"), operators=(operator(options=b"\1\2\3\4"),)
    ),
    "tflite-buffer-short.tflite": lambda: model(
        tensors=(tensor("w", 1 << 20, 1 << 10, buffer_index=1),), buffers=(_WEIGHTS,)
    ),
    "tflite-negative-dimension.tflite": lambda: model(
        tensors=(tensor("w", -2, -2, buffer_index=1),), buffers=(_WEIGHTS,)
    ),
    "tflite-no-such-buffer.tflite": lambda: model(tensors=(tensor("w", 2, buffer_index=9),)),
    "tflite-no-such-operator.tflite": lambda: model(operators=(operator(7),)),
    "tflite-buffer-behind-the-end.tflite": lambda: _behind(1 << 32, 16),
    "tflite-pickle-among-labels.tflite": lambda: _labelled(Member(name=b"labels.pkl", data=PAYLOAD_4)),
    "tflite-breaks-off.tflite": lambda: model()[:-40],
    "benign-tflite-model.tflite": lambda: model(
        tensors=(tensor("w", 2, 2, buffer_index=1), tensor("text", 1, buffer_index=2, kind=5)),
        buffers=(_WEIGHTS, Table({0: b"any text"})),
    ),
    "benign-tflite-labels.tflite": lambda: _labelled(Member(name=b"labels.txt", data=b"cat\ndog\n")),
    "benign-tflite-custom-ops.tflite": lambda: model(
        code(CUSTOM, "TFLite_Detection_PostProcess"), code(CUSTOM, "tftext:WhitespaceTokenizer")
    ),
    "benign-tflite-flex.tflite": lambda: flex("Erfinv"),
    "benign-tflite-custom-op-allowed.tflite": lambda: model(code(CUSTOM, "AcmeGate")),
    "benign-tflite-buffer-behind.tflite": lambda: _behind(len(_behind(1024, 16)), 16) + bytes(16),
}
