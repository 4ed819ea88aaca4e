"""Messages without a signature are told by their shape, whatever stands around it."""

import pytest

from scanners.formats import Format
from scanners.sources import BytesSource
from scanners.tensorflow.shapes import tensorflow_shapes
from scanners.tensorflow.text_shapes import text_message
from tests.corpus.tensorflow_builder import (
    const,
    data,
    function,
    graph,
    keras_metadata,
    meta_graph,
    model,
    node,
    number,
)

NODES = (const("c", "x"), node("m", "MatMul", "c", "c"))
GRAPH = graph(*NODES)


def shapes(message: bytes) -> tuple[Format, ...]:
    """Tell a message."""
    return tensorflow_shapes(BytesSource(message), "model.pb")


@pytest.mark.parametrize(
    "around", [b"", data(15, b"x" * 70_000), number(9, 1) * 5000, b"\x7b" + data(1, b"x") + b"\x7c"]
)
@pytest.mark.parametrize(
    ("message", "format_"),
    [
        (GRAPH, Format.TENSORFLOW_GRAPH),
        (graph(functions=(function("f", (), *NODES),)), Format.TENSORFLOW_GRAPH),
        (meta_graph(GRAPH), Format.TENSORFLOW_META_GRAPH),
        (model(*NODES), Format.SAVED_MODEL),
        (keras_metadata(("_tf_keras_layer", "{}")), Format.KERAS_METADATA),
    ],
)
def test_each_message(message: bytes, format_: Format, around: bytes) -> None:
    """Unknown fields and groups before and behind do not hide it."""
    assert shapes(message) == (format_,)
    assert format_ in shapes(around + message)
    assert format_ in shapes(message + around)


def test_a_message_that_breaks_off_keeps_what_was_seen() -> None:
    """A truncated graph is a graph, and its reader says that it is broken."""
    assert shapes(GRAPH + b"\x0a\xff") == (Format.TENSORFLOW_GRAPH,)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"A model card, in words.",
        data(1, data(1, b"piece") + b"\x15" + bytes(4) + number(3, 1)) * 99
        + data(2, data(1, b"m.txt") + data(2, b"m")),
        number(1, 8) + data(2, b"pytorch") + data(7, data(1, data(1, b"x") + data(2, b"y") + data(4, b"Relu"))),
        data(1, data(1, b"name") + data(2, b"not an op")),
        data(1, data(1, b"name") + data(2, b"")),
        data(1, b"/srv/train.txt"),
    ],
)
def test_other_content(message: bytes) -> None:
    """Text, tokenizers, ONNX and look-alikes are nothing of TensorFlow's."""
    assert shapes(message) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"node { name: 'x' }", "GraphDef"),
        (b"  \n# x\n#y\n node: <", "GraphDef"),
        (b"\xef\xbb\xbflibrary{", "GraphDef"),
        (b"version: 21", "GraphDef"),
        (b"graph_def {", "MetaGraphDef"),
        (b"saved_model_schema_version: 1", "SavedModel"),
        (b"meta_graphs [ {", "SavedModel"),
        (b'model_checkpoint_path: "x"', "CheckpointState"),
        (b"name: 'triton'", None),
        (b"version: '3'", None),
        (b"node: value", None),
        (b"nodes {", None),
        (b"# only a comment", None),
        (b"", None),
    ],
)
def test_texts(text: bytes, message: str | None) -> None:
    """The first field decides, comments apart."""
    assert text_message(BytesSource(text)) == message


def test_objects_of_keras_behind_a_node() -> None:
    """Keras reads its file by name: a graph's node in front does not hide the objects; elsewhere they are a graph's business."""
    message = data(1, node("x", "NoOp")) + keras_metadata(("_tf_keras_layer", "{}"))
    found = tensorflow_shapes(BytesSource(message), "keras_metadata.pb")
    assert found == (Format.TENSORFLOW_GRAPH, Format.KERAS_METADATA)
    assert shapes(message) == (Format.TENSORFLOW_GRAPH,)


def test_a_function_behind_many_nodes_is_found_where_the_name_promises_nothing_else() -> None:
    """A SavedModel of nodes whose hundredth is a function to `import_meta_graph` is both, unless only one loader asks for its name."""
    signed = data(1, data(1, b"f")) + data(2, b"NoOp")
    nodes = data(1, signed) * 100 + data(1, signed + data(3, node("w", "WriteFile")))
    message = data(2, data(2, nodes))
    called = {name: tensorflow_shapes(BytesSource(message), name) for name in ("model.meta", "saved_model.pb")}
    assert set(called["model.meta"]) == {Format.SAVED_MODEL, Format.TENSORFLOW_META_GRAPH}
    assert called["saved_model.pb"] == (Format.SAVED_MODEL,)
