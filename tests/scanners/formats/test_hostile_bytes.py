"""Any bytes whatever yield facts, `Malformed` or `BudgetExceeded`, from identification and from every reader."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanners.findings import Embedded, Finding, Gap
from scanners.formats import Format, Malformed, Part
from scanners.identify import identify
from scanners.limits import Budget, BudgetExceeded, Limits
from scanners.readers import READERS
from scanners.records import replace
from scanners.rules import RULES
from scanners.sources import BytesSource
from tests.corpus import archives, directory, gguf, models, python, templates, tensors

OURS = (
    Format.ZIP,
    Format.TORCH_ZIP,
    Format.TORCHSCRIPT,
    Format.TAR,
    Format.TORCH_TAR,
    Format.GZIP,
    Format.NPY,
    Format.SAFETENSORS,
    Format.ELF,
    Format.MODEL_CONFIG,
    Format.PYTHON_SOURCE,
    Format.JINJA_TEMPLATE,
    Format.PYTHON_PATH_FILE,
    Format.NOTEBOOK,
    Format.YAML_CONFIG,
    Format.TRITON_CONFIG,
    Format.REQUIREMENTS,
    Format.GGUF,
    Format.FLAX_MSGPACK,
    Format.XGBOOST_JSON,
    Format.XGBOOST_UBJSON,
    Format.LIGHTGBM,
    Format.CATBOOST,
    Format.SKOPS,
    Format.SKOPS_SCHEMA,
    Format.GGML,
)
SMALL = Limits(members=500, inflated_bytes=1 << 24)
FAMILIES = (archives, directory, gguf, models, python, templates, tensors)
SEEDS = tuple(data for family in FAMILIES for build in family.SAMPLES.values() if len(data := build()) < 4000)
EDITS = st.lists(st.tuples(st.integers(0, 4000), st.binary(max_size=6), st.integers(0, 6)), max_size=4)


def edited(seed: bytes, edits: list[tuple[int, bytes, int]]) -> bytes:
    data = bytearray(seed)
    for where, piece, removed in edits:
        at = where % (len(data) + 1)
        data[at : at + removed] = piece
    return bytes(data)


BYTES = st.binary(max_size=200) | st.builds(edited, st.sampled_from(SEEDS), EDITS)


def part_of(data: bytes, declared: Format | None = None) -> Part:
    return Part(source=BytesSource(data), name="model.pkl", budget=Budget(SMALL), declared=declared)


@settings(deadline=None, max_examples=300)
@given(BYTES, st.sampled_from([None, Format.TENSOR_DATA, Format.PICKLE, Format.TORCHSCRIPT]))
def test_identification(data: bytes, declared: Format | None) -> None:
    """Identification answers, or passes a limit on."""
    try:
        assert identify(part_of(data, declared))
    except BudgetExceeded:
        return


@pytest.mark.parametrize(
    "name",
    ["model.py", "MLmodel", "x.yaml", "requirements.txt", "config.pbtxt", "x.pth", "x.ipynb", "config.json", "x.jinja"],
)
@settings(deadline=None, max_examples=60)
@given(BYTES)
def test_identification_by_names_that_loaders_go_by(name: str, data: bytes) -> None:
    """A name that counts leads to a format that has a reader or says that it has none."""
    formats = identify(replace(part_of(data), name=name))
    assert formats
    assert set(formats) <= READERS.keys() | {Format.INERT, Format.TENSOR_DATA}


@pytest.mark.parametrize("format_", OURS)
@settings(deadline=None, max_examples=80)
@given(BYTES)
def test_every_reader(format_: Format, data: bytes) -> None:
    """A reader that is handed anything at all yields facts of known rules, and parts that can be read."""
    reader = READERS[format_]
    assert reader is not None
    try:
        for fact in reader(part_of(data)):
            assert isinstance(fact, Finding | Gap | Embedded)
            assert not isinstance(fact, Finding) or fact.rule in RULES
            if isinstance(fact, Embedded):
                assert len(fact.source.read(0, 1 << 25)) == fact.source.size
    except (Malformed, BudgetExceeded):
        return
