"""The gate's log: one JSON object a line on standard output, hostile text escaped, a flood cut."""

from __future__ import annotations

import json
import time

from scanners.escaping import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

    from scanners.findings import FileReport, Finding, Gap

MOST_LINES = 10_000
"""Lines about findings and gaps; a node keeps 10 MiB of a container's log by default."""
_LONGEST = 500


class Log:
    """Where a run says what it sees."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lines = 0

    def finding(self, finding: Finding, report: FileReport, *, waived: bool) -> None:
        """Say what was found where."""
        self._about(
            "finding",
            level="warning" if waived else "error",
            rule=finding.rule,
            severity=finding.severity.name,
            path=report.path,
            member=finding.member,
            offset=finding.offset,
            name=finding.name,
            evidence=finding.evidence,
            sha256=report.sha256,
            waived=waived,
        )

    def gap(self, gap: Gap, report: FileReport) -> None:
        """Say what was not examined, and why."""
        self._about(
            "not-examined",
            level="error",
            reason=gap.reason.value,
            examined=gap.examined.name,
            path=report.path,
            member=gap.member,
            offset=gap.offset,
            detail=gap.detail,
        )

    def event(self, event: str, *, level: str = "info", **fields: Any) -> None:
        """Say anything else; never cut."""
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        told = {key: _safe(value) for key, value in fields.items() if value not in (None, "")}
        print(json.dumps({"time": now, "level": level, "event": event, **told}), file=self._stream, flush=True)

    def end(self) -> None:
        """Say how much was left out."""
        if self._lines > MOST_LINES:
            self.event("log-cut", level="warning", lines_left_out=self._lines - MOST_LINES)

    def _about(self, event: str, *, level: str, **fields: Any) -> None:
        self._lines += 1
        if self._lines <= MOST_LINES:
            self.event(event, level=level, **fields)


def _safe(value: Any) -> Any:
    return printable(value, _LONGEST) if isinstance(value, str) else value
