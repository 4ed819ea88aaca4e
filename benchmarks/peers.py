"""
`python -m benchmarks peers`: what five scanners say of honest files and of published techniques, each in the same run.

Hostile files are those of the corpus that refer to an advisory, one for each family and advisory; honest ones are the files
of `tests/benign`. Each tool sees each file alone, in a folder of its own, under the name that the corpus gives it. The result is
kept in `benchmarks/peers.json`, from which `make docs` writes the tables of docs/formats.md.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import machine
from benchmarks.environments import PEERS, ROOT, prepare, project
from benchmarks.measure import run
from benchmarks.outcomes import Extent
from benchmarks.shapes import SHAPES
from benchmarks.tools import OURS, surroundings, tools
from tests.corpus.catalogue import HERE, samples
from tools.docs import HONEST, SAID

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.outcomes import Outcome
    from benchmarks.tools import Tool
    from tests.corpus.catalogue import Sample

RESULT = Path(__file__).with_name("peers.json")
BENIGN = ROOT / "tests" / "benign"
FLAGGED, UNSEEN, PASSED = SAID
_ADVISORY = re.compile(r"CVE-\d{4}-\d+|GHSA-|PAIT-|arxiv\.org", re.IGNORECASE)
_NO_MODEL = frozenset(
    {"LICENSE", "PROVENANCE.toml", "PROVENANCE.md", "KNOWN_ALARMS.toml", "environments.toml", "versions.json"}
)
_SERIOUS = frozenset({"MEDIUM", "HIGH", "CRITICAL"})
_SECONDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One file that every tool is given."""

    group: str
    name: str
    content: bytes


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tools on the files; return 0 when they ran, whatever they said."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(given)
    wanted = {OURS: project(), **PEERS}
    absent = {name: fault for name, environment in wanted.items() if (fault := prepare(environment)) is not None}
    if absent:
        print(f"benchmarks: could not be installed: {absent}", file=sys.stderr)
        return 1
    taking_part = [tool for tool in tools() if tool.name in wanted]
    inputs = [*_published(), *_honest(options.honest)]
    counts: dict[str, dict[str, Counter[str]]] = {}
    for index, item in enumerate(inputs):
        print(f"{index + 1}/{len(inputs)} {item.group}: {item.name}", flush=True)
        for tool in taking_part:
            counts.setdefault(item.group, {}).setdefault(tool.name, Counter())[_said(tool, item)] += 1
    versions = {OURS: machine.describe()["weighbridge"], **machine.peers()}
    command = shlex.join(["python", "-m", "benchmarks", "peers", *given])
    result = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "command": command, "versions": versions, "counts": counts}
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    print(f"wrote {RESULT.relative_to(ROOT)}; `make docs` puts it into docs/formats.md")
    return 0


def _published() -> Iterator[Input]:
    """Yield the first file of each family for each advisory that it refers to."""
    seen: set[tuple[str, str]] = set()
    families = _families()
    for sample in samples():
        key = families[sample.name], sample.reference
        if key not in seen and _ADVISORY.search(sample.reference) and _SERIOUS.intersection(sample.rules.values()):
            seen.add(key)
            yield _input(key[0], sample)


def _families() -> dict[str, str]:
    """Return the family that each sample stands in."""
    import tomllib

    manifests = sorted((HERE / "manifest").glob("*.toml"))
    return {name: path.stem for path in manifests for name in tomllib.loads(path.read_text())}


def _input(family: str, sample: Sample) -> Input:
    return Input(group=family, name=sample.name, content=sample.build())


def _honest(most: int) -> Iterator[Input]:
    """Yield honest files, spread evenly over the folders."""
    files = sorted(
        path
        for path in BENIGN.rglob("*")
        if path.is_file() and path.suffix != ".py" and path.name not in _NO_MODEL and "__pycache__" not in path.parts
    )
    step = max(1, -(-len(files) // most))
    for path in files[::step]:
        yield Input(group=HONEST, name=path.name, content=path.read_bytes())


def _said(tool: Tool, item: Input) -> str:
    """Run a tool on a file, and say what came of it by the tool's own words."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "input")
        place.mkdir()
        file = place / item.name
        file.write_bytes(item.content)
        where = Path(folder, "run")
        where.mkdir()
        done = run(tool.command(file, SHAPES[0]), directory=where, environment=surroundings(where), timeout=_SECONDS)
        return UNSEEN if done.timed_out else _verdict(tool.outcome(done, where))


def _verdict(outcome: Outcome) -> str:
    """Sum an outcome up: an alarm counts even where the rest was not examined."""
    if outcome.flags:
        return FLAGGED
    return PASSED if outcome.extent is Extent.EXAMINED else UNSEEN


def _parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="python -m benchmarks peers", description=__doc__.splitlines()[1])
    found.add_argument("--honest", type=int, default=60, metavar="FILES", help="at most so many honest files (60)")
    return found


if __name__ == "__main__":
    sys.exit(main())
