"""Every kind that makes pods is judged where its pods are written; platforms' own fields too."""

from __future__ import annotations

import copy

import pytest

from tests.webhook.builders import CLAIM, Known, gate, mount, pod, policy, request, server, vllm
from webhook.review import Mode, review
from webhook.workloads import KINDS

BARE = pod(init=[])


def _response(obj: dict, known: Known | None = None, **more) -> dict:
    return review(request(obj, **more), mode=Mode.ENFORCE, knowledge=known or Known())["response"]


def _ids(obj: dict, known: Known | None = None, **more) -> set[str]:
    said = _response(obj, known, **more)["auditAnnotations"].get("violations", "")
    return {word for word in said.split(",") if word}


def _nested(path: tuple[str, ...], value: dict) -> dict:
    for key in reversed(path):
        value = [value] if key == "*" else {key: value}  # type: ignore[assignment]
    return value


def _api_version(group: str) -> str:
    return f"{group}/v1" if group else "v1"


PLACES = [(kind, place) for kind in KINDS.values() for place in kind.places]


@pytest.mark.parametrize(
    ("kind", "place"), PLACES, ids=lambda value: value.name if hasattr(value, "name") else ".".join(value.spec)
)
def test_a_server_is_found_wherever_a_kind_has_pods(kind, place):
    """The path in the denial leads to the volume in the object."""
    obj = _nested(place.spec, copy.deepcopy(BARE["spec"]))
    obj |= {"apiVersion": _api_version(kind.group), "kind": kind.name}
    obj.setdefault("metadata", {"name": "x"})
    response = _response(obj)
    assert "gate-missing" in response["auditAnnotations"]["violations"]
    path = ".".join(place.spec).replace(".*", "[0]")
    assert f"  at: {path}.volumes[0]" in response["status"]["message"]


def test_a_claim_template_is_a_volume():
    """A StatefulSet's own, which takes precedence over a volume of the same name."""
    of = pod(init=[], volumes=[])
    obj = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "x"},
        "spec": {
            "template": {"spec": of["spec"]},
            "volumeClaimTemplates": [{"metadata": {"name": "models"}, "spec": {}}],
        },
    }
    assert "gate-missing" in _ids(obj)
    obj["spec"]["template"]["spec"]["volumes"] = [{"name": "models", "emptyDir": {}}]
    assert "gate-missing" in _ids(obj)


@pytest.mark.parametrize("kind", ["Service", "ConfigMap", "Namespace"])
def test_other_kinds_are_not_judged(kind):
    """What makes no pods passes, whatever it holds."""
    assert _response({**BARE, "kind": kind})["allowed"] is True


def test_a_mount_without_a_volume_is_no_pod():
    """The API server refuses it; so do we, rather than guess."""
    assert _ids(pod(volumes=[])) == {"review-not-decodable"}


def test_a_template_that_kserve_fills_later_is_not_denied_for_what_is_missing():
    """KServe's pod webhook brings volume and downloader; the pod is judged then."""
    of = pod(init=[], containers=[vllm("--model=/mnt/models", volumeMounts=[])], volumes=[])
    obj = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "x"},
        "spec": {"template": {"metadata": {"annotations": {}}, "spec": of["spec"]}},
    }
    assert _ids(obj) == {"model-in-image"}
    obj["spec"]["template"]["metadata"]["annotations"] = {
        "internal.serving.kserve.io/storage-initializer-sourceuri": "s3://b/m"
    }
    assert _ids(obj) == set()
    with_annotation = {
        **of,
        "metadata": {"name": "x", "annotations": obj["spec"]["template"]["metadata"]["annotations"]},
    }
    assert _ids(with_annotation) == {"model-in-image"}, "a pod's own annotation loosens nothing"


def _inference_service(predictor: dict, **annotations: str) -> dict:
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": "x", "annotations": annotations},
        "spec": {"predictor": predictor},
    }


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("s3://b/m", set()),
        ("pvc://claim/m", set()),
        ("hf://org/name", set()),
        ("oci://r/m:v1", {"modelcar"}),
        ("oci+native://r/m:v1", {"image-volume-without-digest"}),
        (f"oci+native://r/m@sha256:{'a' * 64}", set()),
        ("oci+fetch://r/m:v1", set()),
    ],
)
@pytest.mark.parametrize("form", ["model", "sklearn", "storageUris"])
def test_kserve_storage(form, uri, expected):
    """By whichever field the address is given."""
    part = {"storageUris": [{"uri": uri}]} if form == "storageUris" else {form: {"storageUri": uri}}
    assert _ids(_inference_service(part)) == expected


