"""Any bytes give facts, `Malformed` or `BudgetExceeded` at the reader of ONNX, and the walk agrees with the library."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.findings import Finding
from scanners.formats import Malformed, Part, onnx
from scanners.limits import Budget, BudgetExceeded, Limits
from scanners.onnx.shapes import is_model
from scanners.rules import RULES
from scanners.sources import BytesSource
from tests.corpus.onnx import SAMPLES
from tests.scanners.damage import broken_off, changed

FILES = sorted({build() for build in SAMPLES.values()}, key=lambda data: (len(data), data))
SMALL = [data for data in FILES if len(data) < 2000]


def survives(data: bytes) -> None:
    """Identify the bytes, and read them whether they fit or not."""
    is_model(BytesSource(data))
    with suppress(Malformed, BudgetExceeded):
        for fact in onnx.read(Part(source=BytesSource(data), name="x", budget=Budget(Limits()))):
            assert isinstance(fact, Finding)
            assert fact.rule in RULES


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
