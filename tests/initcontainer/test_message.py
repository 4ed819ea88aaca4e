"""The termination message: short, safe to show, readable however it was cut, and never taken from a forger."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from initcontainer.contract import SCHEMA, ContractError, NamedFinding, TerminationMessage, Verdict, decode, encode
from scanners.findings import Severity

TEXT = st.text(st.characters(), max_size=300)
COUNT = st.integers(min_value=0, max_value=2**63 - 1)
FINDING = st.builds(
    NamedFinding,
    rule=st.sampled_from(["import-runs-code", "polyglot"]),
    severity=st.sampled_from(Severity),
    path=TEXT,
    member=TEXT,
    name=TEXT,
)
MESSAGE = st.builds(
    TerminationMessage,
    verdict=st.sampled_from(Verdict),
    scanner=st.just("0.1.0"),
    policy=st.from_regex(r"[a-z0-9]{0,253}", fullmatch=True),
    policy_hash=st.from_regex(r"[0-9a-f]{0,64}", fullmatch=True),
    counts=st.dictionaries(st.sampled_from(Severity), COUNT),
    waived=COUNT,
    gaps=COUNT,
    files=COUNT,
    bytes=COUNT,
    milliseconds=COUNT,
    reason=TEXT,
    findings=st.lists(FINDING, max_size=30).map(tuple),
)

WORST = NamedFinding(
    rule="import-runs-code",
    severity=Severity.CRITICAL,
    path="/mnt/models/evil.pt",
    member="archive/data.pkl",
    name="os.system",
)
BLOCKED = TerminationMessage(
    verdict=Verdict.BLOCK,
    scanner="0.1.0",
    policy="default",
    policy_hash="0123456789abcdef",
    counts={Severity.CRITICAL: 2, Severity.MEDIUM: 1, Severity.HIGH: 0, Severity.LOW: 0},
    waived=1,
    gaps=3,
    files=12,
    bytes=2_000_000_000,
    milliseconds=950,
    reason="import-runs-code os.system in /mnt/models/evil.pt",
    findings=(WORST,) * 40,
)


def test_a_plain_message_reads_back_as_it_was() -> None:
    """Everything that fits is there."""
    message = TerminationMessage(**{**_fields(BLOCKED), "findings": (WORST,)})
    assert decode(encode(message)) == message


@settings(max_examples=40, deadline=None)
@given(MESSAGE)
def test_every_message_is_short_ascii_and_reads_back(message: TerminationMessage) -> None:
    """Whatever files are called, the kubelet's limit holds and what decides survives."""
    text = encode(message)
    assert len(text.encode()) <= 4096
    assert text.isascii()
    assert text.isprintable()
    assert not set("<>&") & set(text)
    read = decode(text)
    essential = ("verdict", "policy", "policy_hash", "waived", "gaps", "files", "bytes", "milliseconds", "complete")
    assert {name: getattr(read, name) for name in essential} == {name: getattr(message, name) for name in essential}
    assert all(read.counts[severity] == message.counts.get(severity, 0) for severity in Severity)


@settings(max_examples=40, deadline=None)
@given(MESSAGE)
def test_what_is_read_can_be_shown(message: TerminationMessage) -> None:
    """No control character, no direction mark, no lone surrogate comes out of a message."""
    read = decode(encode(message))
    for finding in read.findings:
        for text in (finding.path, finding.member, finding.name, read.reason):
            text.encode()
            assert not any(character < " " or character in "\u202e\u2066\u200f\x7f\u2028" for character in text)


@settings(max_examples=40, deadline=None)
@given(MESSAGE)
def test_some_findings_always_fit(message: TerminationMessage) -> None:
    """Long names push out the twentieth finding, not the first four."""
    assert len(decode(encode(message)).findings) >= min(4, len(message.findings))


@settings(max_examples=40, deadline=None)
@given(MESSAGE)
def test_a_share_of_1024_bytes_holds_all_that_is_counted(message: TerminationMessage) -> None:
    """Twelve containers share 12 KiB: https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/."""
    read = decode(encode(message)[:1024])
    for name in ("verdict", "policy", "policy_hash", "waived", "gaps", "files", "bytes", "milliseconds"):
        assert getattr(read, name) == getattr(message, name)


def test_a_usual_message_of_1024_bytes_names_the_worst_findings() -> None:
    """Which file, and why, is what a person needs."""
    text = encode(BLOCKED)
    assert len(text) > 3900
    assert decode(text).complete
    read = decode(text[:1024])
    assert not read.complete
    assert read.reason == BLOCKED.reason
    assert read.findings[:3] == (WORST,) * 3


def test_cut_anywhere_it_reads_or_refuses_and_never_lies() -> None:
    """At every byte: either the leading fields, each as it was or at its default, or a refusal before the verdict."""
    text = encode(BLOCKED)
    default = TerminationMessage(verdict=Verdict.BLOCK)
    first = text.index('"verdict":"BLOCK",') + len('"verdict":"BLOCK",')
    known = 0
    for length in range(len(text)):
        if length < first:
            with pytest.raises(ContractError):
                decode(text[:length])
            continue
        read = decode(text[:length])
        assert not read.complete
        for name in _fields(BLOCKED).keys() - {"findings", "complete"}:
            assert getattr(read, name) in (getattr(BLOCKED, name), getattr(default, name)), (length, name)
        assert read.findings == (WORST,) * len(read.findings)
        assert len(read.findings) >= known
        known = len(read.findings)
    assert known >= 20