def test_kserve_switches_are_read_in_the_platforms_own_fields():
    """Arguments and variables under `model` reach the server."""
    assert _ids(_inference_service({"model": {"storageUri": "s3://b/m", "args": ["--trust_remote_code"]}})) == {
        "remote-code-switch"
    }
    assert _ids(
        _inference_service({"model": {"storageUri": "s3://b/m"}}, **{"storage.kserve.io/readonly": "false"})
    ) == {"model-mount-writable"}


def test_a_trained_model_comes_past_every_gate():
    """It is loaded into a server that runs."""
    obj = {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "TrainedModel",
        "metadata": {"name": "x"},
        "spec": {"model": {}},
    }
    assert _ids(obj) == {"runtime-model-management"}
    assert _ids(obj, Known(policy=policy(runtimeManagement="Allow"))) == set()


def test_a_seldon_model_comes_past_every_gate():
    """Unless the policy allows its source."""
    obj = {
        "apiVersion": "mlops.seldon.io/v1alpha1",
        "kind": "Model",
        "metadata": {"name": "x"},
        "spec": {"storageUri": "gs://b/m"},
    }
    assert _ids(obj) == {"model-fetched-at-run-time"}
    assert _ids(obj, Known(policy=policy(remoteSources=[{"prefix": "gs://b/", "reason": "x"}]))) == set()


@pytest.mark.parametrize(
    ("path", "read_only", "denied"),
    [
        ("/", True, True),
        ("/dev", True, True),
        ("/dev/sda1", True, True),
        ("/dev/shm", False, False),
        ("/dev/infiniband", False, False),
        ("/proc", True, True),
        ("/sys", True, False),
        ("/sys/fs/cgroup", False, True),
        ("/var/run", True, True),
        ("/var/run/datadog", False, False),
        ("/run/../run/containerd", True, True),
        ("/var/lib/kubelet/plugins", True, False),
        ("/var/lib", False, True),
        ("/etc/kubernetes/manifests", False, True),
        ("/etc/localtime", True, False),
        ("/usr/local/nvidia", False, False),
    ],
)
def test_directories_of_the_node(path, read_only, denied):
    """What holds volumes or runs containers is refused; accelerators, sockets of agents and time zones are not."""
    of = pod(
        containers=[server(mount(), mount("node", "/node", read_only=read_only))],
        volumes=[CLAIM, {"name": "node", "hostPath": {"path": path}}],
    )
    assert (
        "host-files-neighbour" in _ids(of, Known(policy=policy(nonModelVolumes=[{"hostPath": path, "reason": "x"}])))
    ) is denied


def test_a_proxy_beside_a_server_is_not_warned_about():
    """A platform's label is on the whole pod; only the server loads a model."""
    of = pod(
        containers=[server(), {"name": "queue-proxy", "image": "knative/queue:1"}],
        labels={"serving.kserve.io/inferenceservice": "x", "weighbridge.dev/gated": "true"},
    )
    assert _response(of)["auditAnnotations"]["warnings"] == "volume-live"


