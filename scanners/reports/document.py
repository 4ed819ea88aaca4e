"""The JSON report. Its schema is docs/scan-report.schema.json; a change that is not an addition raises SCHEMA_VERSION."""

from __future__ import annotations

from scanners.findings import Examined, Severity
from scanners.wire import report_to_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from scanners.findings import FileReport
    from scanners.reports.summary import Summary

SCHEMA_VERSION = 1


def document(reports: Iterable[FileReport], summary: Summary, *, version: str, fail_on: Severity) -> dict[str, Any]:
    """Return the whole report as a JSON object."""
    return {
        "schema_version": SCHEMA_VERSION,
        "scanner": {"name": "weighbridge", "version": version},
        "fail_on": fail_on.name,
        "exit_code": summary.exit_code(fail_on),
        "summary": {
            "files": summary.files,
            "bytes": summary.bytes,
            "parts": summary.parts,
            "findings": {level.name: summary.severities[level] for level in Severity},
            "examined": {extent.name: summary.examined[extent] for extent in Examined},
        },
        "files": [report_to_json(report) for report in reports],
    }
