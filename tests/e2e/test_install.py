"""What a platform engineer and the users of the cluster see of an installed release."""

from __future__ import annotations

import json
import os
import pickle

import numpy as np
import pytest

from examples.models import object_array
from initcontainer.contract import GATE_NAME
from tests.corpus import keras, tensorflow
from tests.e2e.release import (
    IMAGES,
    NAME,
    NAMESPACE,
    assert_denied,
    deployment,
    message,
    server_pod,
    volume,
    wait_for,
)

pytestmark = pytest.mark.e2e

ENFORCED, FREE = "e2e-enforced", "e2e-free"
MODEL = {"coefficients": np.array([1.0, 2.0]), "intercept": 0.5}
PREDICT = """
import urllib.request
request = urllib.request.Request("http://127.0.0.1:8080/predict", data=b'{"rows": [[1, 1], [2, 0]]}')
print(urllib.request.urlopen(request, timeout=10).read().decode())
"""
HOSTILE = {
    "pickle": ("model.pkl", lambda: b"cos\nsystem\n(S'echo from the model file'\ntR."),
    "keras": ("model.keras", keras.SAMPLES["keras-lambda.keras"]),
    "savedmodel": ("saved_model.pb", tensorflow.SAMPLES["tf-write-file.pb"]),
    "npy": ("model.npy", object_array),
}


@pytest.fixture(scope="module")
def enforced(release) -> str:
    """Return an enforced namespace."""
    return release.namespace(ENFORCED, enforce="default")


def test_it_is_ready_in_two_minutes(release) -> None:
    """From `helm install` to two ready replicas and a reporter."""
    assert release.ready_after < 120


def test_it_proves_itself(release) -> None:
    """`helm test` asks for readiness and for a refusal, over the authority that the API server trusts."""
    release.prove()


def test_nothing_is_judged_before_a_namespace_is_labelled(release, volumes) -> None:
    """An ungated server passes elsewhere."""
    namespace = release.namespace(FREE)
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "free"}, "spec": server_pod(volumes, "model.pkl")}
    release.must("-n", namespace, "apply", "--dry-run=server", "-f", "-", manifest=pod)


def test_a_good_model_is_served_and_predicts(release, enforced, volumes) -> None:
    """Behind a gate that nobody wrote, whose verdict says what it examined; a file of mode 0600 is read as the server."""
    folder = volume(volumes, "good", "churn.pkl", pickle.dumps(MODEL))
    (folder / "churn.pkl").chmod(0o600)
    os.chown(folder / "churn.pkl", 10001, 10001)
    release.must("-n", enforced, "apply", "-f", "-", manifest=deployment("churn", server_pod(folder, "churn.pkl")))
    release.must("-n", enforced, "rollout", "status", "deployment/churn", "--timeout=120s", seconds=130)
    assert "initContainers" not in release.get("-n", enforced, "deployment", "churn")["spec"]["template"]["spec"]
    (pod,) = release.get("-n", enforced, "pods", "--selector=app=churn")["items"]
    (gate,) = pod["spec"]["initContainers"]
    assert gate["name"] == GATE_NAME
    assert gate["image"] == os.environ[IMAGES["gate"]]
    asked = release.must(
        "-n", enforced, "exec", pod["metadata"]["name"], "-c", "server", "--", "python3", "-c", PREDICT
    )
    assert json.loads(asked) == {"scores": [3.5, 2.5]}
    said = message(pod)
    assert said["verdict"] == "PASS"
    assert said["files"] == 1


@pytest.mark.parametrize("kind", list(HOSTILE))
def test_a_hostile_model_never_meets_its_server(release, enforced, volumes, kind) -> None:
    """The pod stays in its init container, says why in its message, and an event says so too."""
    file, build = HOSTILE[kind]
    folder = volume(volumes, kind, file, build())
    manifest = deployment(f"bad-{kind}", server_pod(folder, file))
    release.must("-n", enforced, "apply", "-f", "-", manifest=manifest)
    blocked = wait_for("verdict", lambda: release.judged(enforced, f"bad-{kind}"))
    said = message(blocked)
    assert said["verdict"] == "BLOCK"
    assert file in json.dumps(said["findings"])
    (server,) = blocked["status"]["containerStatuses"]
    assert "waiting" in server["state"]
    assert server["restartCount"] == 0
    name = blocked["metadata"]["name"]

    def told():
        events = release.get("-n", enforced, "events", f"--field-selector=involvedObject.name={name}")["items"]
        return [each["message"] for each in events if each["source"].get("component") == "weighbridge-reporter"]

    assert file in wait_for("event on the pod", told, 60)[0]
    release.must("-n", enforced, "delete", "deployment", f"bad-{kind}", "--wait=false")


def test_what_injection_cannot_mend_is_refused(release, enforced, volumes) -> None:
    """A neighbour of the node's processes; a container that joins later, by another image in a running pod."""
    spec = server_pod(volume(volumes, "plain", "model.pkl", pickle.dumps(MODEL)), "model.pkl")
    bare = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bare"}, "spec": spec}
    create = ("-n", enforced, "create", "--dry-run=server", "-f", "-")
    release.must(*create, manifest=bare)
    assert_denied(release.run(*create, manifest={**bare, "spec": {**spec, "hostPID": True}}), "host-processes")
    (pod,) = release.get("-n", enforced, "pods", "--selector=app=churn")["items"]
    image = ("set", "image", f"pod/{pod['metadata']['name']}", f"{GATE_NAME}=registry.example.com/other:1")
    assert_denied(release.run("-n", enforced, *image), "gate-not-trusted")
    label = ("label", "pod", pod["metadata"]["name"], "weighbridge.dev/gated-")
    assert_denied(release.run("-n", enforced, *label), "gate-label-missing")


def test_the_system_is_never_asked_about(release) -> None:
    """kube-system and the release's own namespace may even carry the label."""
    entries = release.get("validatingwebhookconfiguration", NAME)["webhooks"]
    namespaced = [entry for entry in entries if {rule["scope"] for rule in entry["rules"]} != {"Cluster"}]
    assert len(namespaced) == len(entries) - 1  # policies are of no namespace
    for entry in namespaced:
        names = [each for each in entry["namespaceSelector"]["matchExpressions"] if each["operator"] == "NotIn"]
        assert {"kube-system", NAMESPACE} <= set(names[0]["values"])
