"""Shell completion as a person meets it: a real shell on a terminal, some letters, and the tabulator."""

import os
import re
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from scanners.findings import Reason
from scanners.rules import RULES
from weighbridge import COMMANDS

PROGRAM = Path(__file__).parents[3] / "weighbridge.py"
SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
# The call that is completed writes down which words it got, and says so.
PREPARE = {
    "bash": "source ./script; weighbridge() { printf '%s\\n' \"$@\" > answer; echo it-is-$((40+2)); }\n",
    "zsh": "autoload -Uz compinit; compinit -u -D; source ./script\n"
    "weighbridge() { printf '%s\\n' \"$@\" > answer; echo it-is-$((40+2)); }\n",
    "fish": "source ./script; function weighbridge; printf '%s\\n' $argv > answer; echo it-is-(math 40+2); end\n",
}
ANSWERED = b"it-is-42"
FILES = ("model.pt", "name with spaces.pt", "policy.yaml", "weights/layers.bin")

# What is typed -> the words that arrive. A tabulator must leave one candidate only.
TYPED = {
    "sc\t we\tla\t": ["scan", "weights/layers.bin"],
    "scan model.\t": ["scan", "model.pt"],
    "scan na\t --fail-on=c\t": ["scan", "name with spaces.pt", "--fail-on=critical"],
    "scan --fail-on c\t": ["scan", "--fail-on", "critical"],
    "scan --format=sa\t --output=na\t": ["scan", "--format=sarif", "--output=name with spaces.pt"],
    "check --injec\t po\t": ["check", "--injection", "policy.yaml"],
    "check --policy po\t --format j\t": ["check", "--policy", "policy.yaml", "--format", "json"],
    "inject --in-p\t -f po\t": ["inject", "--in-place", "-f", "policy.yaml"],
    "gate --fail-on=c\t --volume=policy\t": ["gate", "--fail-on=critical", "--volume=policy.yaml"],
    "webhook --log-level=w\t --certificate=po\t": ["webhook", "--log-level=warning", "--certificate=policy.yaml"],
    "reporter --log-level=d\t --no-s\t": ["reporter", "--log-level=debug", "--no-s"],
    "rules import-runs\t --format=j\t": ["rules", "import-runs-code", "--format=json"],
    "formats --format=t\t": ["formats", "--format=text"],
    "completion f\t": ["completion", "fish"],
    "unknown --f\t": ["unknown", "--f"],
}


@pytest.fixture(scope="module", params=SHELLS)
def shell(request, tmp_path_factory) -> Iterator["Terminal"]:
    for program in (request.param, "setsid"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed here")
    directory = tmp_path_factory.mktemp(request.param)
    (directory / "weights").mkdir()
    for name in FILES:
        (directory / name).touch()
    (directory / "script").write_text(script(request.param))
    with Terminal.running(request.param, directory) as terminal:
        yield terminal


@cache
def script(shell: str) -> str:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "completion", shell], capture_output=True, text=True, check=True
    )
    assert not done.stderr
    return done.stdout


class Terminal:
    """An interactive shell, and the side of its terminal where the keyboard is."""

    def __init__(self, shell: str, directory: Path, keyboard: int) -> None:
        self.shell = shell
        self.directory = directory
        self.keyboard = keyboard

    @classmethod
    @contextmanager
    def running(cls, shell: str, directory: Path) -> Iterator["Terminal"]:
        keyboard, terminal = os.openpty()
        environment = {"PATH": os.environ["PATH"], "HOME": str(directory), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        process = subprocess.Popen(
            ["setsid", "--ctty", *SHELLS[shell]],
            **dict.fromkeys(("stdin", "stdout", "stderr"), terminal),
            cwd=directory,
            env=environment,
        )
        os.close(terminal)
        started = cls(shell, directory, keyboard)
        try:
            started.type(PREPARE[shell] + "weighbridge\n")
            yield started
        finally:
            process.kill()
            process.wait()
            os.close(keyboard)

    def type(self, text: str) -> None:
        """Type, and wait until the call has answered."""
        os.write(self.keyboard, text.encode())
        seen = b""
        while ANSWERED not in seen:
            assert select.select([self.keyboard], [], [], 30)[0], f"{text!r} led to {seen!r}"
            seen += os.read(self.keyboard, 65536)

    def words(self, typed: str) -> list[str]:
        """Return the words that `weighbridge` gets."""
        self.type(f"weighbridge {typed}\n")
        return (self.directory / "answer").read_text().splitlines()


@pytest.mark.parametrize("typed", TYPED)
def test_what_is_typed_is_completed(shell, typed) -> None:
    """Commands, options of each, fixed values, rules and files; nothing where nothing is known."""
    assert shell.words(typed) == TYPED[typed]


@cache
def options(command: str) -> list[str]:
    done = subprocess.run([sys.executable, str(PROGRAM), command, "--help"], capture_output=True, text=True, check=True)
    return re.findall(r"^  (?:-\w(?: \w+)?, )?--([a-z-]+)", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("shell_name", SHELLS)
def test_every_option_of_the_help_is_offered(shell_name, command) -> None:
    """The help and the script are made from the same arguments."""
    assert "help" in options(command)
    lines = [line for line in script(shell_name).splitlines() if re.search(rf"\b{command}\b", line)]
    for option in options(command):
        assert re.search(rf"(--|-l ){option}(?![a-z-])", "\n".join(lines)), option


@pytest.mark.parametrize("shell_name", SHELLS)
def test_every_rule_is_offered(shell_name) -> None:
    """A rule that is added is completed, and so is a reason."""
    assert {*RULES, *Reason} <= set(re.findall(r"[a-z0-9-]+", script(shell_name)))
