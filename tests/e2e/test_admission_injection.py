"""The gate is put into pods by the API server itself, by way of a patch, and what comes of it is judged and stored."""

from __future__ import annotations

import copy
import json

import pytest

from tests.e2e.admission import await_true, unique
from tests.e2e.downloader import NAME as DOWNLOADER
from tests.e2e.downloader import SOURCE, VOLUME, downloader
from tests.webhook.builders import SCRATCH, deployment, mount, pod, server
from webhook.injection import SKIP_ANNOTATIONS
from webhook.policy import GATE_IMAGE

pytestmark = pytest.mark.e2e

GATE = "weighbridge-gate"


def _named(made, name, **metadata):
    return {**made, "metadata": {"name": name, **metadata}}


def _created(kubectl, manifest, *how):
    """Create a pod and return it as it was stored; `how` may make it a dry run."""
    text = kubectl.must("create", *how, "--output=json", "--filename=-", manifest=manifest)
    return json.loads(text)


def _order(made) -> list[str]:
    return [container["name"] for container in made["spec"]["initContainers"]]


@pytest.fixture
def removed(injected):
    """Remove the pods of a test at its end."""
    yield
    injected.must("delete", "pods", "--all", "--wait=false", "--grace-period=0", "--force")


def _writable():
    """Return a pod with a downloader, whose server could write its model too."""
    fetch = {"name": "fetch", "image": "registry.example.com/tools:2", "volumeMounts": [mount(read_only=False)]}
    later = {"name": "warm-up", "image": "registry.example.com/tools:2"}
    return pod(init=[fetch, later], containers=[server(mount(read_only=False))], volumes=[SCRATCH])


@pytest.mark.parametrize("how", [[], ["--dry-run=server"]], ids=["stored", "dry-run"])
@pytest.mark.usefixtures("removed")
def test_the_gate_is_put_behind_the_writer(injected, how) -> None:
    """With the label the reporter selects by, the model read-only from there on, and no credentials for the gate."""
    made = _created(injected, _named(_writable(), "injected"), *how)
    assert _order(made) == ["fetch", "warm-up", GATE]
    gate = made["spec"]["initContainers"][2]
    assert gate["image"] == GATE_IMAGE
    assert "--volume=/models" in gate["args"]
    assert made["spec"]["containers"][0]["volumeMounts"][0]["readOnly"] is True
    assert made["metadata"]["labels"]["weighbridge.dev/gated"] == "true"
    assert {made["metadata"]["annotations"][name] for name in SKIP_ANNOTATIONS} == {GATE}


@pytest.mark.usefixtures("removed")
def test_applying_the_same_manifest_again_changes_nothing(injected) -> None:
    """What injection added is not the author's to lose."""
    manifest = _named(_writable(), "again", labels={"app": "churn"})
    assert "created" in injected.apply(manifest)
    stored = injected.get("pod", "again")
    injected.apply(manifest)
    assert injected.get("pod", "again")["spec"] == stored["spec"]
    assert injected.get("pod", "again")["metadata"]["labels"] == stored["metadata"]["labels"]


def test_a_pod_with_the_canonical_gate_is_left_as_it_is(injected) -> None:
    """Only what is missing is added."""
    manifest = _named(pod(), "gated", labels=pod()["metadata"]["labels"])
    made = _created(injected, manifest, "--dry-run=server")
    assert _order(made) == [GATE]
    assert not any(name in made["metadata"].get("annotations", {}) for name in SKIP_ANNOTATIONS)


def test_a_weakened_gate_is_replaced(injected) -> None:
    """The author's gate accepts more than the policy: the policy's stands in its place."""
    manifest = _named(pod(), "weakened", labels=pod()["metadata"]["labels"])
    manifest["spec"]["initContainers"][0]["args"].append("--allow-import=os.system")
    made = _created(injected, manifest, "--dry-run=server")
    assert _order(made) == [GATE]
    assert "--allow-import=os.system" not in made["spec"]["initContainers"][0]["args"]


def test_what_injection_cannot_mend_is_refused(injected) -> None:
    """It always allows; what comes of it is judged."""
    told = injected.refused(_named({**pod(init=[]), "spec": {**pod(init=[])["spec"], "hostPID": True}}, "host"))
    assert "host-processes" in told


def test_a_template_without_a_gate_is_accepted_and_stored_as_it_is(injected) -> None:
    """The gate comes with its pods; what the author wrote stays what the author wrote."""
    made = deployment(pod(init=[]))
    made["metadata"] = {"name": "template"}
    injected.apply(made)
    assert "initContainers" not in injected.get("deployment", "template")["spec"]["template"]["spec"]
    injected.must("delete", "deployment", "template", "--wait=false")


@pytest.fixture
def kserve(cluster, injected, tmp_path):
    """Run a webhook that appends a downloader after ours has been asked: configurations are asked in order of name."""
    name = unique("zz-downloader")
    with downloader(tmp_path) as client:
        made = copy.deepcopy(cluster.get("mutatingwebhookconfiguration", injected.namespace))
        (entry,) = made["webhooks"]
        entry |= {"name": "downloader.example.com", "clientConfig": client, "reinvocationPolicy": "IfNeeded"}
        cluster.apply({**made, "metadata": {"name": name}})
        try:
            yield
        finally:
            cluster.must("delete", "mutatingwebhookconfiguration", name)


def _served_by_kserve():
    """Return a pod as KServe's controller makes it: neither downloader nor volume, only where the model is."""
    container = {
        "name": "kserve-container",
        "image": "kserve/sklearnserver:v0.15.2",
        "args": ["--model_dir=/mnt/models"],
    }
    metadata = {"name": "iris", "annotations": {SOURCE: "s3://models/iris"}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container]}}


@pytest.mark.usefixtures("kserve")
def test_the_gate_goes_behind_a_downloader_that_another_webhook_appends(injected) -> None:
    """The API server asks again, and the gate ends up behind the last writer, where validation wants it."""

    def made():
        done = injected.run("create", "--dry-run=server", "--output=json", "--filename=-", manifest=_served_by_kserve())
        found = json.loads(done.stdout) if not done.returncode else {"spec": {}}
        return found if "initContainers" in found["spec"] else None

    await_true("downloader", made)
    assert _order(made()) == [DOWNLOADER, GATE]
    gate = made()["spec"]["initContainers"][1]
    assert gate["volumeMounts"][0]["name"] == VOLUME


@pytest.mark.usefixtures("kserve")
def test_a_gate_of_the_authors_is_moved_behind_a_downloader(injected) -> None:
    """A gate listed in the manifest comes before what KServe appends: it is placed anew."""
    manifest = _served_by_kserve()
    first = pod()["spec"]["initContainers"]
    first[0]["volumeMounts"][0]["name"] = "own"
    manifest["spec"] |= {
        "initContainers": first,
        "volumes": [{"name": "own", "emptyDir": {}}, *pod()["spec"]["volumes"][1:]],
    }
    await_true(
        "order",
        lambda: _order(_created(injected, manifest, "--dry-run=server")) == [DOWNLOADER, GATE],
    )
