"""The first word of the command line, before any command is imported."""

import subprocess
import sys
from pathlib import Path

import pytest

from weighbridge import COMMANDS, EXIT_FAILED, NEEDS_EXTRA

PROGRAM = Path(__file__).parents[1] / "weighbridge.py"
WITHOUT_PACKAGES = """
import sys
sys.modules.update(dict.fromkeys(("aiohttp", "cryptography", "kopf", "kubernetes", "prometheus_client")))
from weighbridge import main
sys.exit(main(sys.argv[1:]))
"""
ARGUMENTS = {"webhook": ("--certificate", "c", "--key", "k"), "reporter": ()}


def without_packages(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command as where the extra `webhook` is not installed."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_PACKAGES, *words],
        cwd=PROGRAM.parent,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", NEEDS_EXTRA)
def test_what_is_not_installed_is_named_with_the_remedy(command) -> None:
    """No traceback: the package, and the extra that brings it."""
    done = without_packages(command, *ARGUMENTS[command])
    assert done.returncode == EXIT_FAILED
    assert done.stderr.startswith(f"weighbridge {command}: the Python package '")
    assert done.stderr.count("\n") == 1
    assert "pip install '.[webhook]'" in done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_help_needs_none_of_the_extra(command) -> None:
    """`weighbridge COMMAND --help` explains every command that is listed."""
    done = without_packages(command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: weighbridge {command}")


def test_completion_needs_none_of_the_extra() -> None:
    """The script of a plain installation is that of a full one."""
    done = without_packages("completion", "bash")
    assert (done.returncode, done.stderr) == (0, "")
    assert "--certificate=" in done.stdout
