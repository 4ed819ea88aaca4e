"""Paths are followed back to who chose them."""

import pytest

from scanners.protobuf.wire import Span
from scanners.sources import BytesSource
from scanners.tensorflow.graph import judge_graph
from scanners.tensorflow.paths import Given
from tests.corpus.tensorflow_builder import calls, const, function, graph, node

SAVE = node("save", "SaveV2", "p")


def evidence(*nodes: bytes, functions: tuple[bytes, ...] = (), given: Given | None = None) -> list[str]:
    """Judge a graph, and return what is said of its paths."""
    data = graph(*nodes, functions=functions)
    found = judge_graph(BytesSource(data), [Span(0, len(data))], given or Given(), frozenset())
    return [finding.evidence for finding in found if finding.rule == "tensorflow-path"]


@pytest.mark.parametrize(
    "op", ["Identity", "ExpandDims", "Pack", "ConcatV2", "Reshape", "StridedSlice", "Merge", "ShardedFilename"]
)
def test_ops_that_pass_text_on(op: str) -> None:
    """However a constant is passed on, it is the author's."""
    assert evidence(const("c", "/etc/x"), node("p", op, "c"), SAVE) == [
        "SaveV2 (save): the path is the constant '/etc/x'"
    ]


@pytest.mark.parametrize("value", ["", "model", "part", ".part", "_temp/part", "_temp_00ff/part"])
def test_constants_of_the_savers_own(value: str) -> None:
    """TensorFlow's savers write these themselves."""
    assert evidence(const("p", value), SAVE) == []


@pytest.mark.parametrize(
    "value", ["model.ckpt", "_temp/../part", "_temp_../part", "/part", "_temp_/x/part", "_temp_a/part/", " "]
)
def test_constants_like_the_savers_own(value: str) -> None:
    """Matched whole, without a path in them."""
    assert len(evidence(const("p", value), SAVE)) == 1


def test_a_choice_is_followed_on_both_sides() -> None:
    """The condition is no text, the alternatives are."""
    found = evidence(
        node("x", "StaticRegexFullMatch", "q"),
        const("a", ""),
        const("b", "/b"),
        node("p", "Select", "x", "a", "b"),
        SAVE,
    )
    assert found == ["SaveV2 (save): the path is the constant '/b'"]


def test_control_dependencies_are_no_inputs() -> None:
    """`^node` says when, not what."""
    assert evidence(const("c", "/etc/x"), const("p", "model"), node("save", "SaveV2", "^c", "p", "^c")) == []


def test_cycles_end() -> None:
    """Loops of graphs, and functions that call each other."""
    assert evidence(node("a", "Merge", "b"), node("b", "Identity", "a"), node("p", "Identity", "b"), SAVE) == []
    ping = function(
        "ping", ("x",), node("s", "SaveV2", "x"), node("c", "PartitionedCall", "x", attributes=calls("pong"))
    )
    pong = function("pong", ("y",), node("c", "PartitionedCall", "y", attributes=calls("ping")))
    call = node("c", "PartitionedCall", "k", attributes=calls("ping"))
    assert len(evidence(const("k", "/k"), call, functions=(ping, pong))) == 1


def test_a_path_of_too_many_steps_is_a_finding() -> None:
    """What cannot be followed is not taken for harmless."""
    inputs = [f"n{index}" for index in range(10_100)]
    nodes = [node(name, "Placeholder") for name in inputs]
    assert "more steps" in evidence(*nodes, node("p", "Pack", *inputs), SAVE)[0]


def test_functions_called_by_their_name() -> None:
    """TensorFlow 1 calls a function by a node of that op."""
    save = function("my_save", ("x",), node("s", "SaveV2", "x"))
    assert len(evidence(const("k", "/k"), node("c", "my_save", "k"), functions=(save,))) == 1


def test_what_the_loader_fills_in_is_no_finding() -> None:
    """Savers' file names and assets replace the constants that stand there."""
    assert evidence(const("p", "/old/place"), SAVE, given=Given(savers=frozenset({"p"}))) == []
    assert evidence(const("p", "/old/place"), SAVE, given=Given(assets=frozenset({"p"}))) == []


def test_a_variable_that_nothing_sets() -> None:
    """Its value would come from the checkpoint, which is the author's too."""
    (said,) = evidence(node("v", "VarHandleOp"), node("p", "ReadVariableOp", "v"), SAVE)
    assert "variable" in said


def test_an_op_without_its_inputs_is_no_crash() -> None:
    """TensorFlow refuses the node; there is nothing to follow."""
    assert evidence(node("save", "SaveV2"), node("r", "ReadVariableOp"), node("m", "MergeV2Checkpoints", "r")) != []


def test_a_constant_that_is_too_big_is_a_finding() -> None:
    """A path of more than 64 KiB is none."""
    assert "too big" in evidence(const("p", "/x" * 40_000), SAVE)[0]
