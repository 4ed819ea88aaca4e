"""The termination message: what a gate leaves behind in the pod's status, and how the reporter reads it.

Compact JSON of at most 4,096 bytes, the kubelet's limit for one container. A pod's containers share 12 KiB, so that twelve
of them have 1,024 bytes each: what matters comes first, and a text cut anywhere after the verdict still reads.
https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
"""

from __future__ import annotations

import json
from enum import StrEnum
from types import MappingProxyType

from initcontainer.contract.config import ContractError
from scanners.escaping import printable
from scanners.findings import Severity
from scanners.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, NoReturn

SCHEMA = "weighbridge.dev/gate/v1"
"""First field of every message. Within a version fields are only ever added, at the end."""
MOST_BYTES = 4096
LONGEST_TEXT = 200
"""Bytes of one path, member, name or reason as it is written, so that several of the longest fit."""
LONGEST_WORD = 253
"""Characters of any text that is read: the longest is a policy's name."""
LARGEST_NUMBER = (1 << 63) - 1


class Verdict(StrEnum):
    """What a gate decided. Never true or false: PASS is no more `True` than ERROR is."""

    PASS = "PASS"  # noqa: S105 a verdict
    WARN = "WARN"
    """Findings below the threshold, or waived."""
    BLOCK = "BLOCK"
    ERROR = "ERROR"
    """Something was not examined."""

    def __bool__(self) -> NoReturn:
        raise TypeError("compare a verdict with `is`; none of them is simply true or false")

    @property
    def exit_code(self) -> int:
        """The gate's exit code: only 0 lets the server start."""
        return {Verdict.PASS: 0, Verdict.WARN: 0, Verdict.BLOCK: 1, Verdict.ERROR: 2}[self]


class NamedFinding(Record):
    """One finding as the message tells it; every text is escaped and short."""

    rule: str
    severity: Severity
    path: str
    """Where the server sees the file."""
    member: str = ""
    name: str = ""


class TerminationMessage(Record):
    """What a gate says at its end. Of a message that was cut, the fields after the cut have their defaults."""

    verdict: Verdict
    scanner: str = ""
    """Version of the scanner."""
    policy: str = ""
    policy_hash: str = ""
    counts: Mapping[Severity, int] = MappingProxyType({})
    """Findings that are not waived, by severity."""
    waived: int = 0
    gaps: int = 0
    """Things that were not examined."""
    files: int = 0
    bytes: int = 0
    milliseconds: int = 0
    reason: str = ""
    """One sentence: what decided."""
    findings: tuple[NamedFinding, ...] = ()
    """The worst ones, as many as fit."""
    complete: bool = True
    """False where the text that was read had been cut."""


def encode(message: TerminationMessage) -> str:
    """Write a message as ASCII of at most 4,096 bytes: findings that do not fit are left out, worst ones stay."""
    head: dict[str, Any] = {
        "schema": SCHEMA,
        "verdict": message.verdict.value,
        "scanner": _short(message.scanner),
        "policy": message.policy,
        "policyHash": message.policy_hash,
        "counts": {severity.name: message.counts.get(severity, 0) for severity in sorted(Severity, reverse=True)},
        "waived": message.waived,
        "gaps": message.gaps,
        "files": message.files,
        "bytes": message.bytes,
        "milliseconds": message.milliseconds,
        "reason": _short(message.reason),
    }
    findings: list[str] = []
    room = MOST_BYTES - len(_dump({**head, "findings": []}))
    for finding in message.findings:
        text = _dump(_finding_to_json(finding))
        room -= len(text) + 1
        if room < 0:
            break
        findings.append(text)
    return f'{_dump(head)[:-1]},"findings":[{",".join(findings)}]}}'


def decode(text: str) -> TerminationMessage:
    """Read a message, also one that was cut; raise `ContractError` where it was not written by a gate."""
    value, complete = _load(text)
    if value.get("schema") != SCHEMA:
        raise ContractError("schema", f"is not {SCHEMA}")
    return TerminationMessage(
        verdict=_verdict(value),
        scanner=_text(value, "scanner"),
        policy=_text(value, "policy"),
        policy_hash=_text(value, "policyHash"),
        counts=_counts(value),
        waived=_number(value, "waived"),
        gaps=_number(value, "gaps"),
        files=_number(value, "files"),
        bytes=_number(value, "bytes"),
        milliseconds=_number(value, "milliseconds"),
        reason=_text(value, "reason"),
        findings=_findings(value),
        complete=complete,
    )


