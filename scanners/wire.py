"""File reports as JSON: what workers answer and what reports show, one shape for both.

The decoder trusts nothing: a worker that a hostile file took over can say what it likes, and still only produces a
`FileReport` of known rules and reasons, or `ValueError`.
"""

from __future__ import annotations

from scanners.findings import Examined, FileReport, Finding, Gap, Reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    T = TypeVar("T", str, int, list, dict)  # type: ignore[type-arg] # JSON containers, their items are checked one by one


def report_to_json(report: FileReport) -> dict[str, Any]:
    """Return the report as a JSON object; keys as in the published schema (docs/scan-report.schema.json)."""
    return {
        "path": report.path,
        "size_bytes": report.size,
        "formats": list(report.formats),
        "examined": report.examined.name,
        "parts": report.parts,
        "sha256": report.sha256,
        "findings": [_finding_to_json(finding) for finding in report.findings],
        "gaps": [_gap_to_json(gap) for gap in report.gaps],
    }


def report_from_json(value: Any) -> FileReport:
    """Return the report that `report_to_json` described; raise `ValueError` naming the field that is not as it must be."""
    fields = _Fields(value)
    return FileReport(
        path=fields.take("path", str),
        size=fields.take("size_bytes", int),
        formats=tuple(_as(str, item) for item in fields.take("formats", list)),
        parts=fields.take("parts", int),
        sha256=fields.optional("sha256", str),
        findings=tuple(_finding_from_json(item) for item in fields.take("findings", list)),
        gaps=tuple(_gap_from_json(item) for item in fields.take("gaps", list)),
    )


def _finding_to_json(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.name,
        "name": finding.name,
        "evidence": finding.evidence,
        "member": finding.member,
        "offset": finding.offset,
    }


def _finding_from_json(value: Any) -> Finding:
    from scanners.rules import RULES

    fields = _Fields(value)
    rule = fields.take("rule", str)
    if rule not in RULES:
        raise ValueError("rule: not a rule of this version")
    return Finding(
        rule=rule,
        name=fields.optional("name", str),
        evidence=fields.take("evidence", str),
        member=fields.take("member", str),
        offset=fields.optional("offset", int),
    )


def _gap_to_json(gap: Gap) -> dict[str, Any]:
    return {
        "reason": gap.reason.value,
        "examined": gap.examined.name,
        "detail": gap.detail,
        "member": gap.member,
        "offset": gap.offset,
    }


def _gap_from_json(value: Any) -> Gap:
    fields = _Fields(value)
    return Gap(
        reason=Reason(fields.take("reason", str)),
        examined=_examined(fields.take("examined", str)),
        detail=fields.take("detail", str),
        member=fields.take("member", str),
        offset=fields.optional("offset", int),
    )


def _examined(name: str) -> Examined:
    if name not in Examined.__members__:
        raise ValueError("examined: not one of FULLY, PARTLY, NOT")
    return Examined[name]


class _Fields:
    """Typed access to one JSON object."""

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value: dict[str, Any] = _as(dict, value)

    def take(self, key: str, kind: type[T]) -> T:
        return _as(kind, self._value.get(key), key)

    def optional(self, key: str, kind: type[T]) -> T | None:
        return None if self._value.get(key) is None else _as(kind, self._value[key], key)


def _as(kind: type[T], value: Any, key: str = "value") -> T:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{key}: expected {kind.__name__}, found {type(value).__name__}")
    return value
