"""Counting once, through crash loops, restarts and lost pods."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from initcontainer.contract import NamedFinding, Verdict
from scanners.findings import Severity
from tests.webhook.reporter.conftest import FINDING, ended, message, pod, trusting
from webhook.reporter.collector import MOST_BLOCKED, OutcomeCollector
from webhook.reporter.ledger import Ledger, LedgerError
from webhook.reporter.outcomes import read_pod

BLOCKED = ("serving", "Deployment", "BLOCK")
PASSED = ("serving", "Deployment", "PASS")


def blocked(uid: str = "u1", **fields):
    return read_pod(pod(uid, state=ended(), **fields), trusting)


def passed(uid: str = "u1"):
    return read_pod(pod(uid, state=ended(message(Verdict.PASS), 0), last=ended()), trusting)


def test_a_crash_loop_is_one_block() -> None:
    """The same verdict of the same pod counts once, however often its gate runs."""
    ledger = Ledger()
    assert len(ledger.record(blocked())) == 1
    assert ledger.record(blocked()) == []
    assert ledger.totals().verdicts == {BLOCKED: 1}
    assert ledger.totals().findings == {("serving", "pickle-import-dangerous", "CRITICAL"): 1}


def test_a_pass_after_a_block_is_one_of_each() -> None:
    """Both verdicts of a pod count, also when the first one is seen only as the last state."""
    ledger = Ledger()
    ledger.record(passed())
    assert ledger.totals().verdicts == {BLOCKED: 1, PASSED: 1}


def test_a_restart_counts_nothing_twice() -> None:
    """What was stored is what is counted on with: totals, and which pods they hold."""
    ledger = Ledger()
    ledger.record(blocked("a"))
    restored = Ledger.load(ledger.dump())
    assert restored.totals() == ledger.totals()
    assert restored.record(blocked("a")) == []
    assert restored.record(passed("b"))
    assert restored.totals().verdicts == {BLOCKED: 2, PASSED: 1}
    assert restored.living() == {"a", "b"}


def test_a_pod_that_went_before_its_verdict_is_lost() -> None:
    """What was never seen is said to be lost, and only then."""
    ledger = Ledger()
    ledger.record(read_pod(pod("waiting"), trusting))
    ledger.record(blocked("done"))
    assert ledger.forget("waiting") is True
    assert ledger.forget("done") is False
    assert ledger.forget("stranger") is False
    assert ledger.totals().verdicts == {BLOCKED: 1, ("serving", "Deployment", "LOST"): 1}


@pytest.mark.parametrize("stored", [b"", b"x", b"\x78\x9c\x03\x00\x00\x00\x00\x01"])
def test_a_ledger_that_cannot_be_read_is_an_error(stored: bytes) -> None:
    """Totals are never silently begun anew."""
    with pytest.raises(LedgerError):
        Ledger.load(stored)


def test_fifty_thousand_living_pods_fit_one_object() -> None:
    """The API server takes objects of 1 MiB, and uids do not compress."""
    ledger, read = Ledger(), blocked()
    for number in range(5_000):
        ledger.record(replace(read, uid=str(UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128))))
    assert len(ledger.dump()) < (1 << 20) / 10


def test_uids_that_are_no_uuids_are_kept_too() -> None:
    """Whatever a uid looks like."""
    ledger = Ledger()
    for uid in ("plain", "A1B2C3D4-0000-0000-0000-000000000000", "a1b2c3d4-0000-0000-0000-000000000000", "é"):
        ledger.record(blocked(uid))
    restored = Ledger.load(ledger.dump())
    assert restored.living() == ledger.living()
    assert all(restored.record(blocked(uid)) == [] for uid in ledger.living())


def shown(ledger: Ledger, pods) -> CollectorRegistry:
    registry = CollectorRegistry()
    collector = OutcomeCollector()
    registry.register(collector)
    collector.show(ledger.totals(), {read.uid: read for read in pods})
    return registry


def test_metrics_say_what_was_counted_and_what_is_blocked_now() -> None:
    """Counters from the ledger, gauges from the pods that exist."""
    ledger = Ledger()
    pods = [blocked("a"), blocked("b"), passed("c"), read_pod(pod("d"), trusting)]
    for read in pods:
        ledger.record(read)
    registry = shown(ledger, pods)
    labels = {"namespace": "serving", "workload_kind": "Deployment"}
    assert registry.get_sample_value("weighbridge_gate_verdicts_total", labels | {"verdict": "BLOCK"}) == 3
    workload = {"namespace": "serving", "kind": "Deployment", "name": "web", "rule": "pickle-import-dangerous"}
    assert registry.get_sample_value("weighbridge_blocked_workload", workload) == 2
    states = {"BLOCK": 2, "PASS": 1, "PENDING": 1}
    for verdict, count in states.items():
        sample = registry.get_sample_value("weighbridge_gated_pods", {"namespace": "serving", "verdict": verdict})
        assert sample == count
    assert registry.get_sample_value("weighbridge_gate_duration_seconds_bucket", {"le": "0.5"}) == 4
    assert b"weighbridge_gate_duration_seconds_sum 1.68" in generate_latest(registry)


def test_the_gauge_of_blocked_workloads_is_capped() -> None:
    """Beyond the cap there is a number, not series."""
    owners = [{"kind": "Job", "name": f"job-{number}", "controller": True} for number in range(MOST_BLOCKED + 7)]
    registry = shown(Ledger(), [blocked(owner["name"], owner=owner) for owner in owners])
    text = generate_latest(registry).decode()
    assert text.count("\nweighbridge_blocked_workload{") == MOST_BLOCKED
    assert registry.get_sample_value("weighbridge_blocked_workload_overflow") == 7


def test_no_namespace_crowds_out_another() -> None:
    """A namespace with more than fills the gauge leaves the others their places."""
    flood = [
        blocked(f"a-{number}", owner={"kind": "Job", "name": f"job-{number:05}", "controller": True})
        for number in range(MOST_BLOCKED + 7)
    ]
    other = replace(blocked("z"), namespace="zoo")
    registry = shown(Ledger(), [*flood, other])
    workload = {"namespace": "zoo", "kind": "Deployment", "name": "web", "rule": "pickle-import-dangerous"}
    assert registry.get_sample_value("weighbridge_blocked_workload", workload) == 1
    assert registry.get_sample_value("weighbridge_blocked_workload_overflow") == 8


def test_a_finding_is_counted_by_the_formats_of_its_rule() -> None:
    """The table that a rule stands in names the family; a rule that is not known is `other`."""
    ledger = Ledger()
    rules = {"import-runs-code": "pickles", "keras-lambda": "keras", "rule-of-tomorrow": "other"}
    findings = tuple(NamedFinding(rule=rule, severity=FINDING.severity, path=FINDING.path) for rule in rules)
    ledger.record(read_pod(pod(state=ended(message(findings=findings, counts={Severity.CRITICAL: 3}))), trusting))
    registry = shown(ledger, [])
    for rule, family in rules.items():
        labels = {"namespace": "serving", "rule": rule, "severity": "CRITICAL", "format": family}
        assert registry.get_sample_value("weighbridge_gate_findings_total", labels) == 1


def test_a_crash_loop_shows_as_restarts() -> None:
    """One verdict, and as many restarts as the kubelet says."""
    pods = [replace(blocked(uid), restarts=count) for uid, count in (("a", 3), ("b", 4))]
    assert shown(Ledger(), pods).get_sample_value("weighbridge_gate_restarts", {"namespace": "serving"}) == 7
