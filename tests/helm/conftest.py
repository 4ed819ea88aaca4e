"""Helm, where there is one: the path in the environment variable HELM, else on PATH."""

from __future__ import annotations

import functools
import os
import shutil
from pathlib import Path

import pytest

from tests.helm.rendering import Chart

MISSING = "needs Helm: HELM names no program, and there is none on PATH"


@functools.cache
def helm_path() -> str | None:
    """Return a Helm that can be run."""
    return shutil.which(os.environ.get("HELM") or "helm")


@pytest.fixture(scope="session")
def chart(tmp_path_factory) -> Chart:
    """The chart, and a Helm to render it with; without one the test is skipped, and says so."""
    path = helm_path()
    if path is None:
        pytest.skip(MISSING)
    return Chart(Path(path), tmp_path_factory.mktemp("helm"))
