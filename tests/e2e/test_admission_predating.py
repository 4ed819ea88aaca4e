"""Objects that were there before their namespace was enforced stay manageable, and what is made anew is judged."""

from __future__ import annotations

import pytest

from tests.e2e.admission import ENFORCE, await_true
from tests.webhook.builders import deployment, pod

pytestmark = pytest.mark.e2e

FINALIZER = "example.com/cleanup"


def _ungated(name: str, **metadata):
    return {**pod(init=[]), "metadata": {"name": name, "labels": {"app": "churn"}, **metadata}}


def _named(made, name: str, **metadata):
    return {**made, "metadata": {"name": name, **metadata}}


@pytest.fixture(scope="module")
def old(kubectl):
    """Return kubectl in a namespace whose ungated objects are older than its label."""
    inside = kubectl.serving("predating")
    inside.apply(_ungated("bare", finalizers=[FINALIZER]))
    workload = deployment(_ungated("template"))
    inside.apply(_named(workload, "churn", finalizers=[FINALIZER]))
    replicas = {**workload, "kind": "ReplicaSet", "spec": {**workload["spec"], "replicas": 2}}
    inside.apply(_named(replicas, "churn-1"))
    inside.must("label", "namespace", inside.namespace, f"{ENFORCE}={kubectl.namespace}")
    probe = _ungated("probe")
    await_true("refusal", lambda: inside.run("apply", "--dry-run=server", "-f", "-", manifest=probe).returncode)
    return inside


def test_annotations_and_labels_can_be_written(old) -> None:
    """By people and by controllers."""
    for kind in ("pod/bare", "deployment/churn", "replicaset/churn-1"):
        old.must("annotate", kind, "deployment.kubernetes.io/revision=7")
        old.must("label", kind, "example.com/owner=ml")


def test_replicas_can_be_scaled_to_zero(old) -> None:
    """By the scale subresource and by the object itself."""
    old.must("scale", "replicaset/churn-1", "--replicas=1")
    old.must("patch", "replicaset", "churn-1", "--type=merge", '--patch={"spec":{"replicas":0}}')
    old.must("scale", "deployment/churn", "--replicas=0")
    assert old.get("replicaset", "churn-1")["spec"]["replicas"] == 0


def test_a_controllers_update_passes(old) -> None:
    """What a deployment controller writes: owner, paused, strategy; nothing that pods are made from."""
    uid = old.get("deployment", "churn")["metadata"]["uid"]
    owner = f'{{"apiVersion":"apps/v1","kind":"Deployment","name":"churn","uid":"{uid}","controller":true}}'
    old.must(
        "patch", "replicaset", "churn-1", "--type=merge", f'--patch={{"metadata":{{"ownerReferences":[{owner}]}}}}'
    )
    old.must("rollout", "pause", "deployment/churn")
    old.must("patch", "deployment", "churn", "--type=merge", '--patch={"spec":{"revisionHistoryLimit":3}}')


def test_tolerations_can_be_added_to_a_pod(old) -> None:
    """They say where it runs, not what."""
    toleration = '[{"op":"add","path":"/spec/tolerations/-","value":{"key":"maintenance","operator":"Exists"}}]'
    old.must("patch", "pod", "bare", "--type=json", f"--patch={toleration}")


def test_a_changed_template_is_judged(old) -> None:
    """Nothing is excused for its age once new pods would follow from it."""
    done = old.run("set", "image", "deployment/churn", "server=registry.example.com/churn-api:1.5")
    assert done.returncode == 1
    assert "gate-missing" in done.stderr
    done = old.run("set", "image", "pod/bare", "server=registry.example.com/churn-api:1.5")
    assert done.returncode == 1
    assert "gate-missing" in done.stderr


def test_finalizers_can_be_removed(old) -> None:
    """The last thing that happens to an object, while it is being deleted and before."""
    old.must("patch", "deployment", "churn", "--type=merge", '--patch={"metadata":{"finalizers":[]}}')
    old.must("delete", "pod", "bare", "--wait=false", "--grace-period=0", "--force")
    assert old.get("pod", "bare")["metadata"]["deletionTimestamp"]
    old.must("patch", "pod", "bare", "--type=merge", '--patch={"metadata":{"finalizers":[]}}')
    assert old.run("get", "pod", "bare").returncode == 1
    old.must("delete", "deployment,replicaset", "--all", "--wait=false")
