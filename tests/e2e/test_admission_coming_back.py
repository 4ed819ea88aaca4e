"""A pod of yesterday's Deployment is deleted after the policy or the gate changed: a real controller makes it anew."""

from __future__ import annotations

import pytest

from tests.e2e.admission import SPEC, await_true, policy
from tests.e2e.controllers import controllers
from tests.webhook.builders import deployment, pod
from webhook.policy import GATE_IMAGE

pytestmark = pytest.mark.e2e

NEW_GATE = "registry.example.com/weighbridge/gate@sha256:" + "e5" * 32
LOOSER = {"allowedImports": ["acme.Model"], "runtimeManagement": "Allow"}


@pytest.fixture(scope="module", autouse=True)
def controller_manager(cluster, tmp_path_factory):
    """Run the controllers while these tests run."""
    with controllers(cluster, tmp_path_factory.mktemp("controllers")):
        yield


@pytest.fixture
def changed(cluster):
    """Return a function that replaces the policy of a namespace; put that of the examples back, and clear up, at the end."""
    used = []

    def change(kubectl, **spec) -> None:
        used.append(kubectl)
        cluster.apply(policy(kubectl.namespace, **spec))

    yield change
    for kubectl in used:
        cluster.must("replace", "--filename=-", manifest=policy(kubectl.namespace))
        # Here no controller removes what a Deployment leaves behind.
        kubectl.must("delete", "deployments,replicasets", "--all", "--wait=false")
        kubectl.must("delete", "pods", "--all", "--wait=false", "--grace-period=0", "--force")


def _pods(kubectl, name: str) -> dict:
    found = kubectl.get("pods", f"--selector=app={name}")["items"]
    return {each["metadata"]["uid"]: each for each in found if "deletionTimestamp" not in each["metadata"]}


def _deploy(kubectl, name: str, of) -> dict:
    """Store a Deployment and return its pod, once there is one."""
    of["metadata"]["labels"]["app"] = name
    made = deployment(of)
    made["metadata"] = {"name": name}
    made["spec"]["selector"]["matchLabels"] = {"app": name}
    kubectl.apply(made)
    await_true("pod", lambda: _pods(kubectl, name))
    ((_, found),) = _pods(kubectl, name).items()
    return found


def _delete(kubectl, name: str, old: dict) -> None:
    """Delete a pod as the loss of its node does."""
    kubectl.must("delete", "pod", old["metadata"]["name"], "--wait=false", "--grace-period=0", "--force")


def _come_back(kubectl, name: str, old: dict) -> dict:
    """Delete a pod and return the one that takes its place."""
    _delete(kubectl, name, old)
    new: list[dict] = []

    def has_come() -> bool:
        new[:] = [each for uid, each in _pods(kubectl, name).items() if uid != old["metadata"]["uid"]]
        return bool(new)

    print(f"{name} came back after {await_true('new pod', has_come):.2f} s")
    return new[0]


def _gate_image(made: dict) -> str:
    return next(each["image"] for each in made["spec"]["initContainers"] if each["name"] == "weighbridge-gate")


def _await_injected(kubectl, image: str) -> None:
    probe = {**pod(init=[]), "metadata": {"name": "probe", "labels": {}}}

    def is_in_force() -> bool:
        done = kubectl.run("create", "--dry-run=server", "--output=yaml", "--filename=-", manifest=probe)
        return image in done.stdout

    await_true("policy in force", is_in_force)


def test_after_a_policy_became_looser(kubectl, changed) -> None:
    """The gate that the template has demands more than the policy now does."""
    old = _deploy(kubectl, "looser", pod())
    changed(kubectl, **LOOSER)
    assert _gate_image(_come_back(kubectl, "looser", old)) == GATE_IMAGE


def test_after_an_upgrade_of_the_gate_that_lists_the_former_one(kubectl, changed) -> None:
    """The gate that the template has is trusted as long as its digest is listed."""
    old = _deploy(kubectl, "upgraded", pod())
    changed(kubectl, gate={"image": NEW_GATE, "digests": [GATE_IMAGE.partition("@")[2]]})
    assert _gate_image(_come_back(kubectl, "upgraded", old)) == GATE_IMAGE


def test_with_injection_after_an_upgrade_that_lists_nothing(injected, changed) -> None:
    """A template without a gate, and one with the former gate: both come back with the new one."""
    names = {"bare": pod(init=[]), "former": pod()}
    olds = {name: _deploy(injected, name, of) for name, of in names.items()}
    assert {_gate_image(old) for old in olds.values()} == {GATE_IMAGE}
    changed(injected, gate={"image": NEW_GATE})
    _await_injected(injected, NEW_GATE)
    assert {_gate_image(_come_back(injected, name, old)) for name, old in olds.items()} == {NEW_GATE}


def test_with_injection_after_a_policy_became_stricter(injected, changed) -> None:
    """The gate of the template is replaced by one that demands what the policy now does."""
    old = _deploy(injected, "stricter", pod())
    changed(injected, failOn="low", gate=SPEC["gate"])
    _await_injected(injected, "--fail-on=low")
    (gate,) = _come_back(injected, "stricter", old)["spec"]["initContainers"]
    assert "--fail-on=low" in gate["args"]


def test_without_injection_a_stricter_policy_is_told_in_an_event(kubectl, changed) -> None:
    """A weaker gate is not let through for its age; who looks at the ReplicaSet reads what to change."""
    old = _deploy(kubectl, "weaker", pod())
    changed(kubectl, failOn="low")
    probe = {**pod(), "metadata": {"name": "probe", "labels": pod()["metadata"]["labels"]}}
    await_true(
        "policy in force", lambda: kubectl.run("create", "--dry-run=server", "-f", "-", manifest=probe).returncode
    )
    _delete(kubectl, "weaker", old)

    def is_told() -> bool:
        events = kubectl.get("events", "--field-selector=reason=FailedCreate")["items"]
        return any("set --fail-on=low" in event["message"] for event in events)

    await_true("event", is_told)
    assert not _pods(kubectl, "weaker")
