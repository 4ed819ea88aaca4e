"""The programs that are measured: the project, its peers, and the limits that no scanner can pass."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks import outcomes
from benchmarks.environments import MODELS, PEERS, project
from benchmarks.shapes import Kind, Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from benchmarks.environments import Environment
    from benchmarks.measure import Run
    from benchmarks.outcomes import Outcome

OURS = "weighbridge"
GATE = "weighbridge gate"
READ = "read"
LOAD = "load"
OPEN = "open"
IMPORTS = "imports"
START = "python"
LIMITS: Mapping[str, str] = {
    READ: "`cat` of the file to /dev/null",
    LOAD: "`pickle.load` (`joblib.load` for the forest) in a fresh Python",
    OPEN: "opening with `h5py.File`, or listing with `zipfile`, in a fresh Python",
    IMPORTS: '`python -c "import argparse, json, zipfile"`',
    START: "`python -c pass`",
}
REPORT = "report.json"
PROGRAM = "import sys, weighbridge; sys.exit(weighbridge.main())"
"""As the images start it, and as the script does that an installation makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A program, how it is called on an input, and how its result is read."""

    name: str
    command: Callable[[Path, Shape], list[str]]
    outcome: Callable[[Run, Path], Outcome]
    applies: Callable[[Shape], bool] = lambda _: True
    environment: Environment | None = None
    """What must be installed first."""


def tools() -> list[Tool]:
    """Return all programs: the project first, then its limits, then its peers."""
    ours = project()
    interpreter = ours.python
    return [
        Tool(
            name=OURS,
            command=lambda path, _: [
                *(interpreter, "-I", "-c", PROGRAM, "scan", "--format=json", f"--output={REPORT}", str(path))
            ],
            outcome=outcomes.weighbridge,
            environment=ours,
        ),
        Tool(
            name=GATE,
            command=lambda path, _: [
                *(interpreter, "-I", "-c", PROGRAM, "gate", f"--mounted-at={path.parent}"),
                *("--termination-message-path=message.json", "--volume=/mnt/models"),
            ],
            outcome=outcomes.gate,
            applies=lambda shape: shape.kind is not Kind.DENSE,
            environment=ours,
        ),
        *_limits(interpreter),
        *_peers(),
    ]


def surroundings(home: Path) -> dict[str, str]:
    """Return the environment variables of a run: a home of its own, nothing sent home, no colours."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("OPENBLAS_")}
    return {
        **kept,
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
        "NO_ANALYTICS": "1",
        "PROMPTFOO_DISABLE_TELEMETRY": "1",
    }


def _limits(interpreter: str) -> Iterable[Tool]:
    def limit(name: str, command: Callable[[Path, Shape], list[str]], applies: Callable[[Shape], bool]) -> Tool:
        return Tool(name=name, command=command, outcome=outcomes.limit, applies=applies)

    yield limit(
        READ,
        lambda path, _: ["sh", "-c", 'find "$1" -type f -exec cat {} + > /dev/null', "sh", str(path)],
        lambda shape: shape.kind is not Kind.START,
    )
    yield limit(
        LOAD,
        lambda path, shape: [_loading(shape, interpreter), "-c", _load(shape), str(path)],
        lambda shape: shape.loader is not None,
    )
    yield limit(
        OPEN,
        lambda path, shape: [interpreter, "-c", shape.opener or "", str(path)],
        lambda shape: shape.opener is not None,
    )
    yield limit(IMPORTS, lambda _path, _shape: [interpreter, "-c", "import argparse, json, zipfile"], _starts)
    yield limit(START, lambda _path, _shape: [interpreter, "-c", "pass"], _starts)


def _starts(shape: Shape) -> bool:
    return shape.kind is Kind.START


def _load(shape: Shape) -> str:
    return f"import {shape.loader}, sys; {shape.loader}.load(open(sys.argv[1], 'rb'))"


def _loading(shape: Shape, interpreter: str) -> str:
    return MODELS.python if shape.loader == "joblib" else interpreter


def _peers() -> Iterable[Tool]:
    commands: Mapping[str, tuple[tuple[str, ...], Callable[[Run, Path], Outcome]]] = {
        "modelscan": (("-r", "json", "-o", REPORT, "--show-skipped", "-p"), outcomes.modelscan),
        "picklescan": (("-p",), outcomes.picklescan),
        "fickling": (("--check-safety",), outcomes.fickling),
        "modelaudit": (("scan", "--no-cache", "--format", "json", "--output", REPORT), outcomes.modelaudit),
    }
    for name, (arguments, outcome) in commands.items():
        yield _peer(PEERS[name], name, arguments, outcome)


def _peer(
    environment: Environment, name: str, arguments: tuple[str, ...], outcome: Callable[[Run, Path], Outcome]
) -> Tool:
    return Tool(
        name=name,
        command=lambda path, _: [environment.program(name), *arguments, str(path)],
        outcome=outcome,
        environment=environment,
    )
