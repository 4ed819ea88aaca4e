"""Any bytes give facts, `Malformed` or `BudgetExceeded` at the readers of Core ML, PaddlePaddle, ExecuTorch and `.ort`."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.findings import Finding
from scanners.formats import (
    Malformed,
    Part,
    coreml,
    coreml_manifest,
    coreml_weights,
    executorch,
    onnx_runtime,
    paddle,
    paddle_parameters,
)
from scanners.limits import Budget, BudgetExceeded, Limits
from scanners.protobuf.tree import walk
from scanners.rules import RULES
from scanners.sources import BytesSource
from scanners.structure import by_messages
from tests.corpus.graphs import SAMPLES
from tests.corpus.tensorflow_builder import data, number
from tests.scanners.damage import broken_off, changed

FILES = sorted({build() for build in SAMPLES.values()}, key=lambda item: (len(item), item))
READERS = (
    coreml.read,
    coreml_manifest.read,
    coreml_weights.read,
    executorch.read,
    onnx_runtime.read,
    paddle.read,
    paddle_parameters.read,
)


def survives(content: bytes) -> None:
    """Tell the bytes, and read them by every reader whether they fit or not."""
    by_messages(BytesSource(content), "model.pb")
    for read in READERS:
        with suppress(Malformed, BudgetExceeded):
            for fact in read(Part(source=BytesSource(content), name="x", budget=Budget(Limits(members=500)))):
                assert isinstance(fact, Finding)
                assert fact.rule in RULES


@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    """Nothing but our own errors."""
    survives(content)
    survives(bytes(16) + content)


@given(changed(FILES))
def test_changed_files(file: bytes) -> None:
    """Files of the corpus with bytes replaced."""
    survives(file)


@pytest.mark.parametrize("file", FILES, ids=len)
def test_truncated_files(file: bytes) -> None:
    """Every file of the corpus, broken off at many places."""
    for beginning in broken_off(file):
        survives(beginning)


def test_messages_are_walked_by_the_tables() -> None:
    """Inner messages come before the ones around them; what no table names is stepped over."""
    inner = data(1, "a") + data(1, "b") + data(9, b"\xff\xff")
    outer = data(2, inner) + number(3, 5) + data(7, b"\xff") + data(2, b"")
    found = list(walk(BytesSource(outer), "Outer", {"Outer": {2: "Inner"}}, {"Inner": {1: "name"}}))
    assert [(message.kind, message.text("name")) for message in found] == [("Inner", "b"), ("Inner", ""), ("Outer", "")]
    assert [message.outer is found[-1] for message in found] == [True, True, False]


def test_messages_that_are_nested_deeper_than_parsers_follow() -> None:
    """A hundred is what the library allows."""
    nested = b""
    for _ in range(150):
        nested = data(1, nested)
    with pytest.raises(Malformed):
        list(walk(BytesSource(nested), "A", {"A": {1: "A"}}, {}))
