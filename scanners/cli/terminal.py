"""What a person sees on a terminal: a progress bar while it runs, a table at the end."""

from __future__ import annotations

from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from scanners.escaping import printable
from scanners.findings import Severity
from scanners.reports.summary import EXIT_CLEAN
from scanners.reports.text import lines, named, remedies, what

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import FileReport, Finding, Gap
    from scanners.reports.summary import Summary

_STYLE = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "dim",
}

_FRAME = 0.1
"""Seconds between two drawings of the bar."""
_NARROW = 72
"""Columns that a table needs: severity and rule take half of them."""


def progress(reports: Iterator[FileReport], total: int) -> Iterator[FileReport]:
    """Yield the reports, drawing on standard error how many of `total` have passed."""
    columns = (TextColumn("scanning"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # No refresh thread: workers are forked from this process. A frame for each file would take longer than most files.
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task("scan", total=total)
        drawn = monotonic()
        for report in reports:
            yield report
            bar.advance(task)
            if monotonic() - drawn >= _FRAME:
                bar.refresh()
                drawn = monotonic()


def table(reports: Iterator[FileReport], summary: Summary, fail_on: Severity) -> None:
    """Print findings and gaps as a table, or as lines where a table would be too narrow; what to do; the sum."""
    console = Console()
    rows = _lines if console.width < _NARROW else _grid
    names = rows(reports, console)
    for line in remedies(names):
        console.print(Text(line))
    clean = summary.exit_code(fail_on) == EXIT_CLEAN
    console.print(Text(summary.sentence(), style="green" if clean else "bold"))


def _lines(reports: Iterator[FileReport], console: Console) -> set[str]:
    seen = list(reports)  # To the end, so that no line meets the bar.
    for report in seen:
        for line in lines(report):
            console.print(Text(line))
    return set().union(*map(named, seen))


def _grid(reports: Iterator[FileReport], console: Console) -> set[str]:
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("severity", "rule"):
        grid.add_column(title, no_wrap=True)
    for title in ("where", "what"):
        grid.add_column(title, overflow="fold")
    names: set[str] = set()
    for report in reports:
        names |= named(report)
        for finding in sorted(report.findings, key=lambda finding: -finding.severity):
            severity = Text(finding.severity.name, style=_STYLE[finding.severity])
            grid.add_row(severity, finding.rule, _where(report, finding), Text(what(finding)))
        for gap in report.gaps:
            label = Text("UNEXAMINED", style="magenta")
            grid.add_row(label, gap.reason.value, _where(report, gap), Text(printable(gap.detail, 300)))
    if grid.row_count:
        console.print(grid)
        console.print()
    return names


def _where(report: FileReport, fact: Finding | Gap) -> Text:
    text = Text(printable(report.path))
    if fact.member:
        text.append(f"!{printable(fact.member)}", style="cyan")
    if fact.offset is not None:
        text.append(f" @{fact.offset}", style="dim")
    return text
