"""Whose termination message counts."""

from __future__ import annotations

from typing import Any

import pytest

from initcontainer.contract import Gate
from tests.apiserver import namespace, policy
from tests.webhook.reporter.conftest import container, pod
from webhook.reporter.audit import audit
from webhook.reporter.trust import trust_by
from webhook.stores import NAMESPACES, POLICIES, Stores


def knowledge(**labels: str) -> Stores:
    """Return what is known of namespace `serving` with these labels."""
    stores = Stores()
    stores.put(POLICIES, policy())
    stores.put(POLICIES, policy("other", gate={"digests": ["sha256:" + "b" * 64]}))
    stores.put(NAMESPACES, namespace("serving", **labels))
    return stores


def judged(stores: Stores, **spec: Any) -> Gate | str:
    """Judge the sample's gate in a pod with further fields."""
    body = pod()
    body["spec"] |= spec
    return trust_by(stores)(body, body["spec"]["initContainers"][0])


@pytest.mark.parametrize("mode", ["enforce", "warn", "audit"])
def test_a_gate_under_a_policy_that_trusts_it(mode: str) -> None:
    """In whatever mode the namespace is under the policy."""
    assert isinstance(judged(knowledge(**{mode: "default"})), Gate)


def test_one_policy_of_several_is_enough() -> None:
    """Enforced by one, tried out with another."""
    assert isinstance(judged(knowledge(enforce="other", warn="default")), Gate)


@pytest.mark.parametrize(
    ("labels", "why"), [({}, "no policy"), ({"enforce": "gone"}, "no policy"), ({"enforce": "other"}, "trusts")]
)
def test_without_a_policy_that_trusts_it(labels: dict[str, str], why: str) -> None:
    """Nobody vouches for the image."""
    assert why in judged(knowledge(**labels))


@pytest.mark.parametrize(
    "spec",
    [
        {"hostPID": True},
        {"initContainers": [container(), {"name": "x", "image": "x", "securityContext": {"privileged": True}}]},
    ],
    ids=["host-processes", "privileged"],
)
def test_a_pod_that_can_reach_its_gate(spec: dict[str, Any]) -> None:
    """Another container could have written the message."""
    privileged = spec.get("initContainers")
    if privileged:
        privileged[1]["restartPolicy"] = "Always"
        spec = {"initContainers": [container(), privileged[1]]}
    assert "reach the gate" in str(judged(knowledge(enforce="default"), **spec))


def running(uid: str, spec: dict[str, Any], phase: str = "Running") -> dict[str, Any]:
    body = pod(uid)
    body["spec"] = spec
    body["status"] = {"phase": phase}
    return body


UNGATED = {
    "containers": [
        {
            "name": "server",
            "image": "vllm/vllm-openai",
            "args": ["--model=/models"],
            "volumeMounts": [{"name": "models", "mountPath": "/models"}],
        }
    ],
    "volumes": [{"name": "models", "persistentVolumeClaim": {"claimName": "m"}}],
}
HARMLESS = {"containers": [{"name": "web", "image": "nginx"}]}


def test_an_audit_counts_what_would_not_be_admitted() -> None:
    """Pods that run are judged as a review would; those that ended, and those under no policy, are not."""
    stores = knowledge(enforce="default", warn="default")
    pods = [running("a", UNGATED), running("b", HARMLESS), running("c", UNGATED, "Succeeded")]
    elsewhere = running("d", UNGATED)
    elsewhere["metadata"]["namespace"] = "free"
    result = audit([*pods, elsewhere], stores)
    assert result.pods == {("serving", "enforce", "denied"): 1, ("serving", "enforce", "allowed"): 1}
    assert result.violations["serving", "enforce", "gate-missing"] == 1
    assert [found.workload.name for found in result.ungated] == ["web"]


def test_an_audit_judges_each_policy_in_its_mode() -> None:
    """Two policies, two judgements of the same pod."""
    result = audit([running("a", UNGATED)], knowledge(warn="default", audit="other"))
    assert set(result.pods) == {("serving", "warn", "denied"), ("serving", "audit", "denied")}


def test_what_cannot_be_read_is_counted() -> None:
    """An object that makes no sense is no pod that passes."""
    result = audit([running("a", {"containers": "none"})], knowledge(enforce="default"))
    assert result.violations == {("serving", "enforce", "review-not-decodable"): 1}


def test_nothing_is_judged_in_kube_system() -> None:
    """As in a review."""
    stores = knowledge(enforce="default")
    stores.put(NAMESPACES, namespace("kube-system", enforce="default"))
    body = running("a", UNGATED)
    body["metadata"]["namespace"] = "kube-system"
    assert audit([body], stores).pods == {}
