"""Any bytes give facts, `Malformed` or `BudgetExceeded`, at every reader of TensorFlow's formats."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.formats import (
    Malformed,
    Part,
    keras_config,
    keras_metadata,
    tensorflow_checkpoint,
    tensorflow_graph,
    tensorflow_saved_model,
    tensorflow_text,
)
from scanners.limits import Budget, BudgetExceeded, Limits
from scanners.sources import BytesSource
from scanners.structure import by_structure
from tests.corpus.tensorflow import SAMPLES
from tests.scanners.damage import broken_off, changed

READERS: dict[str, Callable[[Part], Iterator[object]]] = {
    "checkpoint": tensorflow_checkpoint.read,
    "graph": tensorflow_graph.read,
    "keras-config": keras_config.read,
    "keras-metadata": keras_metadata.read,
    "meta-graph": tensorflow_graph.read_meta_graph,
    "saved-model": tensorflow_saved_model.read,
    "text": tensorflow_text.read,
}
FILES = sorted({build() for build in SAMPLES.values()}, key=lambda data: (len(data), data))
SMALL = [data for data in FILES if len(data) < 2000]


def survives(data: bytes) -> None:
    """Identify the bytes, and read them by every reader whether they fit or not."""
    by_structure(BytesSource(data), data[:4096], "")
    for read in READERS.values():
        with suppress(Malformed, BudgetExceeded):
            list(read(Part(source=BytesSource(data), name="x", budget=Budget(Limits()))))


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    """Nothing but our own errors."""
    survives(data)


@given(changed(SMALL))
def test_changed_files(file: bytes) -> None:
    """Files of the corpus with bytes replaced, cut out or doubled."""
    survives(file)


@pytest.mark.parametrize("file", SMALL, ids=len)
def test_truncated_files(file: bytes) -> None:
    """Every file of the corpus, broken off at every byte."""
    for beginning in broken_off(file):
        survives(beginning)
