"""`.npy`: what NumPy writes says nothing, and sizes are NumPy's own."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanners.engine import examine
from scanners.formats import Malformed, Part
from scanners.formats.npy import read
from scanners.limits import Budget, Limits
from scanners.numpy_dtypes import holds_objects, item_size
from scanners.sources import BytesSource
from tests.corpus.numpy_arrays import npy

CODES = sorted({code for kind in np.typecodes["All"] for code in (np.dtype(kind).str, kind)} - {"O", "|O"})


def saved(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


@pytest.mark.parametrize("code", CODES)
def test_item_size_is_numpys(code: str) -> None:
    """Every type code of NumPy has the width that NumPy gives it."""
    assert item_size(code) == np.dtype(code).itemsize


@pytest.mark.parametrize("name", ["float16", "float32", "float64", "int8", "uint64", "bool", "complex64", "complex128"])
def test_named_types(name: str) -> None:
    """Types may be spelled out."""
    assert item_size(name) == np.dtype(name).itemsize


@pytest.mark.parametrize("code", CODES)
def test_saved_arrays_say_nothing(code: str) -> None:
    """An honest array of any type is examined fully and has no finding."""
    report = examine(BytesSource(saved(np.zeros((2, 3), dtype=code))), "a.npy")
    assert (report.findings, report.gaps) == ((), ())


FIELDS = st.lists(st.sampled_from(["<f4", "|S3", "<U2", "|b1", "<i8", "<M8[us]"]), min_size=1, max_size=5)


@settings(deadline=None, max_examples=50)
@given(FIELDS, st.lists(st.integers(0, 3), max_size=3), st.booleans())
def test_saved_records_say_nothing(codes: list[str], shape: list[int], aligned: bool) -> None:
    """Records with padding and subarrays have the size that NumPy gives them."""
    dtype = np.dtype([(f"f{n}", code, (n,) if n else ()) for n, code in enumerate(codes)], align=aligned)
    report = examine(BytesSource(saved(np.zeros(shape, dtype=dtype))), "a.npy")
    assert (report.findings, report.gaps) == ((), ())


@pytest.mark.parametrize(
    "descr", ["O", "|O", "O8", "object", "f4,O", "(2,)O", [("a", "O")], ("O", (2,)), [("a", [("b", "|O")])]]
)
def test_objects_are_found(descr: object) -> None:
    """Any spelling that NumPy would read as objects counts."""
    assert holds_objects(descr)


@settings(deadline=None, max_examples=300)
@given(
    st.text(max_size=60) | st.sampled_from(["{'descr': %s, 'fortran_order': 0, 'shape': (1,)}"]), st.text(max_size=30)
)
def test_any_header(header: str, piece: str) -> None:
    """Any text gives facts or `Malformed`."""
    text = header.replace("%s", piece)
    part = Part(
        source=BytesSource(npy(text.encode("latin-1", "replace").decode("latin-1"))), name="a", budget=Budget(Limits())
    )
    try:
        list(read(part))
    except Malformed:
        return
