"""How `weighbridge check` tells its decisions: text for people, JSON for programs."""

from __future__ import annotations

import json
import sys
import textwrap
from typing import TYPE_CHECKING, Any

from scanners.escaping import printable
from webhook.check import counts
from webhook.violations import VIOLATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from webhook.check import Checked
    from webhook.decision import Violation
    from webhook.policy import CompiledPolicy
    from webhook.rehearsal import Rehearsal

_WIDTH = 110
_COLOURS = {"allowed": "32", "denied": "1;31", "not decidable": "1;35", "warning": "33", "PASS": "32", "WARN": "33"}
"""Select Graphic Rendition parameters (ECMA-48)."""


def text(checked: Sequence[Checked], rehearsals: Sequence[Rehearsal], policy: CompiledPolicy) -> None:
    """Print what was decided, with path, reason and remedy."""
    source = ""
    for one in checked:
        if one.document.source != source:
            source = one.document.source
            print(printable(source))
        for line in _told(one):
            print(line)
    for rehearsal in rehearsals:
        print("\n".join(_rehearsed(rehearsal)))
    sums = [f"{count} {word}" for word, count in counts(checked) if count]
    print(f"{', '.join(sums) or 'nothing to check'} (policy {policy.name})")


def _told(one: Checked) -> Iterator[str]:
    head = f"  {printable(one.kind or 'document')} {printable(one.name or str(one.document.number))}: "
    if one.decision is None:
        yield f"{head}{_painted('not decidable')}: {printable(one.document.complaint)}"
        return
    word = "allowed" if one.decision.allowed else "denied"
    summary = f" ({one.decision.summary})" if one.decision.summary else ""
    yield f"{head}{_painted(word)}{summary}"
    for violation in one.decision.violations:
        yield from _violation(violation, violation.id)
    for violation in one.decision.warnings:
        yield from _violation(violation, f"{_painted('warning')} {violation.id}")


def _violation(violation: Violation, label: str) -> Iterator[str]:
    yield f"    {label}"
    yield from _wrapped(violation.message, "      ")
    yield f"      at: {violation.path}"
    yield from _wrapped(f"do: {violation.remedy}", "      ")


def _wrapped(line: str, indent: str) -> list[str]:
    return textwrap.wrap(
        line, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _rehearsed(rehearsal: Rehearsal) -> Iterator[str]:
    yield f"gate on volume {printable(rehearsal.volume)} = {printable(str(rehearsal.path))}"
    message = rehearsal.message
    if message is None:
        yield f"    {_painted('denied')} the gate left no message (exit code {rehearsal.exit_code})"
        return
    yield f"    {_painted(message.verdict.value)}: {message.reason} ({message.files} files, {message.bytes:,} bytes)"
    for finding in message.findings:
        where = "!".join(part for part in (finding.path, finding.member) if part)
        yield f"    {finding.severity.name} {finding.rule} {finding.name} in {where}".replace("  ", " ")


def _painted(word: str) -> str:
    if not sys.stdout.isatty():
        return word
    return f"\x1b[{_COLOURS.get(word, '1;31')}m{word}\x1b[0m"


def as_json(checked: Sequence[Checked], rehearsals: Sequence[Rehearsal], policy: CompiledPolicy) -> None:
    """Print one JSON object."""
    report = {
        "schemaVersion": 1,
        "policy": {"name": policy.name, "hash": policy.hash},
        "counts": {word.replace(" ", "-"): count for word, count in counts(checked)},
        "objects": [_object(one) for one in checked],
        "gates": [_gate(rehearsal) for rehearsal in rehearsals],
    }
    json.dump(report, sys.stdout, indent=2)
    print()


def _object(one: Checked) -> dict[str, Any]:
    told: dict[str, Any] = {
        "source": one.document.source,
        "document": one.document.number,
        "kind": one.kind,
        "namespace": one.namespace,
        "name": one.name,
    }
    if one.decision is None:
        return {**told, "decision": "not-decidable", "reason": one.document.complaint}
    return {
        **told,
        "decision": "allowed" if one.decision.allowed else "denied",
        "summary": one.decision.summary,
        "violations": [_violation_as_json(violation) for violation in one.decision.violations],
        "warnings": [_violation_as_json(violation) for violation in one.decision.warnings],
    }


def _violation_as_json(violation: Violation) -> dict[str, str]:
    return {
        "id": violation.id,
        "title": VIOLATIONS[violation.id].title,
        "path": violation.path,
        "message": violation.message,
        "remedy": violation.remedy,
    }


def _gate(rehearsal: Rehearsal) -> dict[str, Any]:
    message = rehearsal.message
    told: dict[str, Any] = {
        "volume": rehearsal.volume,
        "path": str(rehearsal.path),
        "exitCode": rehearsal.exit_code,
    }
    if message is None:
        return told
    found = [
        {"rule": f.rule, "severity": f.severity.name, "path": f.path, "member": f.member, "name": f.name}
        for f in message.findings
    ]
    return {**told, "verdict": message.verdict.value, "reason": message.reason, "findings": found}


FORMATS: Mapping[str, Callable[[Sequence[Checked], Sequence[Rehearsal], CompiledPolicy], None]] = {
    "text": text,
    "json": as_json,
}
