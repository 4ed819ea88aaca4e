"""SARIF 2.1.0 (OASIS), the form that code-scanning pages read."""

from __future__ import annotations

from urllib.parse import quote

from scanners.escaping import printable
from scanners.findings import Severity
from scanners.reports.text import what
from scanners.rules import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from scanners.findings import FileReport, Finding, Gap

_LEVEL = {Severity.LOW: "note", Severity.MEDIUM: "warning", Severity.HIGH: "error", Severity.CRITICAL: "error"}
_SECURITY_SEVERITY = {Severity.LOW: "2.0", Severity.MEDIUM: "5.0", Severity.HIGH: "8.0", Severity.CRITICAL: "9.5"}


def sarif(reports: Iterable[FileReport], *, version: str) -> dict[str, Any]:
    """Return one SARIF log with one run; what was not examined is a tool notification, as the standard has it."""
    results: list[dict[str, Any]] = []
    notifications: list[dict[str, Any]] = []
    used: set[str] = set()
    for report in reports:
        used.update(finding.rule for finding in report.findings)
        results.extend(_result(report, finding) for finding in report.findings)
        notifications.extend(_notification(report, gap) for gap in report.gaps)
    driver = {"name": "weighbridge", "version": version, "rules": [_rule(rule) for rule in sorted(used)]}
    invocation = {"executionSuccessful": not notifications, "toolExecutionNotifications": notifications}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results, "invocations": [invocation]}],
    }


def _rule(rule_id: str) -> dict[str, Any]:
    rule = RULES[rule_id]
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.remedy},
        "defaultConfiguration": {"level": _LEVEL[rule.severity]},
        "properties": {"security-severity": _SECURITY_SEVERITY[rule.severity], "tags": ["security", *rule.references]},
    }


def _result(report: FileReport, finding: Finding) -> dict[str, Any]:
    member = f" in {printable(finding.member)}" if finding.member else ""
    return {
        "ruleId": finding.rule,
        "level": _LEVEL[finding.severity],
        "message": {"text": f"{RULES[finding.rule].title}{member}: {what(finding)}"},
        "locations": [_location(report, finding)],
    }


def _notification(report: FileReport, gap: Gap) -> dict[str, Any]:
    return {
        "level": "error",
        "descriptor": {"id": gap.reason.value},
        "message": {"text": f"not fully examined: {printable(gap.detail)}"},
        "locations": [_location(report, gap)],
    }


def _location(report: FileReport, fact: Finding | Gap) -> dict[str, Any]:
    uri = quote(report.path.encode("utf-8", "surrogateescape"), safe="/")
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if fact.offset is not None and not fact.member:
        physical["region"] = {"byteOffset": fact.offset, "byteLength": 1}
    location: dict[str, Any] = {"physicalLocation": physical}
    if fact.member:
        location["logicalLocations"] = [{"fullyQualifiedName": printable(fact.member), "kind": "member"}]
    return location
