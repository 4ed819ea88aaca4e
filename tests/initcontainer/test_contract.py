"""The contract's door."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from initcontainer import contract

REPOSITORY = Path(__file__).parents[2]


def test_everything_it_promises_is_there() -> None:
    """Each name leads to the module that it is from."""
    assert all(getattr(contract, name) is not None for name in contract.__all__)


def test_other_names_are_refused() -> None:
    """As by any module."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        contract.nothing  # noqa: B018 the access is the test


def test_it_imports_nothing_heavy() -> None:
    """The webhook, the reporter and the gate all start with it."""
    program = "import sys; sys.path.append(sys.argv[1]); from initcontainer.contract import *; print(*sys.modules)"
    command = [sys.executable, "-I", "-c", program, str(REPOSITORY)]
    modules = set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
    assert "initcontainer.contract.reading" in modules
    assert not {"scanners.engine", "scanners.workers", "argparse", "msgspec", "yaml", "rich", "pickle"} & modules
