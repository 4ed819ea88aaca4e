"""`python -m benchmarks`: make the inputs, install the peers, measure, print the tables."""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import machine, report
from benchmarks.environments import BENCH, MODELS, PEERS, ROOT, prepare, project
from benchmarks.rounds import measure_all
from benchmarks.scale import FULL, QUICK
from benchmarks.shapes import SHAPES, size
from benchmarks.tools import OURS, tools

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.rounds import Measurement
    from benchmarks.scale import Scale
    from benchmarks.shapes import Shape
    from benchmarks.tools import Tool

ALONE = ("admission", "peers", "reporter")
"""Benchmarks of the servers and the comparison of what scanners find, each with options and a judgement of its own: `python -m benchmarks NAME --help`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks; return 0 when they ran, whatever they showed."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in ALONE:
        program = Path(__file__).with_name(f"{given[0]}.py")
        return subprocess.run([sys.executable, program, *given[1:]], check=False).returncode
    options = parser().parse_args(given)
    scale = scale_of(options)
    absent = _install()
    if OURS in absent:
        print(f"benchmarks: the project's own environment could not be made: {absent[OURS]}", file=sys.stderr)
        return 1
    chosen = [shape for shape in SHAPES if not options.only or shape.name in options.only]
    left_out = {*absent, *options.without}
    taking_part = [tool for tool in tools() if tool.name not in left_out]
    session = report.Session(
        command=shlex.join(["python", "-m", "benchmarks", *given]),
        scale=scale,
        machine=machine.describe(),
        peers={name: version for name, version in machine.peers().items() if name not in left_out},
        absent=absent,
        rows=[],
    )
    for shape in chosen:
        _measure(shape, taking_part, scale, session, keep=options.keep)
    _publish(session)
    return 0


def _install() -> dict[str, str]:
    """Make the environments; return those that could not be made, by tool, and why."""
    wanted = {OURS: project(), "scikit-learn": MODELS, **PEERS}
    faults = {name: prepare(environment) for name, environment in wanted.items()}
    absent = {name: fault for name, fault in faults.items() if fault is not None}
    for name, fault in absent.items():
        print(f"{name} could not be installed: {fault}", flush=True)
    return absent


def _measure(shape: Shape, taking_part: list[Tool], scale: Scale, session: report.Session, *, keep: bool) -> None:
    print(f"{shape.name}: making the input ...", flush=True)
    path = _build(shape, scale)
    if path is None:
        session.absent = {**session.absent, shape.name: "the input could not be made"}
        return
    results = {result.tool: result for result in measure_all(shape, path, taking_part, scale)}
    session.rows.append((shape, size(path), results))
    for result in results.values():
        print(f"  {_line(result)}", flush=True)
    (BENCH / "results.json").write_text(json.dumps(report.document(session), indent=2) + "\n")
    if not keep:
        shutil.rmtree(path.parent)


def _build(shape: Shape, scale: Scale) -> Path | None:
    """Make an input in a process of its own, unless an earlier run kept it."""
    place = BENCH / "inputs" / scale.name / shape.name
    if not (place / shape.file).exists():
        fresh = place.with_name(f"{shape.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        command = [sys.executable, "-m", "benchmarks.shapes", shape.name, scale.name, str(fresh / shape.file)]
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            return None
        fresh.rename(place)
    return place / shape.file


def _line(result: Measurement) -> str:
    outcome = result.outcome
    peak = f"{result.peak / 1e6:8.1f} MB" if result.peak is not None else " " * 11
    words = f"{outcome.extent.value}{', alarm' if outcome.flags else ''}  {outcome.note}"
    return f"{result.tool:16} {result.wall:9.3f} s {result.cpu:9.3f} s CPU {peak}  {words}".rstrip()


def _publish(session: report.Session) -> None:
    page = report.page(session)
    (BENCH / "results.md").write_text(page)
    print(f"\n{page}\nwritten: {BENCH / 'results.json'}, {BENCH / 'results.md'}")


def scale_of(options: argparse.Namespace) -> Scale:
    """Return the scale that is asked for, with what the options change of its patience."""
    named = {name: getattr(options, name) for name in ("repeats", "patience", "timeout")}
    changes = {name: value for name, value in named.items() if value is not None}
    return replace(QUICK if options.quick else FULL, **changes)


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    more = f"Benchmarks of their own: {', '.join(f'`python -m benchmarks {name} --help`' for name in ALONE)}."
    found = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__, epilog=more)
    names = [shape.name for shape in SHAPES]
    found.add_argument(
        "--only", nargs="+", choices=names, metavar="NAME", help=f"these inputs only: {', '.join(names)}"
    )
    found.add_argument("--quick", action="store_true", help="small inputs, few runs: to try the harness, not to quote")
    found.add_argument("--without", nargs="+", choices=PEERS, default=[], metavar="PEER", help="leave these peers out")
    found.add_argument(
        "--repeats", type=int, choices=range(1, 101), metavar="RUNS", help="timed runs of each tool on each input"
    )
    found.add_argument("--patience", type=float, metavar="SECONDS", help="repeat no tool that has taken this long")
    found.add_argument("--timeout", type=float, metavar="SECONDS", help="end a single run after this time")
    found.add_argument("--keep", action="store_true", help="leave the inputs in .bench/inputs for the next run")
    return found


if __name__ == "__main__":
    sys.exit(main())
