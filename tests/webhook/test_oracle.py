"""What is allowed is safe: an independent simulator plays random pods, with all checks and with each check removed."""

from __future__ import annotations

import random
from datetime import date

import pytest

from tests.webhook.builders import Known, policy, request
from tests.webhook.cases import CASES
from tests.webhook.random_pods import random_pod
from tests.webhook.simulator import reads_unexamined
from webhook import judgement
from webhook.checks import CHECKS
from webhook.pod import read_pod
from webhook.policy import DEFAULT_POLICY, GATE_IMAGE
from webhook.review import Mode, decide

PODS = 4_000
TODAY = date(2026, 11, 22)


def _judged(pod: dict) -> judgement.Decision:
    read = read_pod(pod["spec"], pod["metadata"], at="spec", metadata_at="metadata")
    return judgement.judge(read, DEFAULT_POLICY, namespace="models", claim=lambda _: None, today=TODAY)


def test_what_is_allowed_reads_nothing_unexamined():
    """For random pods: allowed implies that no byte reaches the server unexamined; and many pods are allowed."""
    rng = random.Random(20261122)
    allowed = unsafe = denied_but_safe = 0
    for _ in range(PODS):
        pod = random_pod(rng)
        is_unsafe = reads_unexamined(pod, GATE_IMAGE)
        is_allowed = _judged(pod).allowed
        assert not (is_allowed and is_unsafe), pod
        allowed += is_allowed
        unsafe += is_unsafe
        denied_but_safe += not is_allowed and not is_unsafe
    assert allowed > PODS / 5
    assert unsafe > PODS / 5
    assert denied_but_safe < PODS / 4


CHECKS_OF_FLOW = [check for check in CHECKS if check.__module__.rpartition(".")[2] in {"gate", "order", "neighbours"}]
CHECKS_OF_FLOW += [
    check for check in CHECKS if check.__name__ in {"subpath_expression", "mount_propagation", "block_device"}
]
NOT_SEEN_BY_THE_SIMULATOR = {"gate_label_missing"}


@pytest.mark.parametrize(
    "removed",
    [check for check in CHECKS_OF_FLOW if check.__name__ not in NOT_SEEN_BY_THE_SIMULATOR],
    ids=lambda c: c.__name__,
)
def test_without_a_check_the_simulator_objects(removed, monkeypatch):
    """Each check of the data flow is needed: without it some pod is allowed that reads unexamined bytes."""
    monkeypatch.setattr(judgement, "CHECKS", tuple(check for check in CHECKS if check is not removed))
    rng = random.Random(7)
    for _ in range(6 * PODS):
        pod = random_pod(rng, changes=rng.choice((1, 2, 3)))
        if _judged(pod).allowed and reads_unexamined(pod, GATE_IMAGE):
            return
    pytest.fail(f"{removed.__name__} is not needed for anything the simulator can see")


@pytest.mark.parametrize("removed", CHECKS, ids=lambda check: check.__name__)
def test_without_a_check_a_case_comes_out_otherwise(removed, monkeypatch):
    """Every check is held by a case."""
    monkeypatch.setattr(judgement, "CHECKS", tuple(check for check in CHECKS if check is not removed))
    for case in CASES.values():
        if not case.violations or not case.has_policy or "review-not-decodable" in case.violations:
            continue
        known = Known(policy=policy(**case.spec), injects=case.injects, claims=case.claims)
        old = case.old() if case.old else None
        asked = request(case.obj(), old=old, sub_resource=case.sub_resource, namespace=case.namespace)["request"]
        decision = decide(asked, mode=Mode.ENFORCE, knowledge=known, today=TODAY)
        if {violation.id for violation in decision.violations} != case.violations:
            return
    pytest.fail(f"no case needs {removed.__name__}")
