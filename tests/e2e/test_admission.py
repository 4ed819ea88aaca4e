"""What a user of a real API server sees: every example, and every kind that makes pods, on creation and on change."""

from __future__ import annotations

import copy
import re

import pytest
import yaml

from tests.e2e.admission import MANIFESTS
from tests.webhook.builders import deployment, pod

pytestmark = pytest.mark.e2e

NOT_HERE = {"unknown field": "the API server is older than a field of the manifest"}
"""What an API server of another release says -> why the example cannot be tried there."""
EXAMPLES = sorted(path.stem.removesuffix("-denied") for path in MANIFESTS.glob("*-denied.yaml"))
DRY = ([], ["--dry-run=server"])
_DENIED = re.compile(r"# Denied: ([a-z, -]+)\.")


def test_an_ungated_deployment_is_refused_with_the_path_and_the_remedy(kubectl) -> None:
    """kubectl exits 1 and prints our sentence; nothing is stored."""
    done = kubectl.run("apply", "-f", str(MANIFESTS / "plain-server-denied.yaml"))
    assert done.returncode == 1
    assert 'admission webhook "enforce.weighbridge.dev" denied the request' in done.stderr
    assert "gate-missing" in done.stderr
    assert "at: spec.template.spec.volumes[0]" in done.stderr
    assert "do: add the gate" in done.stderr
    assert kubectl.must("get", "deployments", "--output=name") == ""


@pytest.mark.parametrize("how", DRY, ids=["stored", "dry-run"])
@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_accepted(kubectl, example, how) -> None:
    """Also as a dry run, which asks the webhook as well."""
    path = str(MANIFESTS / f"{example}.yaml")
    good = kubectl.run("apply", *how, "-f", path)
    for sentence, reason in NOT_HERE.items():
        if sentence in good.stderr:
            pytest.skip(f"{example}: {reason}")
    assert good.returncode == 0, good.stderr
    if not how:
        kubectl.must("delete", "-f", path, "--wait=false")


@pytest.mark.parametrize("how", DRY, ids=["stored", "dry-run"])
@pytest.mark.parametrize("example", EXAMPLES)
def test_a_bad_example_is_refused_for_what_it_says_of_itself(kubectl, example, how) -> None:
    """Every violation that its first lines name is told."""
    path = MANIFESTS / f"{example}-denied.yaml"
    done = kubectl.run("apply", *how, "-f", str(path))
    for sentence, reason in NOT_HERE.items():
        if sentence in done.stderr:
            pytest.skip(f"{example}: {reason}")
    assert done.returncode == 1
    assert "denied the request" in done.stderr
    said = _DENIED.search(path.read_text())
    assert said is not None
    for violation in said[1].split(", "):
        assert violation in done.stderr


def _of_kind(api_version, kind, template, **spec):
    made = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "churn"}}
    return {**made, "spec": {**spec, "template": template}}


def _workload(kind: str, of) -> dict:
    """Return a workload of a kind, with the given pod."""
    template = copy.deepcopy(deployment(of)["spec"]["template"])
    selector = {"matchLabels": {"app": "churn"}}
    match kind:
        case "Deployment" | "DaemonSet" | "ReplicaSet":
            return _of_kind("apps/v1", kind, template, selector=selector)
        case "StatefulSet":
            return _of_kind("apps/v1", kind, template, selector=selector, serviceName="churn")
        case "ReplicationController":
            return _of_kind("v1", kind, template, selector={"app": "churn"})
    template["spec"]["restartPolicy"] = "Never"
    job = _of_kind("batch/v1", "Job", template)
    if kind == "Job":
        return job
    cron = {"apiVersion": "batch/v1beta1", "kind": "CronJob", "metadata": {"name": "churn"}}
    return {**cron, "spec": {"schedule": "0 3 * * *", "jobTemplate": {"spec": job["spec"]}}}


KINDS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob")


@pytest.mark.parametrize("kind", KINDS)
def test_a_workload_is_judged_when_it_is_made_and_when_its_template_changes(kubectl, kind) -> None:
    """No gate: refused. With one: stored. The gate taken out of what is stored: refused."""
    bare = _workload(kind, pod(init=[]))
    if kind == "CronJob" and "cronjobs" not in kubectl.must("api-resources", "--api-group=batch", "--output=name"):
        pytest.skip("the API server has no such kind")
    assert "gate-missing" in kubectl.refused(bare)
    kubectl.apply(_workload(kind, pod()))
    try:
        if kind != "Job":  # whose template cannot be changed at all
            assert "gate-missing" in kubectl.refused(bare)
        plural = kind.lower()
        kubectl.must("annotate", plural, "churn", "example.com/owner=ml")
    finally:
        kubectl.must("delete", kind.lower(), "churn", "--wait=false")


def _bare_pod():
    made = pod(init=[])
    return {**made, "metadata": {"name": "bare", "labels": {"app": "churn"}}}


def test_a_pod_is_judged_when_it_is_made(kubectl) -> None:
    """Pods are where it is enforced: whoever makes them."""
    assert "gate-missing" in kubectl.refused(_bare_pod())


def test_a_pod_is_judged_when_its_image_changes(kubectl) -> None:
    """An image is all that can be changed of what a pod runs: the gate's is refused, a label is not."""
    made = {**pod(), "metadata": {"name": "gated", "labels": pod()["metadata"]["labels"]}}
    kubectl.apply(made)
    try:
        kubectl.must("label", "pod", "gated", "example.com/owner=ml")
        done = kubectl.run("set", "image", "pod/gated", "weighbridge-gate=registry.example.com/nothing:1")
        assert done.returncode == 1
        assert "gate-not-trusted" in done.stderr
        done = kubectl.run("label", "pod", "gated", "weighbridge.dev/gated-")
        assert done.returncode == 1
        assert "gate-label-missing" in done.stderr
    finally:
        kubectl.must("delete", "pod", "gated", "--wait=false", "--grace-period=0", "--force")


def test_an_inference_service_is_judged_when_it_is_made_and_when_it_changes(kubectl) -> None:
    """A custom resource, stored and changed on the real API server."""
    good = yaml.safe_load((MANIFESTS / "kserve-storage-uri.yaml").read_text())
    kubectl.apply(good)
    try:
        good["spec"]["predictor"]["model"]["storageUri"] = "oci://registry.example.com/models/iris:1"
        assert "modelcar" in kubectl.refused(good)
        kubectl.must("annotate", "inferenceservice", good["metadata"]["name"], "example.com/owner=ml")
    finally:
        kubectl.must("delete", "inferenceservice", good["metadata"]["name"], "--wait=false")


def test_decisions_are_counted(kubectl, webhook) -> None:
    """What was refused shows on the metrics page."""
    kubectl.run("apply", "-f", str(MANIFESTS / "plain-server-denied.yaml"))
    page = webhook.metrics()
    assert "weighbridge_admission" in page
    assert 'decision="denied"' in page
