"""What is generated is committed as generated, and what is written by hand is true of the commands."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from examples import models
from tools.docs import DOCS, PAGES
from weighbridge import COMMANDS

ROOT = DOCS.parent
PROGRAM = ROOT / "weighbridge.py"
PROSE = [
    ROOT / "README.md",
    *sorted(DOCS.rglob("*.md")),
    ROOT / "helm/weighbridge/README.md",
    *ROOT.glob("examples/*.py"),
]
CALL = re.compile(r"weighbridge (?P<command>[a-z]+)(?P<rest>(?: +[^\s`|>#;]+)*)")
"""A command as prose and code blocks write it, up to what ends it in a shell or in a sentence."""


@pytest.mark.parametrize("name", PAGES)
def test_page_is_current(name) -> None:
    """`make docs` would change nothing."""
    assert (DOCS / name).read_text() == PAGES[name], "run `make docs`"


def run(*words: str, **how: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(PROGRAM), *words], capture_output=True, text=True, check=False, **how)


def test_the_readme_shows_what_a_scan_prints(tmp_path) -> None:
    """To the letter, for the malicious sample of the demo."""
    models.write(tmp_path)
    shown = (ROOT / "README.md").read_text().partition("$ weighbridge scan model.pt\n")[2].partition("```")[0]
    assert run("scan", "model.pt", cwd=tmp_path / "trojan").stdout == shown


def calls() -> dict[str, set[str]]:
    """Return the options that the pages give each command."""
    found: dict[str, set[str]] = {}
    for page in PROSE:
        for call in CALL.finditer(page.read_text()):
            if call["command"] in COMMANDS:
                options = re.findall(r"(?<!\S)--[a-z-]+", call["rest"])
                found.setdefault(call["command"], set()).update(options)
    return found


@pytest.mark.parametrize("command", sorted(calls()))
def test_options_in_the_pages_are_options_of_the_command(command) -> None:
    """Whoever copies a line gets no usage error."""
    known = set(re.findall(r"(?<![\w-])--[a-z-]+", run(command, "--help").stdout))
    assert calls()[command] <= known


def test_the_pages_use_the_commands() -> None:
    """The test above would also pass where it finds nothing."""
    assert {"--injection", "--policy", "--output", "--format"} <= calls()["check"]
    assert {"--metrics-file", "--format"} <= calls()["scan"]
