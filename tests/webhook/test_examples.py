"""The manifests people start from come out as their first lines say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from webhook.check import Offline, check
from webhook.manifests import read_documents
from webhook.policy import DEFAULT_POLICY

MANIFESTS = Path(__file__).parents[2] / "examples" / "manifests"
NAMES = sorted(path.stem for path in MANIFESTS.glob("*.yaml"))
_DENIED = re.compile(r"Denied: ([a-z, -]+)\.")


def _head(name: str) -> str:
    lines = (MANIFESTS / f"{name}.yaml").read_text().splitlines()
    return " ".join(line.lstrip("# ") for line in lines if line.startswith("#"))


@pytest.mark.parametrize("name", NAMES)
def test_an_example_comes_out_as_it_says(name: str):
    """`Denied: a, b.` means exactly these violations, `Allowed` none."""
    documents = list(read_documents(str(MANIFESTS / f"{name}.yaml")))
    (checked,) = check(documents, Offline(policy=DEFAULT_POLICY), "default")
    said = _DENIED.search(_head(name))
    expected = set(said[1].split(", ")) if said else set()
    assert checked.decision is not None
    assert {violation.id for violation in checked.decision.violations} == expected
    assert bool(said) == name.endswith("-denied")
    assert said or "Allowed" in _head(name)


def test_every_example_has_its_twin():
    """A good example stands beside what people write at first."""
    assert {name for name in NAMES if not name.endswith("-denied")} == {
        name.removesuffix("-denied") for name in NAMES if name.endswith("-denied")
    }
