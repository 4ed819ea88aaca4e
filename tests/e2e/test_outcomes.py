"""What became of the gates, as a real Prometheus sees it: exactly that, whatever the pods' authors would have it say."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from scanners.rules import RULES
from tests.e2e.outcomes import BENIGN, FLOODED, FORGERS, HOSTILE, SERVING
from tests.e2e.release import NAME, NAMESPACE, deployment, message, server_pod, wait_for
from webhook.reporter.outcomes import NOT_EXAMINED, OTHER, UNNAMED, WORKLOAD_KINDS

pytestmark = pytest.mark.e2e


def test_the_metrics_say_exactly_what_happened(release, watched, serving) -> None:
    """Thirty seconds after the last verdict: as many of each, by which rules, of whom; and nothing else."""
    said = {name: message(pod) for name, pod in serving.items()}
    assert {name: each["verdict"] for name, each in said.items()} == {
        "good": "PASS",
        "broken": "ERROR",
        **dict.fromkeys(HOSTILE, "BLOCK"),
    }
    verdicts = {("Deployment", "PASS"): 1, ("Deployment", "BLOCK"): len(HOSTILE), ("Deployment", "ERROR"): 1}
    query = f'weighbridge_gate_verdicts_total{{namespace="{SERVING}"}}'
    wait_for("metrics", lambda: watched.values(query, "workload_kind", "verdict") == verdicts, 30)
    blocked = {("Deployment", name, rule) for name, each in said.items() for rule in _blocking(each)}
    query = f'weighbridge_blocked_workload{{namespace="{SERVING}"}}'
    assert watched.values(query, "kind", "name", "rule") == dict.fromkeys(blocked, 1)
    findings = Counter((each["rule"], each["severity"]) for told in said.values() for each in told["findings"])
    query = f'weighbridge_gate_findings_total{{namespace="{SERVING}"}}'
    assert watched.values(query, "rule", "severity") == {key: float(count) for key, count in findings.items()}
    for metric, field in (("files", "files"), ("bytes", "bytes"), ("not_examined", "gaps")):
        query = f'weighbridge_gate_{metric}_total{{namespace="{SERVING}"}}'
        assert watched.values(query) == {(): sum(told[field] for told in said.values())}, metric


def _blocking(said: dict[str, Any]) -> list[str]:
    rules = [each["rule"] for each in said["findings"] if each["severity"] != "LOW"]
    return [*rules, NOT_EXAMINED] if said["verdict"] == "ERROR" else rules


def test_nobody_forges_a_verdict(release, watched, forged) -> None:
    """Neither a container under the gate's name that writes the message itself, nor a server behind its gate."""
    query = f'weighbridge_gate_verdicts_total{{namespace=~"{FORGERS}|{FLOODED}"}}'
    expected = {(FORGERS, "UNVERIFIED"): 1, (FLOODED, "PASS"): 1}
    wait_for("verdicts", lambda: watched.values(query, "namespace", "verdict") == expected, 120)
    assert watched.values(f'weighbridge_gate_files_total{{namespace="{FLOODED}"}}') == {(): 1}
    assert not watched.query(f'weighbridge_gate_files_total{{namespace="{FORGERS}"}}')
    events = release.get("-n", FORGERS, "events", "--field-selector=reason=GateUnverified")["items"]
    assert [each["involvedObject"]["name"] for each in events] == ["forged"]


def test_a_flood_of_findings_breaks_nothing(release, watched, volumes, serving) -> None:
    """500 findings in files whose names are HTML and control characters: few labels, readable events, whole log lines."""
    folder = volumes / "flood"
    folder.mkdir(mode=0o755)
    for number in range(500):
        name = f"<img src=x onerror=alert({number})>\x1b[2J\r\u202e{number}.pkl"
        (folder / name).write_bytes(HOSTILE["pickle"][1]())
    (folder / "model.pkl").write_bytes(BENIGN)
    release.must("-n", FLOODED, "apply", "-f", "-", manifest=deployment("flood", server_pod(folder, "model.pkl")))
    said = message(wait_for("verdict", lambda: release.judged(FLOODED, "flood")))
    counted = sum(said["counts"].values())
    assert counted >= 500 > len(said["findings"])
    total = f'sum(weighbridge_gate_findings_total{{namespace="{FLOODED}"}})'
    wait_for("findings", lambda: watched.values(total) == {(): counted}, 30)
    series = watched.query('{__name__=~"weighbridge_(gate|blocked|audit)_.*"}')
    for labels, _ in series:
        assert all(value.isprintable() and "<" not in value for value in labels.values()), labels
        assert labels.get("rule", UNNAMED) in {*RULES, UNNAMED, NOT_EXAMINED}
        assert labels.get("workload_kind", OTHER) in {*WORKLOAD_KINDS, OTHER}
    assert sum(labels.get("namespace") == FLOODED for labels, _ in series) < 30
    (event,) = wait_for("event", lambda: _events(release, FLOODED, "Deployment", "flood"), 60)
    assert event["reason"] == "ModelBlocked"
    assert event["message"].isprintable()
    for line in release.must("-n", NAMESPACE, "logs", f"deployment/{NAME}-reporter").splitlines():
        assert line.isprintable()
        json.loads(line)
    release.must("-n", FLOODED, "delete", "deployment", "flood", "--wait=false")


def _events(release, namespace: str, kind: str, name: str) -> list[dict[str, Any]]:
    selector = f"--field-selector=involvedObject.kind={kind},involvedObject.name={name}"
    events = release.get("-n", namespace, "events", selector)["items"]
    return [each for each in events if each["source"].get("component") == "weighbridge-reporter"]