@pytest.mark.parametrize(
    ("model", "initializer", "expected"),
    [
        ({"uri": "hf://org/name"}, {}, set()),
        ({"uri": "hf://org/name"}, {"enabled": False}, {"model-fetched-at-run-time"}),
        ({"uri": "pvc://claim"}, {"enabled": False}, set()),
        ({"uri": "oci://r/m"}, {}, {"modelcar"}),
        (
            {"uri": "pvc://c", "lora": {"adapters": [{"uri": "hf://a/b"}]}},
            {"enabled": False},
            {"model-fetched-at-run-time"},
        ),
    ],
)
def test_an_llm_inference_service(model, initializer, expected):
    """The model and its adapters are fetched before the gate, or by the server."""
    obj = {
        "apiVersion": "serving.kserve.io/v1alpha2",
        "kind": "LLMInferenceService",
        "metadata": {"name": "x"},
        "spec": {"model": model, "storageInitializer": initializer},
    }
    assert _ids(obj) == expected


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        ("applications: [{import_path: app:app}]", set()),
        ("applications: [{runtime_env: {working_dir: 'https://e.com/a.zip'}}]", {"model-fetched-at-run-time"}),
        ("llm_configs: [{model_loading_config: {model_source: org/name}}]", {"model-fetched-at-run-time"}),
        ("llm_configs: [{model_loading_config: {model_source: /models/x}}]", set()),
        ("engine_kwargs: {trust_remote_code: true}", {"remote-code-switch"}),
        ("a: [unclosed", {"value-undetermined"}),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n" + "".join(
            f"{chr(100 + n)}: &{chr(100 + n)} [*{chr(99 + n)}, *{chr(99 + n)}]\n" for n in range(20)), {"value-undetermined"}),
    ],
)  # fmt: skip
def test_a_ray_service(configuration, expected):
    """Its Serve configuration is a text in YAML, and may be written to exhaust its reader."""
    obj = {
        "apiVersion": "ray.io/v1",
        "kind": "RayService",
        "metadata": {"name": "x"},
        "spec": {"serveConfigV2": configuration},
    }
    assert _ids(obj) == expected


@pytest.mark.parametrize(
    ("change", "allowed"),
    [
        (lambda spec: spec.update(tolerations=[{"key": "gpu"}]), True),
        (lambda spec: spec.update(activeDeadlineSeconds=5), True),
        (lambda spec: spec["containers"][0].update(resources={"limits": {"cpu": "2"}}), True),
        (lambda spec: spec["containers"][0].update(image="other:1"), False),
        (lambda spec: spec.update(hostPID=True), False),
    ],
)
def test_an_update_of_an_old_pod(change, allowed):
    """Schedulers, queues and resizes may touch what predates the policy; a new image is judged in full."""
    new = copy.deepcopy(BARE)
    change(new["spec"])
    assert _response(new, old=BARE)["allowed"] is allowed


def test_an_update_of_an_old_cron_job():
    """Only the template counts."""
    old = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "x"},
        "spec": {"schedule": "@daily", "jobTemplate": {"spec": {"template": {"spec": BARE["spec"]}}}},
    }
    paused = copy.deepcopy(old)
    paused["spec"]["suspend"] = True
    assert _response(paused, old=old)["allowed"] is True
    changed = copy.deepcopy(paused)
    changed["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["image"] = "other:1"
    assert _response(changed, old=old)["allowed"] is False


def test_yesterdays_gate_is_still_accepted():
    """A policy that allows more than yesterday, or trusts one digest more, lets yesterday's pods come back."""
    later = Known(policy=policy(allowedImports=["churn.Encoder"], failOn="high"))
    assert _ids(pod(), later) == set()
    stricter = Known(policy=policy(failOn="low"))
    assert _ids(pod(), stricter) == {"gate-weakened"}


def test_an_expired_waiver_in_a_gate_does_not_keep_a_pod_away():
    """The gate itself no longer honours it."""
    made = gate()
    made["args"].insert(1, "--waive=rule:import-not-recognised,until:2020-01-01")
    assert _ids(pod(init=[made])) == set()
    made["args"][1] = "--waive=rule:import-not-recognised,until:2999-01-01"
    assert _ids(pod(init=[made])) == {"gate-weakened"}


def test_the_namespace_is_the_requests_own():
    """What an object says of its namespace decides nothing."""
    of = {**BARE, "metadata": {"name": "x", "namespace": "kube-system"}}
    assert "gate-missing" in _ids(of)
    assert _ids(of, namespace="weighbridge-system") == set()


def test_names_labels_and_annotations_excuse_nothing():
    """Whatever a pod's author writes about the pod, it is judged by what it does."""
    of = pod(
        init=[{**gate(), "image": "evil:1"}],
        containers=[server(mount(read_only=False), name="weighbridge-gate-server")],
        volumes=[CLAIM],
        labels={"weighbridge.dev/gated": "true", "weighbridge.dev/skip": "true", "app": "weighbridge"},
    )
    of["metadata"]["annotations"] = {"weighbridge.dev/exempt": "true", "weighbridge.dev/policy": "none"}
    assert {"gate-not-trusted", "model-mount-writable"} <= _ids(of)
