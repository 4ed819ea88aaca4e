"""Shell completion: the scripts are valid and know the commands as they are."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from weighbridge import COMMANDS

PROGRAM = Path(__file__).parents[3] / "weighbridge.py"


def script(shell: str) -> str:
    return subprocess.run(
        [sys.executable, str(PROGRAM), "completion", shell], capture_output=True, text=True, check=True
    ).stdout


def complete(*words: str) -> list[str]:
    """Ask a real bash what the last word becomes."""
    program = f"{script('bash')}\nCOMP_WORDS=({' '.join(words)})\nCOMP_CWORD={len(words) - 1}\n_weighbridge\n"
    program += 'printf "%s\\n" "${COMPREPLY[@]}"\n'
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("weighbridge", "sc"), ["scan"]),
        (("weighbridge", "scan", "--fail"), ["--fail-on"]),
        (("weighbridge", "scan", "--fail-on", "c"), ["critical"]),
        (("weighbridge", "rules", "--format", "j"), ["json"]),
    ],
    ids=" ".join,
)
def test_bash_completes(words, expected) -> None:
    """Commands, options and values."""
    assert complete(*words) == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_command_is_offered(shell) -> None:
    """A command that is added is completed."""
    assert all(command in script(shell) for command in COMMANDS)


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_accept_the_script(shell) -> None:
    """Where the shell is installed, it parses what is printed."""
    path = shutil.which(shell)
    if path is None:
        pytest.skip(f"{shell} is not installed here")
    subprocess.run([path, "-n"], input=script(shell), text=True, check=True)
