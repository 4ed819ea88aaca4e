"""What a real shell hands to a server is among the words that admission reads, or some word is called unknown.

Scripts are put together at random and run by /bin/sh with a stand-in for the server that prints its arguments and the
variables that matter; nothing else is ever called.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from webhook.commandline import CommandLine, read_command_line
from webhook.pod import Container, Role

if TYPE_CHECKING:
    from pathlib import Path

SCRIPTS = int(os.environ.get("WEIGHBRIDGE_SCRIPTS", "400"))
NAMES = ("HF_HOME", "HF_HUB_OFFLINE", "MODEL", "X")
VALUES = ("/evil", "/models", "1", "0", "", "org/name", "a b")
WORDS = (
    "/evil", "/models", "--model", "--model=/evil", "'/evil x'", '"/evil"', '"$MODEL"', "$MODEL", "${MODEL}", "${X:-/evil}",
    "${X-/models}", "${X:+/evil}", '"--m"odel', "--mo\\del", "/e''vil", '/e"v"il', "'--trust-remote-code'", "$MODEL/$X",
    "\\\n/evil", "$(printf /evil)", "`printf /evil`", "/ev?l", "#no", "a#b", "''", "\\$MODEL", "~", "--x=$HF_HOME",
)  # fmt: skip
BEFORE = (
    "", "exec ", "eval ", "env ", "env -u HF_HOME ", "env -i PATH=$PATH ", "command ", "! ", "true && ", "false || ", ": ; ",
    "( true ) ; ", "{ true ; } ; ", "if true ; then : ; fi ; ", "for X in /evil /models ; do : ; done ; ", "set -e ; ",
    "export X=/evil ; ", "unset HF_HUB_OFFLINE ; ", "# a comment\n", "cd / && ",
)  # fmt: skip
AFTER = ("", " 2>&1", " > /dev/null", " | cat", " ; true", " &\nwait", " # done", "\n")
STAND_IN = """#!{shell}
{{
  for argument; do printf '%s\\0' "$argument"; done
  printf '\\001\\0'
  {variables}
  printf '\\002\\0'
}} >> {log}
"""
"""Writes its arguments, and the variables that are set, each ended by a NUL."""


def _script(rng: random.Random) -> str:
    assigned = "".join(f"{rng.choice(NAMES)}='{rng.choice(VALUES)}' " for _ in range(rng.choice((0, 0, 1, 2))))
    before = rng.choice(BEFORE)
    # What stands before a command and its assignments can be a command itself, which takes no assignments behind it.
    lead = assigned + before if before in {"exec ", "eval ", "command "} else before + assigned
    words = " ".join(rng.choice(WORDS) for _ in range(rng.randint(0, 4)))
    return f"{lead}vllm serve {words}{rng.choice(AFTER)}"


def _read(script: str, env: dict[str, str]) -> CommandLine:
    listed = [{"name": name, "value": value} for name, value in env.items()]
    command = ("sh", "-c", script)
    raw = {"command": list(command), "env": listed}
    container = Container(
        name="c", role=Role.REGULAR, order=0, at="c", raw=raw, image="x", command=command, arguments=(), mounts=()
    )
    return read_command_line(container)


@pytest.fixture
def run(tmp_path: Path):
    """Return a function that runs a script, and gives what each call of the server was handed."""
    shell = shutil.which("sh")
    if shell is None:
        pytest.skip("needs a shell")
    programs, log = tmp_path / "bin", tmp_path / "log"
    programs.mkdir()
    stand_in = programs / "vllm"
    variables = "; ".join(f'[ -z "${{{name}+x}}" ] || printf \'{name}=%s\\0\' "${name}"' for name in NAMES)
    stand_in.write_text(STAND_IN.format(shell=shell, log=log, variables=variables))
    stand_in.chmod(0o755)
    for name in ("env", "printf", "cat", "true", "false"):
        if found := shutil.which(name):
            (programs / name).symlink_to(found)

    def run(script: str, env: dict[str, str]) -> list[tuple[list[str], dict[str, str]]]:
        log.write_text("")
        subprocess.run(
            [shell, "-c", script],
            env={**env, "PATH": str(programs)},
            cwd=tmp_path,
            capture_output=True,
            timeout=30,
            check=False,
        )
        return [_handed(call) for call in log.read_text().split("\x02\0") if call]

    return run


def _handed(call: str) -> tuple[list[str], dict[str, str]]:
    arguments, _, variables = call.partition("\x01\0")
    return arguments.split("\0")[:-1], dict(each.split("=", 1) for each in variables.split("\0")[:-1])


def _missed(line: CommandLine, handed: list[str], seen: dict[str, str]) -> list[str]:
    """Return what a server was handed that is neither read nor called unknown."""
    if not all(word.known for word in line.words):
        return []
    texts = {word.text for word in line.words}
    # What a quoted word with blanks holds is read word by word: more is seen in it than there is.
    missed = [word for argument in handed for word in argument.split() if word not in texts]
    for name, value in seen.items():
        said = line.said(name)
        if not any(not word.known or word.text == value for word in said):
            missed.append(f"{name}={value}")
    return missed


def test_a_shell_hands_over_nothing_that_is_not_read(run) -> None:
    """For random scripts: every argument, and every variable that decides what is loaded."""
    rng = random.Random(20261128)
    called = 0
    for _ in range(SCRIPTS):
        script = _script(rng)
        env = {name: rng.choice(VALUES) for name in rng.sample(NAMES, rng.randint(0, 3))}
        line = _read(script, env)
        for handed, seen in run(script, env):
            called += 1
            assert not _missed(line, handed, seen), (script, env, handed, seen, line.words)
    assert called > SCRIPTS / 2
