"""What a platform engineer and the users of the cluster see of an installed release."""

from __future__ import annotations

import json
import os
import pickle

import numpy as np
import pytest

from examples.models import object_array
from tests.corpus import keras, tensorflow
from tests.e2e.release import NAME, NAMESPACE, deployment, server_pod, wait_for

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
    assert "Phase:          Succeeded" in release.run_helm("test", NAME)


def test_nothing_is_judged_before_a_namespace_is_labelled(release, volumes) -> None:
    """An ungated server passes elsewhere."""
    namespace = release.namespace(FREE)
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "free"}, "spec": server_pod(volumes, "model.pkl")}
    release.must("-n", namespace, "apply", "--dry-run=server", "-f", "-", manifest=pod)


def test_a_good_model_is_served_and_predicts(release, enforced, volumes, tmp_path) -> None:
    """Behind its gate, whose verdict says what it examined; a file of mode 0600 is read as the server's user."""
    folder = _volume(volumes, "good", "churn.pkl", pickle.dumps(MODEL))
    (folder / "churn.pkl").chmod(0o600)
    os.chown(folder / "churn.pkl", 10001, 10001)
    manifest = release.gated(deployment("churn", server_pod(folder, "churn.pkl")), enforced, tmp_path)
    release.must("-n", enforced, "apply", "-f", "-", manifest=manifest)
    release.must("-n", enforced, "rollout", "status", "deployment/churn", "--timeout=120s", seconds=130)
    (pod,) = release.get("-n", enforced, "pods", "--selector=app=churn")["items"]
    asked = release.must(
        "-n", enforced, "exec", pod["metadata"]["name"], "-c", "server", "--", "python3", "-c", PREDICT
    )
    assert json.loads(asked) == {"scores": [3.5, 2.5]}
    message = _message(pod)
    assert message["verdict"] == "PASS"
    assert message["files"] == 1


@pytest.mark.parametrize("kind", list(HOSTILE))
def test_a_hostile_model_never_meets_its_server(release, enforced, volumes, tmp_path, kind) -> None:
    """The pod stays in its init container, says why in its message, and an event says so too."""
    file, build = HOSTILE[kind]
    folder = _volume(volumes, kind, file, build())
    manifest = release.gated(deployment(f"bad-{kind}", server_pod(folder, file)), enforced, tmp_path)
    release.must("-n", enforced, "apply", "-f", "-", manifest=manifest)

    def pod():
        pods = release.get("-n", enforced, "pods", f"--selector=app=bad-{kind}")["items"]
        return next((each for each in pods if _message(each)), None)

    blocked = wait_for("verdict", pod)
    assert _message(blocked)["verdict"] == "BLOCK"
    (server,) = blocked["status"]["containerStatuses"]
    assert "waiting" in server["state"]
    assert server["restartCount"] == 0
    name = blocked["metadata"]["name"]

    def told():
        events = release.get("-n", enforced, "events", f"--field-selector=involvedObject.name={name}")["items"]
        return [
            each for each in events if "weighbridge" in json.dumps(each["source"]) or each.get("reportingComponent")
        ]

    assert wait_for("event on the pod", told, 60)
    release.must("-n", enforced, "delete", "deployment", f"bad-{kind}", "--wait=false")


def test_ungated_and_tampered_servers_are_refused(release, enforced, volumes, tmp_path) -> None:
    """Whoever makes the pod: by its absence, by other arguments, by a neighbour that sees its processes."""
    spec = server_pod(_volume(volumes, "plain", "model.pkl", pickle.dumps(MODEL)), "model.pkl")
    bare = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bare"}, "spec": spec}
    good = release.gated(bare, enforced, tmp_path)
    create = ("-n", enforced, "create", "--dry-run=server", "-f", "-")
    release.must(*create, manifest=good)
    refused = {"gate-tampered-host": {**good, "spec": {**good["spec"], "hostPID": True}}}
    if release.is_broken():
        refused["gate-missing"] = bare
        gate = {**good["spec"]["initContainers"][0], "args": ["gate", "--volume=/elsewhere"]}
        refused["gate-weakened"] = {**good, "spec": {**good["spec"], "initContainers": [gate]}}
    for name, pod in refused.items():
        done = release.run(*create, manifest=pod)
        assert done.returncode == 1, name
        assert 'admission webhook "enforce.weighbridge.dev" denied the request' in done.stderr


def test_a_large_model_costs_the_gate_little(release, enforced, volumes, tmp_path) -> None:
    """Two gigabytes of weights under a limit of 128 MiB: only what can carry code is read."""
    folder = _volume(volumes, "large", "model.safetensors", b"")
    size = 2 << 30
    header = json.dumps({"weight": {"dtype": "F32", "shape": [size // 4], "data_offsets": [0, size]}}).encode()
    with (folder / "model.safetensors").open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.truncate(8 + len(header) + size)
    (folder / "head.pkl").write_bytes(pickle.dumps(MODEL))
    manifest = release.gated(deployment("large", server_pod(folder, "head.pkl")), enforced, tmp_path)
    if release.is_broken():
        gate = manifest["spec"]["template"]["spec"]["initContainers"][0]
        gate["resources"] = {"requests": {"memory": "64Mi"}, "limits": {"memory": "128Mi"}}
    release.must("-n", enforced, "apply", "-f", "-", manifest=manifest)
    message = wait_for("verdict", lambda: _verdict_of(release, enforced, "large"))
    print(f"2 GiB examined in {message['milliseconds']} ms under 128 MiB")
    assert message["verdict"] == "PASS", message
    assert message["bytes"] > size
    assert message["milliseconds"] < 30_000
    release.must("-n", enforced, "rollout", "status", "deployment/large", "--timeout=60s")


def test_the_system_is_never_asked_about(release) -> None:
    """kube-system and the release's own namespace may even carry the label."""
    entries = release.get("validatingwebhookconfiguration", NAME)["webhooks"]
    for entry in entries:
        names = [each for each in entry["namespaceSelector"]["matchExpressions"] if each["operator"] == "NotIn"]
        assert {"kube-system", NAMESPACE} <= set(names[0]["values"])


def _volume(volumes, name: str, file: str, content: bytes):
    folder = volumes / name
    folder.mkdir(mode=0o755)
    (folder / file).write_bytes(content)
    (folder / file).chmod(0o644)
    return folder


def _verdict_of(release, namespace: str, app: str):
    pods = release.get("-n", namespace, "pods", f"--selector=app={app}")["items"]
    return next((message for pod in pods if (message := _message(pod))), None)


def _message(pod):
    for status in pod["status"].get("initContainerStatuses", ()):
        for state in (status["state"], status["lastState"]):
            if text := state.get("terminated", {}).get("message"):
                return json.loads(text)
    return None
