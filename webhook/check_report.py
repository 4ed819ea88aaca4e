"""How `weighbridge check` tells its decisions: text for people, JSON for programs."""

from __future__ import annotations

import json
import os
import sys
import textwrap
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from scanners.escaping import printable
from scanners.version import VERSION
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
    print(sentence(checked, rehearsals, policy))


def sentence(checked: Sequence[Checked], rehearsals: Sequence[Rehearsal], policy: CompiledPolicy) -> str:
    """Return one line for a person: what it came to."""
    sums = [f"{count} {word}" for word, count in counts(checked) if count]
    shut = sum(rehearsal.exit_code != 0 for rehearsal in rehearsals)
    sums += [f"{shut} {'gate stays' if shut == 1 else 'gates stay'} shut"] if shut else []
    return f"{', '.join(sums) or 'nothing to check'} (policy {policy.name})"


def _told(one: Checked) -> Iterator[str]:
    head = f"  {printable(one.kind or 'document')} {printable(one.name or str(one.document.number))}: "
    if one.decision is None:
        yield f"{head}{_painted('not decidable')}: {printable(one.document.complaint)}"
        return
    word = "allowed" if one.decision.allowed else "denied"
    summary = f" ({one.decision.summary})" if one.decision.summary else ""
    yield f"{head}{_painted(word)}{summary}"
    for violation in one.decision.violations:
        yield from _violation(violation, one, violation.id)
    for violation in one.decision.warnings:
        yield from _violation(violation, one, f"{_painted('warning')} {violation.id}")


def _violation(violation: Violation, one: Checked, label: str) -> Iterator[str]:
    line = one.document.line_of(violation.path)
    yield f"    {label}"
    yield from _wrapped(violation.message, "      ")
    yield f"      at: {violation.path}{f' (line {line})' if line else ''}"
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
    files = "1 file" if message.files == 1 else f"{message.files} files"
    yield f"    {_painted(message.verdict.value)}: {message.reason} ({files}, {message.bytes:,} bytes)"
    for finding in message.findings:
        where = "!".join(part for part in (finding.path, finding.member) if part)
        words = [finding.severity.name, finding.rule, finding.name, "in", where]
        yield f"      {' '.join(word for word in words if word)}"


def _painted(word: str) -> str:
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":  # no-color.org
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
        "violations": [_violation_as_json(violation, one) for violation in one.decision.violations],
        "warnings": [_violation_as_json(violation, one) for violation in one.decision.warnings],
    }


def _violation_as_json(violation: Violation, one: Checked) -> dict[str, Any]:
    return {
        "id": violation.id,
        "title": VIOLATIONS[violation.id].title,
        "path": violation.path,
        "line": one.document.line_of(violation.path),
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


def as_sarif(checked: Sequence[Checked], rehearsals: Sequence[Rehearsal], policy: CompiledPolicy) -> None:
    """Print one SARIF 2.1.0 log; what could not be decided, or a gate could not examine, is a notification of the tool."""
    del policy
    results = [result for one in checked if one.decision is not None for result in _results(one)]
    used = sorted({result["ruleId"] for result in results})
    failed = [_notification(one) for one in checked if one.decision is None]
    failed += [_gate_notification(rehearsal) for rehearsal in rehearsals if rehearsal.exit_code]
    run = {
        "tool": {"driver": {"name": "weighbridge", "version": VERSION, "rules": [_rule(name) for name in used]}},
        "results": results,
        "invocations": [{"executionSuccessful": not failed, "toolExecutionNotifications": failed}],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    json.dump(log, sys.stdout, indent=2)
    print()


def _rule(name: str) -> dict[str, Any]:
    demand = VIOLATIONS[name]
    return {
        "id": name,
        "shortDescription": {"text": demand.title},
        "fullDescription": {"text": demand.why},
        "help": {"text": demand.remedy},
    }


def _results(one: Checked) -> Iterator[dict[str, Any]]:
    assert one.decision is not None
    for level, violations in (("error", one.decision.violations), ("warning", one.decision.warnings)):
        for violation in violations:
            yield {
                "ruleId": violation.id,
                "level": level,
                "message": {"text": f"{violation.message}; {violation.remedy}"},
                "locations": [_location(one, violation.path)],
            }


def _location(one: Checked, path: str) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(one.document.source, safe="/")}}
    line = one.document.line_of(path)
    if line:
        physical["region"] = {"startLine": line}
    named = f"{one.kind}/{one.name}:{path}" if path else f"{one.kind}/{one.name}"
    return {
        "physicalLocation": physical,
        "logicalLocations": [{"fullyQualifiedName": printable(named), "kind": "member"}],
    }


def _notification(one: Checked) -> dict[str, Any]:
    text = f"not decidable: {printable(one.document.complaint)}"
    return {"level": "error", "message": {"text": text}, "locations": [_location(one, "")]}


def _gate_notification(rehearsal: Rehearsal) -> dict[str, Any]:
    said = rehearsal.message.reason if rehearsal.message else f"exit code {rehearsal.exit_code}"
    return {"level": "error", "message": {"text": f"the gate on volume {printable(rehearsal.volume)}: {said}"}}


FORMATS: Mapping[str, Callable[[Sequence[Checked], Sequence[Rehearsal], CompiledPolicy], None]] = {
    "text": text,
    "json": as_json,
    "sarif": as_sarif,
}
