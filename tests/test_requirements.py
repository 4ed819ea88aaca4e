"""What the images install is what the project says it needs, in the versions that were locked."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
STATED = {*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["webhook"]}


def _lines(name: str) -> list[str]:
    lines = (ROOT / "requirements" / name).read_text().splitlines()
    return [line for line in lines if line and not line.startswith(("#", " ", "-"))]


def _locked(name: str) -> dict[str, str]:
    return dict(re.fullmatch(r"([\w.-]+)==(\S+) \\", line).groups() for line in _lines(name))


@pytest.mark.parametrize("name", ["gate.in", "webhook.in"])
def test_the_bounds_are_those_of_the_project(name) -> None:
    """A bound that was raised in one place is raised in both."""
    assert set(_lines(name)) <= STATED


def test_the_images_share_the_work_and_the_versions() -> None:
    """Together they have all that the project needs, and what both install is the same."""
    assert {*_lines("gate.in"), *_lines("webhook.in")} == STATED
    gate, webhook = _locked("gate.txt"), _locked("webhook.txt")
    assert all(webhook[name] == gate[name] for name in gate.keys() & webhook.keys())


@pytest.mark.parametrize("name", ["gate", "webhook"])
def test_what_is_asked_for_is_locked_by_hash(name) -> None:
    """`make requirements` was run after the last change."""
    locked = _locked(f"{name}.txt")
    for line in _lines(f"{name}.in"):
        assert re.match(r"[\w-]+", line)[0].lower() in locked
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert text.count("--hash=sha256:") > len(locked)
