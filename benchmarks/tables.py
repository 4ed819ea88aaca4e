"""Results as Markdown: every figure a ratio to the project's own, in one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.outcomes import Extent
from benchmarks.tools import GATE, IMPORTS, LIMITS, LOAD, OPEN, OURS, READ, START

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from benchmarks.rounds import Measurement
    from benchmarks.shapes import Shape


_MARKS: dict[Extent, str] = {Extent.PARTLY: " partly", Extent.NOT: " not examined", Extent.FAILED: " failed"}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table, its first column left-aligned, the others right-aligned."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def speed(shapes: Sequence[tuple[Shape, int, Mapping[str, Measurement]]], peers: Sequence[str]) -> str:
    """Return the table of wall times: ours in seconds, then how it compares with limits and peers."""
    head = [
        "input",
        "size",
        "weighbridge",
        "CPU",
        f"÷ {READ}",
        f"÷ {LOAD}",
        f"÷ {OPEN}",
        *(f"{peer} ÷ ours" for peer in peers),
    ]
    rows = []
    for shape, size, results in shapes:
        ours = results[OURS]
        limits = [_over(ours.wall, results.get(limit)) for limit in (READ, LOAD, OPEN)]
        others = [_times(results.get(peer), ours.wall) for peer in peers]
        rows.append([_title(shape), _bytes(size), _own(ours), f"{ours.cpu:.3g} s", *limits, *others])
    return table(head, rows)


def processor(shapes: Sequence[tuple[Shape, int, Mapping[str, Measurement]]], peers: Sequence[str]) -> str:
    """Return the table of CPU times."""
    rows = []
    for shape, _, results in shapes:
        ours = results[OURS]
        others = [_times(results.get(peer), ours.cpu, lambda other: other.cpu) for peer in peers]
        rows.append([_title(shape), f"{ours.cpu:.3g} s", *others])
    return table(["input", "weighbridge", *(f"{peer} ÷ ours" for peer in peers)], rows)


def memory(shapes: Sequence[tuple[Shape, int, Mapping[str, Measurement]]], peers: Sequence[str]) -> str:
    """Return the table of peak memory."""
    rows = []
    for shape, size, results in shapes:
        names = (OURS, LOAD, *peers)
        rows.append([_title(shape), _bytes(size), *(_peak(results.get(name)) for name in names)])
    return table(["input", "size", OURS, LOAD, *peers], rows)


def start(shapes: Sequence[tuple[Shape, int, Mapping[str, Measurement]]], peers: Sequence[str]) -> str:
    """Return the table of starting up: everything as a ratio to an interpreter with three imports."""
    names = (OURS, GATE, START, *peers)
    rows = []
    for shape, _, results in shapes:
        base = results[IMPORTS].wall if IMPORTS in results else 0.0
        if base:
            rows.append([_title(shape), f"{base * 1000:.0f} ms", *(_times(results.get(name), base) for name in names)])
    return table(["input", LIMITS[IMPORTS], *(f"{name} ÷ it" for name in names)], rows)


def remarks(shapes: Sequence[tuple[Shape, int, Mapping[str, Measurement]]]) -> str:
    """Return what the tools said where one did not plainly examine its input, or called it dangerous."""
    lines = []
    for shape, _, results in shapes:
        for name, result in results.items():
            outcome = result.outcome
            if outcome.extent is not Extent.EXAMINED or outcome.flags:
                flags = ", raises an alarm" if outcome.flags else ""
                note = f": {outcome.note}" if outcome.note else ""
                lines.append(f"- {shape.name}, {name}: {outcome.extent.value}{flags}{note}")
    return "\n".join(lines)


def _title(shape: Shape) -> str:
    return f"{shape.name}: {shape.title}"


def _own(ours: Measurement) -> str:
    alarm = " alarm" if ours.outcome.flags else ""
    return f"{ours.wall:.3g} s{_MARKS.get(ours.outcome.extent, '')}{alarm}"


def _over(wall: float, limit: Measurement | None) -> str:
    return "" if limit is None or not limit.counts else f"{wall / limit.wall:.2f}"


def _times(other: Measurement | None, own: float, figure: Callable[[Measurement], float] = lambda m: m.wall) -> str:
    if other is None:
        return ""
    ratio = f"{figure(other) / own:.3g}"
    if other.outcome.extent is Extent.TIMED_OUT:
        return f"> {ratio}"
    mark = _MARKS.get(other.outcome.extent, "")
    return f"({ratio}{mark})" if mark else ratio


def _peak(result: Measurement | None) -> str:
    if result is None:
        return ""
    return "timed out" if result.peak is None else f"{result.peak / 1e6:.0f} MB{_MARKS.get(result.outcome.extent, '')}"


def _bytes(size: int) -> str:
    for unit, divisor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= divisor:
            return f"{size / divisor:.3g} {unit}"
    return f"{size} B"