def _short(text: str) -> str:
    """Escape and cut in the middle: the end of a path says more than its middle."""
    safe = printable(text)
    if _length(safe) <= LONGEST_TEXT:
        return safe
    head = LONGEST_TEXT // 3
    tail = LONGEST_TEXT - len("...") - head
    return f"{_beginning(safe, head)}...{_beginning(safe[::-1], tail)[::-1]}"


def _beginning(text: str, room: int) -> str:
    for index, character in enumerate(text):
        room -= _length(character)
        if room < 0:
            return text[:index]
    return text


def _length(text: str) -> int:
    return len(_dump(text)) - len('""')


def _dump(value: Any) -> str:
    """Write JSON that is ASCII and that a browser takes for text."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _finding_to_json(finding: NamedFinding) -> dict[str, str]:
    written = {"rule": finding.rule, "severity": finding.severity.name, "path": _short(finding.path)}
    optional = {"member": _short(finding.member), "name": _short(finding.name)}
    return {**written, **{key: value for key, value in optional.items() if value}}


def _load(text: str) -> tuple[Mapping[str, Any], bool]:
    if len(text) > MOST_BYTES:
        raise ContractError("message", f"is longer than {MOST_BYTES} characters")
    try:
        return _object(text), True
    except json.JSONDecodeError:
        cut = _close(text)
    try:
        return _object(cut), False
    except json.JSONDecodeError as error:
        raise ContractError("message", "is not the JSON object of a gate") from error


def _object(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text, object_pairs_hook=_no_repeats)
    except RecursionError as error:
        raise ContractError("message", "is nested too deep") from error
    if not isinstance(value, dict):
        raise ContractError("message", "is not a JSON object")
    return value


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ContractError("message", "names a field twice")
    return dict(pairs)


def _close(text: str) -> str:
    """
    End a cut text after its last whole field, or after the last whole finding of the list at its end.

    A text with anything behind its object was not cut but tampered with, and yields nothing.
    """
    stack: list[str] = []
    best = ""
    in_string = escaped = False
    for index, character in enumerate(text):
        if in_string:
            in_string = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            in_string = True
        elif character in "{[":
            stack.append("}" if character == "{" else "]")
        elif character in "}]":
            stack = stack[:-1]
            if not stack:
                return ""
        if not in_string and character == "," and stack in (["}"], ["}", "]"]):
            best = text[:index] + "".join(reversed(stack))
    return best


def _verdict(value: Mapping[str, Any]) -> Verdict:
    for verdict in Verdict:
        if value.get("verdict") == verdict.value:
            return verdict
    raise ContractError("verdict", "is not one of PASS, WARN, BLOCK, ERROR")


def _text(value: Mapping[str, Any], key: str) -> str:
    text = value.get(key, "")
    if not isinstance(text, str):
        raise ContractError(key, "is not text")
    if len(text) > LONGEST_WORD or printable(text).replace("\\\\", "\\") != text:
        raise ContractError(key, "is too long or not printable")
    return text


def _number(value: Mapping[str, Any], key: str) -> int:
    number = value.get(key, 0)
    if type(number) is not int or not 0 <= number <= LARGEST_NUMBER:
        raise ContractError(key, "is not a count")
    return number


def _counts(value: Mapping[str, Any]) -> Mapping[Severity, int]:
    counts = value.get("counts", {})
    if not isinstance(counts, dict) or not counts.keys() <= Severity.__members__.keys():
        raise ContractError("counts", "is not an object of severities")
    return {Severity[name]: _number(counts, name) for name in counts}


def _findings(value: Mapping[str, Any]) -> tuple[NamedFinding, ...]:
    findings = value.get("findings", [])
    if not isinstance(findings, list):
        raise ContractError("findings", "is not a list")
    return tuple(_finding(item) for item in findings)


def _finding(item: Any) -> NamedFinding:
    if not isinstance(item, dict) or _text(item, "severity") not in Severity.__members__:
        raise ContractError("findings", "holds something that is not a finding")
    return NamedFinding(
        rule=_text(item, "rule"),
        severity=Severity[item["severity"]],
        path=_text(item, "path"),
        member=_text(item, "member"),
        name=_text(item, "name"),
    )
