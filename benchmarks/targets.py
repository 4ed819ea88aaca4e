"""What the project promises of its speed and memory, and whether a run kept it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.outcomes import Extent
from benchmarks.shapes import Kind
from benchmarks.tools import GATE, IMPORTS, LOAD, OURS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.rounds import Measurement
    from benchmarks.shapes import Shape

LOAD_FACTOR = 2.5
PEER_FACTOR = 4.0
MEMORY = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One promise on one input."""

    shape: str
    promise: str
    measured: str
    kept: bool | None
    """None where nothing was promised and the figure is only told."""


def judge(shape: Shape, results: Mapping[str, Measurement], peers: Sequence[str]) -> Iterator[Judgement]:
    """Compare one input's results with the promises."""
    ours = results[OURS]
    if ours.outcome.extent is not Extent.EXAMINED or ours.outcome.flags:
        said = "an alarm" if ours.outcome.flags else ours.outcome.extent.value
        yield Judgement(shape=shape.name, promise="examined without an alarm", measured=said, kept=False)
    if not ours.counts:
        return
    if shape.name == "dict-p4":
        yield _at_most(shape, f"at most {LOAD_FACTOR} times pickle.load", ours.wall / results[LOAD].wall, LOAD_FACTOR)
    yield from _against_peers(shape, results, peers)
    if ours.peak is not None:
        kept = ours.peak <= MEMORY
        measured = f"{ours.peak / 1e6:.0f} MB"
        yield Judgement(shape=shape.name, promise="at most 100 MB of memory", measured=measured, kept=kept)
    if GATE in results and IMPORTS in results:
        ratio = f"{results[GATE].wall / results[IMPORTS].wall:.2f}"
        promise = "start to verdict of the gate, in times of three imports"
        yield Judgement(shape=shape.name, promise=promise, measured=ratio, kept=None)


def _against_peers(shape: Shape, results: Mapping[str, Measurement], peers: Sequence[str]) -> Iterator[Judgement]:
    factor = PEER_FACTOR if shape.kind is Kind.DENSE else 1.0
    promise = f"at least {factor:.0f} times faster than the fastest peer" if factor > 1 else "no peer is faster"
    present = [results[peer] for peer in peers if peer in results]
    finished = [result for result in present if result.counts]
    late = [result for result in present if result.outcome.extent is Extent.TIMED_OUT]
    if not finished and not late:
        yield Judgement(shape=shape.name, promise=promise, measured="no peer examines it", kept=True)
        return
    fastest = min(finished or late, key=lambda result: result.wall)
    ratio = fastest.wall / results[OURS].wall
    more = "" if finished else "more than "
    measured = f"{more}{ratio:.2f} times ({fastest.tool})"
    yield Judgement(shape=shape.name, promise=promise, measured=measured, kept=ratio >= factor)


def _at_most(shape: Shape, promise: str, ratio: float, bound: float) -> Judgement:
    return Judgement(shape=shape.name, promise=promise, measured=f"{ratio:.2f}", kept=ratio <= bound)
