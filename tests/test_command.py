"""The first word of the command line, before any command is imported."""

import os
import shlex
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


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("scna", "; did you mean scan?"),
        ("completions", "; did you mean completion?"),
        ("README.md", "; to examine it: weighbridge scan README.md"),
        ("xyz", ""),
    ],
)
def test_an_unknown_command_is_named_with_what_may_have_been_meant(word, hint) -> None:
    """Two lines on standard error, and the code for usage."""
    done = subprocess.run(
        [sys.executable, PROGRAM, word], cwd=PROGRAM.parent, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == (
        f"weighbridge: no command is called {word!r}{hint}\n`weighbridge --help` lists the commands.\n"
    )


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


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_name_can_be_printed(tmp_path, encoding) -> None:
    """A terminal that lacks a character gets its number; what is a manifest stays UTF-8."""
    (tmp_path / "模型.txt").write_text("words")
    (tmp_path / "模型.yaml").write_text("# größe\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: 模型}\n")
    for words, told in (
        (("scan", "模型.txt", "missing-模型"), "模型"),
        (("check", "模型.yaml"), "模型"),
        (("inject", "-f", "模型.yaml"), None),
    ):
        done = subprocess.run(
            [sys.executable, PROGRAM, *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONIOENCODING": encoding},
            capture_output=True,
            check=False,
        )
        assert b"Traceback" not in done.stderr
        if told:
            assert told.encode(encoding, "backslashreplace") in done.stdout
        else:
            assert done.stdout == (tmp_path / "模型.yaml").read_bytes()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("scan", "README.md"), 0),
        (("scan", "--format", "json", "README.md", "missing"), 2),
        (("rules",), 0),
        (("check", "missing"), 2),
        (("inject", "-f", "examples/policy.yaml"), 0),
        (("gate", "--volume=/x", "--mounted-at=docs/decisions", "--termination-message-path=/dev/null"), 0),
        (("xyz",), 4),
    ],
)
def test_a_closed_standard_output_changes_no_code(words, code) -> None:
    """The code tells the same as with a reader, and a file that is opened is not taken for the terminal."""
    command = f"exec {shlex.join([sys.executable, str(PROGRAM), *words])} >&-"
    done = subprocess.run(["sh", "-c", command], cwd=PROGRAM.parent, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
