"""A model costs what its nodes cost, whatever its tensors weigh."""

import pytest

from scanners.formats import Part, onnx
from scanners.limits import Budget, BudgetExceeded, Limits
from scanners.onnx.shapes import is_model
from tests.corpus.onnx_builder import dims, graph, model, node
from tests.corpus.tensorflow_builder import data, number, varint

TENSOR = 10 << 30


class Holed:
    """A file with a hole in it that reads as zeros, and an account of what was read."""

    def __init__(self, before: bytes, hole: int, behind: bytes) -> None:
        self._before, self._hole, self._behind = before, hole, behind
        self.size = len(before) + hole + len(behind)
        self.bytes_read = 0

    def read(self, offset: int, length: int) -> bytes:
        """Return a range, as any source does."""
        end = min(offset + length, self.size)
        self.bytes_read += max(0, end - offset)
        start_of_rest = len(self._before) + self._hole
        zeros = max(0, min(end, start_of_rest) - max(offset, len(self._before)))
        behind = self._behind[max(0, offset - start_of_rest) : max(0, end - start_of_rest)]
        return self._before[offset:end] + bytes(zeros) + behind


def big_model() -> Holed:
    """Return a model of one node and a tensor of ten GiB inside it: beyond what the protobuf library takes."""
    head = dims(TENSOR // 4) + number(2, 1) + data(8, "w") + varint(9 << 3 | 2) + varint(TENSOR)
    tensor = varint(5 << 3 | 2) + varint(len(head) + TENSOR) + head
    rest = graph(node("Relu", "x"))
    start = number(1, 10) + varint(7 << 3 | 2) + varint(len(tensor) + TENSOR + len(rest))
    return Holed(start + tensor, TENSOR, rest)


def test_tensors_beyond_two_gib_are_stepped_over() -> None:
    """Told, read and found in order, for some windows of 64 KiB."""
    source = big_model()
    assert is_model(source)
    assert list(onnx.read(Part(source=source, name="model.onnx", budget=Budget(Limits())))) == []
    assert source.bytes_read < 1 << 20


def test_nodes_and_tensors_are_counted() -> None:
    """A million of them is more than any model has; the budget ends the reading."""
    source = Holed(model(graph(*[node("Relu", "x")] * 200)), 0, b"")
    part = Part(source=source, name="model.onnx", budget=Budget(Limits(members=100)))
    with pytest.raises(BudgetExceeded):
        list(onnx.read(part))