@settings(max_examples=40, deadline=None)
@given(MESSAGE, st.integers(min_value=0, max_value=4096))
def test_any_message_may_be_cut_anywhere(message: TerminationMessage, length: int) -> None:
    """Hostile names hold quotes, brackets and backslashes; a cut among them is still a cut."""
    text = encode(message)[:length]
    try:
        read = decode(text)
    except ContractError:
        assert length < 60
        return
    assert read.verdict is message.verdict
    assert read.findings == decode(encode(message)).findings[: len(read.findings)]


def _fields(message: TerminationMessage) -> dict[str, Any]:
    return {name: getattr(message, name) for name in TerminationMessage.__slots__}


def _forged(**changes: Any) -> str:
    return json.dumps({**json.loads(encode(BLOCKED)), **changes})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"schema": "weighbridge.dev/gate/v2"}, "schema"),
        ({"schema": None}, "schema"),
        ({"schema": [SCHEMA]}, "schema"),
        ({"verdict": "pass"}, "verdict"),
        ({"verdict": True}, "verdict"),
        ({"verdict": 0}, "verdict"),
        ({"verdict": ["PASS"]}, "verdict"),
        ({"verdict": None}, "verdict"),
        ({"policy": 1}, "policy"),
        ({"policy": None}, "policy"),
        ({"policy": "a" * 254}, "policy"),
        ({"policy": "a\nb"}, "policy"),
        ({"policyHash": "\u202e"}, "policyHash"),
        ({"scanner": {}}, "scanner"),
        ({"reason": "\x1b[2J"}, "reason"),
        ({"reason": "\ud800"}, "reason"),
        ({"counts": []}, "counts"),
        ({"counts": {"BAD": 1}}, "counts"),
        ({"counts": {"HIGH": "1"}}, "HIGH"),
        ({"counts": {"HIGH": -1}}, "HIGH"),
        ({"counts": {"HIGH": 1.0}}, "HIGH"),
        ({"files": True}, "files"),
        ({"files": -1}, "files"),
        ({"files": 2**63}, "files"),
        ({"bytes": "1"}, "bytes"),
        ({"milliseconds": None}, "milliseconds"),
        ({"waived": float("nan")}, "waived"),
        ({"gaps": 1e400}, "gaps"),
        ({"findings": {}}, "findings"),
        ({"findings": [1]}, "findings"),
        ({"findings": [{}]}, "findings"),
        ({"findings": [{"severity": ["HIGH"]}]}, "severity"),
        ({"findings": [{"severity": "WORSE"}]}, "findings"),
        ({"findings": [{"severity": "HIGH", "rule": 1}]}, "rule"),
        ({"findings": [{"severity": "HIGH", "path": "\u2028"}]}, "path"),
        ({"findings": [{"severity": "HIGH", "member": None}]}, "member"),
        ({"findings": [{"severity": "HIGH", "name": ["x"]}]}, "name"),
    ],
)
def test_a_forged_type_is_refused(changes: dict[str, Any], field: str) -> None:
    """Metrics and events are made of these values."""
    with pytest.raises(ContractError) as refused:
        decode(_forged(**changes)[:4096])
    assert refused.value.field == field


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '"PASS"',
        "0",
        "{",
        "{}",
        "[" * 4000,
        '{"a":' * 700,
        f'{{"schema":"{SCHEMA}"}}',
        f'{{"schema":"{SCHEMA}","verdict":"PASS","verdict":"BLOCK"}}',
        f'{{"schema":"{SCHEMA}","verdict":"BLOCK","verdict":"PASS","x":',
        f'{{"schema":"{SCHEMA}","verdict":"PASS"}},',
        f'{{"schema":"{SCHEMA}","verdict":"PASS","a":1}} and more',
        f'{{"schema":"{SCHEMA}","verdict":"PASS","a":1}}}}',
        f'{{"schema":"{SCHEMA}","verdict":"PASS","a":1}} {{"schema":"{SCHEMA}","verdict":"BLOCK","a":1}}',
        f'[{{"schema":"{SCHEMA}","verdict":"PASS","a":1}}]',
        f' {{"x":{{"schema":"{SCHEMA}","verdict":"PASS","a":1',
        "exec /usr/bin/weighbridge: no such file or directory",
        '{"time": "2026-11-22T00:00:00Z", "level": "error", "event": "finding"}',
        encode(BLOCKED) + " " * 4096,
    ],
)
def test_what_no_gate_wrote_is_refused(text: str) -> None:
    """The kubelet, the runtime and other programs leave texts there as well."""
    with pytest.raises(ContractError):
        decode(text)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing else comes out of the reading."""
    with pytest.raises(ContractError):
        decode(text)


def test_fields_of_later_versions_do_not_disturb() -> None:
    """Within a schema version fields are only added; the reporter may be older than the gate for a while."""
    assert decode(_forged(findings=[], digest={"a": [1]})).verdict is Verdict.BLOCK


def test_the_end_of_a_long_path_is_kept() -> None:
    """The file's name says more than the directories in the middle."""
    finding = NamedFinding(rule="polyglot", severity=Severity.HIGH, path=f"/mnt/models/{'x' * 500}/evil.pkl")
    (read,) = decode(encode(TerminationMessage(verdict=Verdict.BLOCK, findings=(finding,)))).findings
    assert read.path.startswith("/mnt/models/xxx")
    assert read.path.endswith("xxx/evil.pkl")
    assert "..." in read.path
    assert len(read.path) == 200


def test_a_verdict_is_never_simply_true() -> None:
    """`if verdict:` would take a BLOCK for a PASS."""
    for verdict in Verdict:
        with pytest.raises(TypeError):
            bool(verdict)


def test_only_pass_and_warn_let_the_server_start() -> None:
    """The kubelet looks at nothing but the exit code."""
    codes = {verdict.name: verdict.exit_code for verdict in Verdict}
    assert codes == {"PASS": 0, "WARN": 0, "BLOCK": 1, "ERROR": 2}
