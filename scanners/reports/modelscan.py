"""ModelScan's JSON report, for pipelines that read it (keys as ModelScan 0.8.8 writes them).

What ModelScan would skip stands here under `errors`, since its readers take a skip for clean.
"""

from __future__ import annotations

from datetime import UTC, datetime

from scanners.findings import Severity
from scanners.rules import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from scanners.findings import FileReport, Finding, Gap
    from scanners.reports.summary import Summary


def modelscan(reports: Iterable[FileReport], summary: Summary, *, version: str, input_path: str) -> dict[str, Any]:
    """Return the report in ModelScan's shape; `input_path` is what the user asked to scan."""
    files = list(reports)
    return {
        "summary": {
            "total_issues_by_severity": {level.name: summary.severities[level] for level in Severity},
            "total_issues": summary.severities.total(),
            "input_path": input_path,
            "absolute_path": input_path,
            "modelscan_version": f"weighbridge {version}",
            "timestamp": datetime.now(UTC).isoformat(),
            "scanned": {"total_scanned": summary.files, "scanned_files": [report.path for report in files]},
        },
        "issues": [_issue(report, finding) for report in files for finding in report.findings],
        "errors": [_error(report, gap) for report in files for gap in report.gaps],
    }


def _issue(report: FileReport, finding: Finding) -> dict[str, Any]:
    module, _, operator = (finding.name or finding.rule).rpartition(".")
    return {
        "description": f"{RULES[finding.rule].title}: {finding.evidence}",
        "operator": operator,
        "module": module,
        "source": _source(report, finding),
        "scanner": f"weighbridge.{finding.rule}",
        "severity": finding.severity.name,
    }


def _error(report: FileReport, gap: Gap) -> dict[str, Any]:
    return {
        "category": "MODEL_SCAN",
        "description": f"{gap.reason.value}: {gap.detail}",
        "source": _source(report, gap),
    }


def _source(report: FileReport, fact: Finding | Gap) -> str:
    return ":".join([report.path, *fact.member.split("!")]) if fact.member else report.path
