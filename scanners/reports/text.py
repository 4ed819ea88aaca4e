"""Plain lines: one for each finding and each gap, fit for a pipe, a log and `grep`."""

from __future__ import annotations

from scanners.escaping import printable
from scanners.rules import RULES
from scanners.rules.unexamined import UNEXAMINED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import FileReport, Finding, Gap

_EVIDENCE = 300


def lines(report: FileReport) -> Iterator[str]:
    """Yield the lines of one file, worst finding first; none for a clean one."""
    for finding in sorted(report.findings, key=lambda finding: -finding.severity):
        place = _place(report, finding)
        yield f"{finding.severity.name:<9}{finding.rule:<24} {place}: {what(finding)}"
    for gap in report.gaps:
        yield f"UNEXAMINED {gap.reason.value:<22} {_place(report, gap)}: {printable(gap.detail, _EVIDENCE)}"


def what(finding: Finding) -> str:
    """Return what was seen, led by the name it is about unless the evidence says it already."""
    evidence = printable(finding.evidence, _EVIDENCE)
    name = printable(finding.name or "", _EVIDENCE)
    return f"{name}: {evidence}" if name and name not in evidence else evidence


def named(report: FileReport) -> set[str]:
    """Return the rules and the reasons that the lines of a file name."""
    return {*(finding.rule for finding in report.findings), *(gap.reason.value for gap in report.gaps)}


def remedies(names: set[str]) -> Iterator[str]:
    """Yield what can be done about each rule, worst first, and each reason why something was not examined, once."""
    for rule in sorted(names & RULES.keys(), key=lambda rule: (-RULES[rule].severity, rule)):
        yield f"{rule}: {RULES[rule].title}. {RULES[rule].remedy}"
    for reason in sorted(names & UNEXAMINED.keys()):
        yield f"{reason}: {UNEXAMINED[reason].title}. {UNEXAMINED[reason].remedy}"


def _place(report: FileReport, fact: Finding | Gap) -> str:
    member = f"!{printable(fact.member)}" if fact.member else ""
    offset = f" at byte {fact.offset}" if fact.offset is not None else ""
    return f"{printable(report.path)}{member}{offset}"
