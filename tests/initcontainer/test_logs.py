"""The gate's log."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from initcontainer import logs
from initcontainer.logs import Log
from scanners.findings import FileReport, Finding, Gap, Reason

if TYPE_CHECKING:
    import pytest

REPORT = FileReport(path="/m/x", size=1, formats=())
FINDING = Finding(rule="polyglot", evidence="a and b")


def test_a_flood_is_cut_and_the_cut_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A node keeps little of a container's log, and the verdict comes last."""
    monkeypatch.setattr(logs, "MOST_LINES", 3)
    stream = io.StringIO()
    log = Log(stream)
    for _ in range(5):
        log.finding(FINDING, REPORT, waived=False)
    log.gap(Gap(reason=Reason.BUDGET, detail="too much"), REPORT)
    log.end()
    log.event("verdict", verdict="BLOCK")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["finding", "finding", "finding", "log-cut", "verdict"]
    assert lines[3]["lines_left_out"] == 3


def test_long_evidence_is_cut() -> None:
    """A container runtime splits lines of 16 KiB."""
    stream = io.StringIO()
    report = FileReport(path="/m/" + "p" * 5000, size=1, formats=())
    Log(stream).finding(
        Finding(rule="polyglot", evidence="\x00" * 9000, name="n" * 9000, member="m" * 9000), report, waived=False
    )
    assert len(stream.getvalue()) < 10_000


def test_a_finding_holds_what_a_person_needs() -> None:
    """Empty fields are left out; a zero is not empty."""
    stream = io.StringIO()
    Log(stream).finding(Finding(rule="polyglot", evidence="e", offset=0), REPORT, waived=False)
    line = json.loads(stream.getvalue())
    del line["time"]
    assert line == {
        "level": "error", "event": "finding", "rule": "polyglot", "severity": "HIGH",
        "path": "/m/x", "offset": 0, "evidence": "e", "waived": False,
    }  # fmt: skip
