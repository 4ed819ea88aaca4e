"""ModelScan's JSON report, for pipelines that read it (keys as ModelScan 0.8.8 writes them).

What ModelScan would skip stands here under `errors`, since its readers take a skip for clean.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime

from scanners.findings import Severity
from scanners.rules import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from scanners.findings import FileReport, Finding, Gap
    from scanners.reports.summary import Summary


def modelscan(
    reports: Iterable[FileReport], summary: Summary, *, version: str, input_path: str, folder: str
) -> dict[str, Any]:
    """
    Return the report in ModelScan's shape.

    `input_path` is what the user asked to scan, `folder` the absolute path of a directory that all of it is below: files
    are named relative to that.
    """
    named = [(_relative(report.path, folder), report) for report in reports]
    return {
        "summary": {
            "total_issues_by_severity": {level.name: summary.severities[level] for level in Severity},
            "total_issues": summary.severities.total(),
            "input_path": input_path,
            "absolute_path": folder,
            "modelscan_version": f"weighbridge {version}",
            "timestamp": datetime.now(UTC).isoformat(),
            "scanned": {"total_scanned": summary.files, "scanned_files": [name for name, _ in named]},
        },
        "issues": [_issue(name, finding) for name, report in named for finding in report.findings],
        "errors": [_error(name, gap) for name, report in named for gap in report.gaps],
    }


def _relative(path: str, folder: str) -> str:
    return os.path.relpath(path, folder)


def _issue(name: str, finding: Finding) -> dict[str, Any]:
    module, operator = finding.rule, finding.name or finding.rule
    if finding.rule.startswith("import-"):
        module, _, operator = operator.rpartition(".")
    return {
        "description": f"{RULES[finding.rule].title}: {finding.evidence}",
        "operator": operator,
        "module": module,
        "source": _source(name, finding),
        "scanner": f"weighbridge.{finding.rule}",
        "severity": finding.severity.name,
    }


def _error(name: str, gap: Gap) -> dict[str, Any]:
    return {
        "category": "MODEL_SCAN",
        "description": f"{gap.reason.value}: {gap.detail}",
        "source": _source(name, gap),
    }


def _source(name: str, fact: Finding | Gap) -> str:
    return ":".join([name, *fact.member.split("!")]) if fact.member else name
