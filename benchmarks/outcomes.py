"""What a tool did with an input, read from its own words: a tool that skips a file is fast at nothing."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.measure import Run


class Extent(StrEnum):
    """How much of the input the tool looked at, by what it says."""

    EXAMINED = "examined"
    PARTLY = "partly"
    """It names parts that it could not read."""
    NOT = "not examined"
    """It skipped the input, or read it as something it is not."""
    FAILED = "failed"
    """It ended without a result."""
    TIMED_OUT = "timed out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of one tool on one input. All inputs are benign: `flags` is a false alarm."""

    extent: Extent
    flags: bool = False
    note: str = ""
    files: int | None = None
    """How many files it says it scanned; None where it does not say."""

    def of(self, files: int) -> Outcome:
        """Return the outcome for an input of that many files: a scanner that took fewer examined it in part."""
        if self.extent is Extent.EXAMINED and self.files is not None and self.files < files:
            return replace(self, extent=Extent.PARTLY)
        return self


_SKIPS = re.compile(r"could not parse|unsupported|skipping", re.IGNORECASE)
_FILES = re.compile(r"Scanned files: (\d+)")


def limit(run: Run, _directory: Path) -> Outcome:
    """Read the result of a program that examines nothing and only sets a lower bound."""
    return Outcome(extent=Extent.EXAMINED) if run.exit_code == 0 else _failed(run)


def weighbridge(run: Run, directory: Path) -> Outcome:
    """Read the JSON report of `weighbridge scan`."""
    report = _json(directory / "report.json")
    if report is None:
        return _failed(run)
    summary = report["summary"]
    counts = summary["examined"]
    flags = run.exit_code == 1
    note = f"{sum(summary['findings'].values())} findings" if flags else ""
    if counts["NOT"] + counts["PARTLY"] == 0:
        return Outcome(extent=Extent.EXAMINED if summary["files"] else Extent.NOT, flags=flags, note=note)
    gaps = [gap["detail"] for file in report["files"] for gap in file.get("gaps", ())]
    extent = Extent.NOT if counts["NOT"] == summary["files"] else Extent.PARTLY
    return Outcome(extent=extent, flags=flags, note=gaps[0] if gaps else "")


def gate(run: Run, _directory: Path) -> Outcome:
    """Read the exit code of `weighbridge gate`."""
    if run.exit_code in (0, 1):
        return Outcome(extent=Extent.EXAMINED, flags=run.exit_code == 1)
    return _failed(run)


def modelscan(run: Run, directory: Path) -> Outcome:
    """Read ModelScan's JSON report: what it scanned, skipped and could not read."""
    report = _json(directory / "report.json")
    if report is None:
        return _failed(run)
    scanned = report["summary"]["scanned"]["total_scanned"]
    skipped = report["summary"].get("skipped", {}).get("total_skipped", 0)
    flags = report["summary"]["total_issues"] > 0
    note = f"{scanned} scanned, {skipped} skipped, {len(report['errors'])} errors"
    if not scanned:
        return Outcome(extent=Extent.NOT, flags=flags, note=note)
    extent = Extent.PARTLY if report["errors"] else Extent.EXAMINED
    return Outcome(extent=extent, flags=flags, note=note, files=scanned)


def picklescan(run: Run, _directory: Path) -> Outcome:
    """Read picklescan's summary; a file that it counts and says it could not parse was not examined."""
    count = _FILES.search(run.output)
    if count is None:
        return _failed(run)
    refused = len(_SKIPS.findall(run.output))
    scanned = int(count.group(1)) - refused
    note = f"{scanned} scanned, {refused} not parsed"
    if scanned <= 0:
        return Outcome(extent=Extent.NOT, note=note)
    extent = Extent.PARTLY if run.exit_code == 2 else Extent.EXAMINED
    return Outcome(extent=extent, flags=run.exit_code == 1, note=note, files=scanned)


def fickling(run: Run, _directory: Path) -> Outcome:
    """Read fickling's exit code: 0 no finding, 1 unsafe, 2 not parsed; 1 is also Python's own after an exception."""
    if "Traceback (most recent call last)" in run.output or run.exit_code not in (0, 1, 2):
        return _failed(run)
    if run.exit_code == 2:
        return Outcome(extent=Extent.NOT, note=_last_line(run.output, "Error"))
    return Outcome(extent=Extent.EXAMINED, flags=run.exit_code == 1)


def modelaudit(run: Run, directory: Path) -> Outcome:
    """Read ModelAudit's JSON report and exit code (1 findings, 2 not completed)."""
    report = _json(directory / "report.json")
    if report is None:
        return _failed(run)
    if not report["files_scanned"] or not report["scanner_names"]:
        return Outcome(extent=Extent.NOT, note="no scanner took it")
    severe = [issue["message"] for issue in report["issues"] if issue["severity"] in ("warning", "critical")]
    if report["has_errors"] or run.exit_code == 2:
        note = "it says that its coverage is incomplete"
        return Outcome(extent=Extent.PARTLY, flags=bool(severe), note=note)
    return Outcome(extent=Extent.EXAMINED, flags=run.exit_code == 1, note=severe[0] if severe else "")


def _failed(run: Run) -> Outcome:
    note = _last_line(run.output, "") or "no output"
    return Outcome(extent=Extent.FAILED, note=f"exit {run.exit_code}: {note}")


def _last_line(output: str, word: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip() and word in line]
    return lines[-1][:160] if lines else ""


def _json(path: Path) -> dict[str, Any] | None:
    try:
        value = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None
