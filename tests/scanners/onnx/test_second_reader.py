"""The reference implementation sees the operators, tensors and places that the walk sees."""

import onnx
import pytest
from hypothesis import given, settings

from scanners.formats import Malformed
from scanners.onnx.schema import CHILDREN, TEXTS, Kind
from scanners.onnx.tensors import Tensor
from scanners.protobuf.tree import walk
from scanners.sources import BytesSource
from tests.corpus.onnx import SAMPLES
from tests.scanners.damage import changed

FILES = sorted({build() for build in SAMPLES.values()})


def ours(data: bytes) -> tuple[list[tuple[str, str]], list[tuple[str, int, tuple[tuple[str, str], ...]]]]:
    """Return operators and tensors as the walk sees them."""
    source = BytesSource(data)
    operators, tensors = [], []
    for message in walk(source, Kind.MODEL, CHILDREN, TEXTS):
        if message.kind is Kind.NODE:
            operators.append((message.text("domain"), message.text("op_type")))
        elif message.kind is Kind.TENSOR:
            tensor = Tensor(source, message.span)
            tensors.append((tensor.name, tensor.data_type, tuple(tensor.entries)))
    return sorted(operators), sorted(tensors)


def text(value: str | bytes) -> str:
    """Return a text as the walk has it; the library gives bytes where they are no UTF-8."""
    return value if isinstance(value, str) else value.decode("utf-8", "surrogateescape")


def theirs(model):
    """Return operators and tensors as the library has them, in whatever message they stand."""
    operators, tensors, todo = [], [], [model]
    while todo:
        message = todo.pop()
        if isinstance(message, onnx.NodeProto):
            operators.append((text(message.domain), text(message.op_type)))
        if isinstance(message, onnx.TensorProto):
            entries = tuple((text(entry.key), text(entry.value)) for entry in message.external_data)
            tensors.append((text(message.name), message.data_type, entries))
        for field, value in message.ListFields():
            if field.message_type is not None:
                todo.extend(value if field.is_repeated else [value])
    return sorted(operators), sorted(tensors)


def agree(data: bytes) -> None:
    """Hold the two against each other, where the library takes the bytes at all."""
    try:
        model = onnx.load_model_from_string(data)
    except Exception:  # noqa: BLE001 - protobuf's own errors differ between its implementations
        return
    try:
        found = ours(data)
    except Malformed as error:
        refused = error.expected
        # The library passes over field number zero, which the specification forbids.
        found = None if refused == "a field number" else refused
    assert found in (None, theirs(model))


@pytest.mark.parametrize("file", FILES, ids=len)
def test_files_of_the_corpus(file: bytes) -> None:
    """Nothing is seen by one reader alone."""
    agree(file)


@settings(max_examples=400)
@given(changed(FILES))
def test_changed_files(file: bytes) -> None:
    """Nor is it after bytes were changed."""
    agree(file)
