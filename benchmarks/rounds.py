"""Measure all tools on one input, in turns, so that a disturbance of the machine falls on all of them."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import measure
from benchmarks.environments import BENCH
from benchmarks.outcomes import Extent, Outcome
from benchmarks.shapes import files_of
from benchmarks.tools import surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.scale import Scale
    from benchmarks.shapes import Shape
    from benchmarks.tools import Tool


@dataclass(slots=True, kw_only=True)
class Measurement:
    """All runs of one tool on one input."""

    tool: str
    walls: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)
    peak: int | None = None
    outcome: Outcome = field(default_factory=lambda: Outcome(extent=Extent.FAILED, note="not run"))

    @property
    def wall(self) -> float:
        """Seconds of the best run: what disturbs a run only ever makes it longer."""
        return min(self.walls)

    @property
    def cpu(self) -> float:
        """CPU seconds of the run that took the fewest."""
        return min(self.cpus)

    @property
    def counts(self) -> bool:
        """Whether the tool looked at the input at all and came to an end."""
        return self.outcome.extent in (Extent.EXAMINED, Extent.PARTLY)


def measure_all(shape: Shape, path: Path, tools: Sequence[Tool], scale: Scale) -> list[Measurement]:
    """Measure every tool that applies to a shape; the first turn is preceded by a reading that fills the page cache."""
    taking_part = [tool for tool in tools if tool.applies(shape)]
    results = {tool.name: Measurement(tool=tool.name) for tool in taking_part}
    _read(path)
    for _ in range(scale.repeats):
        for tool in list(taking_part):
            result = results[tool.name]
            _time(tool, shape, path, result, scale)
            if result.outcome.extent is Extent.TIMED_OUT or sum(result.walls) > scale.patience:
                taking_part.remove(tool)
    for tool in tools:
        if tool.name in results and results[tool.name].outcome.extent is not Extent.TIMED_OUT:
            _weigh(tool, shape, path, results[tool.name], scale)
    return list(results.values())


def _time(tool: Tool, shape: Shape, path: Path, result: Measurement, scale: Scale) -> None:
    with _directory() as directory:
        run = _call(measure.run, tool, shape, path, directory, scale.timeout)
        result.walls.append(run.wall)
        result.cpus.append(run.cpu)
        timed_out = Outcome(extent=Extent.TIMED_OUT, note=f"ended after {scale.timeout:.0f} s")
        result.outcome = timed_out if run.timed_out else tool.outcome(run, directory).of(len(files_of(path)))


def _weigh(tool: Tool, shape: Shape, path: Path, result: Measurement, scale: Scale) -> None:
    with _directory() as directory:
        # Watching slows a program down; a run that just met the timeout before may not any more.
        run = _call(measure.run_for_memory, tool, shape, path, directory, 2 * scale.timeout)
        result.peak = None if run.timed_out else run.peak


def _call(
    how: Callable[..., measure.Run], tool: Tool, shape: Shape, path: Path, directory: Path, timeout: float
) -> measure.Run:
    command = tool.command(path, shape)
    return how(command, directory=directory, environment=surroundings(directory), timeout=timeout)


@contextmanager
def _directory() -> Iterator[Path]:
    """Give a run an empty directory of its own: its home, its working directory, the place of its report."""
    (BENCH / "runs").mkdir(parents=True, exist_ok=True)
    directory = Path(tempfile.mkdtemp(dir=BENCH / "runs"))
    try:
        yield directory
    finally:
        shutil.rmtree(directory)


def _read(path: Path) -> None:
    for name in files_of(path):
        with name.open("rb") as file:
            while file.read(1 << 20):
                continue
