"""A whole run as a Markdown page and as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from benchmarks import tables
from benchmarks.shapes import Kind
from benchmarks.targets import judge
from benchmarks.tools import LIMITS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.rounds import Measurement
    from benchmarks.scale import Scale
    from benchmarks.shapes import Shape

Rows = list[tuple["Shape", int, "Mapping[str, Measurement]"]]
_KEPT = {True: "kept", False: "**missed**", None: ""}


@dataclass(slots=True, kw_only=True)
class Session:
    """Everything one run has found out."""

    command: str
    scale: Scale
    machine: Mapping[str, str]
    peers: Mapping[str, str]
    """Peers that are installed, with their versions."""
    absent: Mapping[str, str]
    """What could not be installed or built, and why."""
    rows: Rows


def page(session: Session) -> str:
    """Return the run as Markdown."""
    peers = list(session.peers)
    large = [row for row in session.rows if row[0].kind is not Kind.START]
    small = [row for row in session.rows if row[0].kind is Kind.START]
    parts = [_origin(session)]
    if large:
        parts += ["### Wall time", tables.speed(large, peers), "### CPU time", tables.processor(large, peers)]
    if small:
        parts += ["### Starting up", tables.start(small, peers)]
    parts += ["### Peak memory", tables.memory(session.rows, peers)]
    parts += ["### Promises", _promises(session.rows, peers)]
    said = tables.remarks(session.rows)
    parts += ["### What the tools said of these benign inputs", said] if said else []
    return "\n\n".join(parts) + "\n"


def document(session: Session) -> dict[str, Any]:
    """Return the run as a JSON object, every single run included."""
    return {
        "command": session.command,
        "scale": asdict(session.scale),
        "machine": dict(session.machine),
        "peers": dict(session.peers),
        "absent": dict(session.absent),
        "limits": dict(LIMITS),
        "inputs": [
            {"name": shape.name, "bytes": size, "tools": [asdict(result) for result in results.values()]}
            for shape, size, results in session.rows
        ],
        "promises": [
            asdict(judgement)
            for shape, _, results in session.rows
            for judgement in judge(shape, results, list(session.peers))
        ],
    }


def _origin(session: Session) -> str:
    facts = [f"`{session.command}`", *(f"{name}: {value}" for name, value in session.machine.items())]
    facts += [f"{name} {version}" for name, version in session.peers.items()]
    absent = [f"\n\nNot to be had: {name} ({why})." for name, why in session.absent.items()]
    return "; ".join(facts) + "." + "".join(absent)


def _promises(rows: Rows, peers: Sequence[str]) -> str:
    judgements = [judgement for shape, _, results in rows for judgement in judge(shape, results, peers)]
    cells = [[each.shape, each.promise, each.measured, _KEPT[each.kept]] for each in judgements]
    return tables.table(["input", "promise", "measured", ""], cells)
