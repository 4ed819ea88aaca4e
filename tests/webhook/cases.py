"""Every demand broken once, with the harmless twin beside it; the golden reviews are made of these.

Names: the violation id, then `--` and what is special; a twin ends in `--allowed`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from initcontainer.contract import GATE_NAME
from tests.webhook.builders import CLAIM, IMAGE_DIGEST, SCRATCH, deployment, gate, mount, pod, server, vllm

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ALLOWED: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Case:
    """One object, what it is judged by, and what must come of it."""

    obj: Callable[[], dict[str, Any]]
    violations: frozenset[str] = ALLOWED
    warnings: frozenset[str] | None = None
    """None: whatever they are."""
    spec: Mapping[str, Any] = field(default_factory=dict)
    """Changes to the policy's specification."""
    claims: Mapping[str, Any] = field(default_factory=dict)
    old: Callable[[], dict[str, Any]] | None = None
    sub_resource: str = ""
    injects: bool = False
    has_policy: bool = True
    namespace: str = "models"


def _denied(*ids: str, **more: Any) -> dict[str, Any]:
    return {"violations": frozenset(ids), **more}


def _helper(name: str = "helper", *mounts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"name": name, "image": "registry.example.com/tools:2", "volumeMounts": list(mounts), **changes}


def _downloader(name: str = "download", **changes: Any) -> dict[str, Any]:
    return _helper(name, mount(read_only=False), args=["fetch", "/models"]) | changes


def _env(*pairs: tuple[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, **(value if isinstance(value, dict) else {"value": value})} for name, value in pairs]


_FROM_MAP = {"valueFrom": {"configMapKeyRef": {"name": "settings", "key": "x"}}}
_GATED_SCRATCH = {"init": [_downloader(), gate()], "volumes": [SCRATCH]}


def _image_volume(reference: str) -> dict[str, Any]:
    return {"name": "models", "image": {"reference": reference}}


def _gate_with_argument(argument: str, *, instead_of: str = "") -> dict[str, Any]:
    made = gate()
    made["args"] = [word for word in made["args"] if not instead_of or not word.startswith(instead_of)]
    made["args"].insert(1, argument)
    return made


def _without_label(of: dict[str, Any]) -> dict[str, Any]:
    of["metadata"]["labels"] = {"app": "churn"}
    return of


CASES: Mapping[str, Case] = {
    # The gate itself.
    "gate-missing": Case(obj=lambda: pod(init=[]), **_denied("gate-missing")),
    "gate-missing--allowed": Case(obj=pod),
    "gate-missing--deployment": Case(obj=lambda: deployment(pod(init=[])), **_denied("gate-missing")),
    "gate-missing--deployment-injected--allowed": Case(
        obj=lambda: deployment(_without_label(pod(init=[]))), injects=True
    ),
    "gate-missing--pod-not-injected": Case(obj=lambda: pod(init=[]), injects=True, **_denied("gate-missing")),
    "gate-missing--one-of-two": Case(
        obj=lambda: pod(
            containers=[server(mount(), mount("adapters", "/adapters"))],
            volumes=[CLAIM, {"name": "adapters", "persistentVolumeClaim": {"claimName": "adapters"}}],
        ),
        **_denied("gate-missing"),
    ),
    "gate-missing--both-gated--allowed": Case(
        obj=lambda: pod(
            init=[gate(("models", "/models"), ("adapters", "/adapters"))],
            containers=[server(mount(), mount("adapters", "/adapters"))],
            volumes=[CLAIM, {"name": "adapters", "persistentVolumeClaim": {"claimName": "adapters"}}],
        )
    ),
    "gate-missing--everything": Case(
        obj=lambda: pod(
            init=[],
            containers=[_helper("app", {"name": "data", "mountPath": "/data", "readOnly": True})],
            volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
        ),
        spec={"scope": "Everything"},
        **_denied("gate-missing"),
    ),
    "gate-missing--no-sign-of-a-model--allowed": Case(
        obj=lambda: pod(
            init=[],
            containers=[_helper("app", {"name": "data", "mountPath": "/data", "readOnly": True})],
            volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
        )
    ),
    "gate-missing--in-config-map": Case(
        obj=lambda: pod(
            init=[],
            containers=[server(mount("small", "/etc/app"), env=_env(("MODEL_PATH", "/etc/app/model.pkl")))],
            volumes=[{"name": "small", "configMap": {"name": "small"}}],
        ),
        **_denied("gate-missing"),
    ),
    "gate-missing--config-map-beside--allowed": Case(
        obj=lambda: pod(
            containers=[server(mount(), mount("settings", "/etc/app"))],
            volumes=[CLAIM, {"name": "settings", "configMap": {"name": "settings"}}],
        )
    ),
    "gate-missing--non-model-volume--allowed": Case(
        obj=lambda: pod(init=[]),
        spec={"nonModelVolumes": [{"claim": "models", "mountPath": "/models", "reason": "reviewed tables"}]},
    ),
    "gate-not-trusted": Case(
        obj=lambda: pod(init=[gate(image=f"registry.example.com/weighbridge/gate@{IMAGE_DIGEST}")]),
        **_denied("gate-not-trusted"),
    ),
    "gate-not-trusted--other-digest-in-policy--allowed": Case(
        obj=lambda: pod(init=[gate(image=f"mirror.example.com/gate@{IMAGE_DIGEST}")]),
        spec={"gate": {"digests": [IMAGE_DIGEST]}},
    ),
    "gate-not-trusted--tag": Case(
        obj=lambda: pod(init=[gate(image="registry.example.com/weighbridge/gate:latest")]),
        **_denied("gate-not-trusted"),
    ),
    "gate-weakened": Case(
        obj=lambda: pod(init=[_gate_with_argument("--fail-on=critical", instead_of="--fail-on")]),
        **_denied("gate-weakened"),
    ),
    "gate-weakened--stricter--allowed": Case(
        obj=lambda: pod(init=[_gate_with_argument("--fail-on=low", instead_of="--fail-on")])
    ),
    "gate-weakened--command": Case(obj=lambda: pod(init=[gate(command=["/bin/true"])]), **_denied("gate-weakened")),
    "gate-weakened--environment": Case(
        obj=lambda: pod(init=[gate(env=_env(("PYTHONPATH", "/weighbridge/0")))]), **_denied("gate-weakened")
    ),
    "gate-weakened--cloud-environment--allowed": Case(obj=lambda: pod(init=[gate(env=_env(("AWS_REGION", "eu-1")))])),
    "gate-weakened--environment-of-a-job--allowed": Case(
        obj=lambda: pod(
            init=[
                gate(
                    env=[
                        {
                            "name": "JOB_COMPLETION_INDEX",
                            "valueFrom": {
                                "fieldRef": {"fieldPath": "metadata.labels['batch.kubernetes.io/job-completion-index']"}
                            },
                        },
                        *_env(("LWS_LEADER_ADDRESS", "llm-0.llm.default"), ("LWS_GROUP_SIZE", "4")),
                    ]
                )
            ]
        )
    ),
    "gate-weakened--environment-from-a-secret": Case(
        obj=lambda: pod(
            init=[gate(env=[{"name": "AWS_PROFILE", "valueFrom": {"secretKeyRef": {"name": "aws", "key": "profile"}}}])]
        ),
        **_denied("gate-weakened"),
    ),
    "gate-weakened--sidecar": Case(obj=lambda: pod(init=[gate(restartPolicy="Always")]), **_denied("gate-weakened")),
    "gate-weakened--import-not-allowed": Case(
        obj=lambda: pod(init=[_gate_with_argument("--allow-import=builtins.eval")]), **_denied("gate-weakened")
    ),
    "gate-weakened--import-in-policy--allowed": Case(
        obj=lambda: pod(init=[_gate_with_argument("--allow-import=churn.features.Encoder")]),
        spec={"allowedImports": ["churn.features.Encoder"]},
    ),
    "gate-weakened--limit": Case(
        obj=lambda: pod(init=[_gate_with_argument("--max-seconds=300", instead_of="--max-seconds")]),
        **_denied("gate-weakened"),
    ),
    "gate-weakened--limit-in-policy--allowed": Case(
        obj=lambda: pod(init=[_gate_with_argument("--max-seconds=300", instead_of="--max-seconds")]),
        spec={"limits": {"seconds": 300}},
    ),
    "gate-weakened--token": Case(
        obj=lambda: {
            **(made := pod()),
            "spec": {
                **made["spec"],
                "volumes": [
                    CLAIM,
                    {"name": "weighbridge-no-token", "projected": {"sources": [{"serviceAccountToken": {}}]}},
                ],
            },
        },
        **_denied("gate-weakened"),
    ),
    "gate-weakened--empty-volume": Case(
        obj=lambda: pod(init=[_gate_with_argument("--volume-may-be-empty=/models", instead_of="--volume")]),
        **_denied("gate-weakened"),
    ),
    "gate-weakened--empty-volume-in-policy--allowed": Case(
        obj=lambda: pod(init=[_gate_with_argument("--volume-may-be-empty=/models", instead_of="--volume")]),
        spec={"emptyVolumes": ["models"]},
    ),
    "gate-other-subpath": Case(
        obj=lambda: pod(init=[gate(sub_path="safe")], containers=[server(mount(subPath="other"))]),
        **_denied("gate-other-subpath"),
    ),
    "gate-other-subpath--same--allowed": Case(
        obj=lambda: pod(init=[gate(sub_path="safe")], containers=[server(mount(subPath="safe"))])
    ),
    "gate-other-subpath--similar-name": Case(
        obj=lambda: pod(init=[gate(sub_path="safe")], containers=[server(mount(subPath="safe-not"))]),
        **_denied("gate-other-subpath"),
    ),
    "gate-other-subpath--other-path": Case(
        obj=lambda: pod(init=[gate(("models", "/elsewhere"))]), **_denied("gate-other-subpath")
    ),
    "gate-label-missing": Case(obj=lambda: _without_label(pod()), **_denied("gate-label-missing")),
    "gate-label-missing--removed-later": Case(
        obj=lambda: _without_label(pod()), old=pod, **_denied("gate-label-missing")
    ),
    "gate-label-missing--other-label-removed--allowed": Case(
        obj=pod, old=lambda: pod(labels={"weighbridge.dev/gated": "true", "team": "a"})
    ),
    # Order and writers.
    "gate-before-writer": Case(
        obj=lambda: pod(init=[gate(), _downloader()], volumes=[SCRATCH]), **_denied("gate-before-writer")
    ),
    "gate-before-writer--behind--allowed": Case(obj=lambda: pod(**_GATED_SCRATCH)),
    "gate-before-writer--read-only-after--allowed": Case(
        obj=lambda: pod(init=[_downloader(), gate(), _helper("warm-up", mount())], volumes=[SCRATCH])
    ),
    "gate-before-writer--same-claim-other-name": Case(
        obj=lambda: pod(
            init=[gate(), _helper("sync", mount("again", "/x", read_only=False))],
            volumes=[CLAIM, {"name": "again", "persistentVolumeClaim": {"claimName": "models"}}],
        ),
        **_denied("gate-before-writer"),
    ),
    "gate-before-writer--same-claim-read-only--allowed": Case(
        obj=lambda: pod(
            init=[gate(), _helper("sync", mount("again", "/x", read_only=False))],
            volumes=[CLAIM, {"name": "again", "persistentVolumeClaim": {"claimName": "models", "readOnly": True}}],
        )
    ),
    "gate-before-writer--parent-directory-of-node": Case(
        obj=lambda: pod(
            init=[gate(), _helper("sync", mount("all", "/x", read_only=False))],
            volumes=[
                {"name": "models", "hostPath": {"path": "/data/models"}},
                {"name": "all", "hostPath": {"path": "/data"}},
            ],
        ),
        **_denied("gate-before-writer"),
    ),
    "server-before-gate": Case(
        obj=lambda: pod(init=[server(name="early", restartPolicy="Always"), gate()]), **_denied("server-before-gate")
    ),
    "server-before-gate--behind--allowed": Case(
        obj=lambda: pod(init=[gate(), server(name="late", restartPolicy="Always")])
    ),
    "server-before-gate--known-server-as-init": Case(
        obj=lambda: pod(init=[vllm(name="batch"), gate()]), **_denied("server-before-gate")
    ),
    "server-before-gate--accelerator-in-an-init-container": Case(
        obj=lambda: pod(init=[server(name="batch", resources={"limits": {"nvidia.com/gpu": "1"}}), gate()]),
        **_denied("server-before-gate"),
    ),
    "server-before-gate--a-download--allowed": Case(
        obj=lambda: pod(
            init=[
                _downloader(
                    image="ghcr.io/huggingface/text-generation-inference:3.3",
                    command=["text-generation-server", "download-weights", "org/name"],
                ),
                gate(),
            ],
            volumes=[SCRATCH],
        )
    ),
    "sidecar-writes-model": Case(
        obj=lambda: pod(init=[gate(), _downloader("sync", restartPolicy="Always")], volumes=[SCRATCH]),
        **_denied("sidecar-writes-model"),
    ),
    "sidecar-writes-model--before-the-gate": Case(
        obj=lambda: pod(init=[_downloader("sync", restartPolicy="Always"), gate()], volumes=[SCRATCH]),
        **_denied("sidecar-writes-model", "server-before-gate"),
    ),
    "sidecar-writes-model--own-volume--allowed": Case(
        obj=lambda: pod(
            init=[_helper("proxy", mount("proxy", "/p", read_only=False), restartPolicy="Always"), gate()],
            volumes=[CLAIM, {"name": "proxy", "emptyDir": {}}],
        )
    ),
    "neighbour-writes-model": Case(
        obj=lambda: pod(containers=[server(), _helper("sync", mount(path="/sync", read_only=False))]),
        **_denied("neighbour-writes-model"),
    ),
    "neighbour-writes-model--reads--allowed": Case(
        obj=lambda: pod(containers=[server(), _helper("metrics", mount(path="/metrics"))])
    ),
    "model-mount-writable": Case(
        obj=lambda: pod(containers=[server(mount(read_only=False))]), **_denied("model-mount-writable")
    ),
    "model-mount-writable--scratch-beside--allowed": Case(
        obj=lambda: pod(
            containers=[server(mount(), mount("cache", "/cache", read_only=False))],
            volumes=[CLAIM, {"name": "cache", "emptyDir": {}}],
        )
    ),
    "model-mount-writable--other-subpath": Case(
        obj=lambda: pod(
            init=[gate(sub_path="safe")],
            containers=[
                vllm(volumeMounts=[mount(subPath="safe"), mount(path="/cache", read_only=False, subPath="cache")])
            ],
        ),
        **_denied("model-mount-writable"),
    ),
    "model-mount-writable--injected--allowed": Case(
        obj=lambda: deployment(pod(init=[], containers=[server(mount(read_only=False))])), injects=True
    ),
    # Where the model comes from.
    "modelcar": Case(
        obj=lambda: pod(
            init=[],
            containers=[
                vllm(
                    "--model=/mnt/models",
                    env=_env(("MODEL_INIT_MODE", "async")),
                    volumeMounts=[mount(path="/mnt/models")],
                ),
                _helper("modelcar", mount(path="/mnt", read_only=False)),
            ],
            volumes=[SCRATCH],
            shareProcessNamespace=True,
        ),
        **_denied("modelcar", "gate-missing", "neighbour-writes-model", "shared-process-namespace"),
    ),
    "modelcar--native--allowed": Case(
        obj=lambda: pod(
            init=[gate(("models", "/mnt/models"))],
            containers=[vllm("--model=/mnt/models", volumeMounts=[mount(path="/mnt/models")])],
            volumes=[_image_volume(f"registry.example.com/model@{IMAGE_DIGEST}")],
        ),
        warnings=frozenset(),
    ),
    "proc-root-path": Case(
        obj=lambda: pod(containers=[vllm("--model=/proc/1/root/models/llama")]), **_denied("proc-root-path")
    ),
    "proc-root-path--volume--allowed": Case(obj=lambda: pod(containers=[vllm("--model=/models/llama")])),
    "model-in-image": Case(
        obj=lambda: pod(init=[], containers=[vllm("--model=/opt/llama", volumeMounts=[])], volumes=[]),
        **_denied("model-in-image"),
    ),
    "model-in-image--scanned--allowed": Case(
        obj=lambda: pod(
            init=[],
            containers=[
                vllm("--model=/opt/llama", image=f"example.com/llama@{IMAGE_DIGEST}", command=["vllm"], volumeMounts=[])
            ],
            volumes=[],
        ),
        spec={"scannedImages": [{"digest": IMAGE_DIGEST, "reason": "weighbridge scan in CI"}]},
    ),
    "model-in-image--accelerator-and-nothing-else": Case(
        obj=lambda: pod(
            init=[], containers=[_helper("api", resources={"limits": {"nvidia.com/gpu": "1"}})], volumes=[]
        ),
        **_denied("model-in-image"),
    ),
    "model-in-image--only-a-name--allowed": Case(
        obj=lambda: pod(
            init=[], containers=[_helper("model-gateway", image="example.com/model-gateway:1")], volumes=[]
        ),
        warnings=frozenset({"model-in-image"}),
    ),
    "model-fetched-at-run-time": Case(
        obj=lambda: pod(
            init=[],
            containers=[vllm("--model=meta-llama/Llama-3.1-8B", volumeMounts=[])],
            volumes=[],
        ),
        **_denied("model-fetched-at-run-time"),
    ),
    "model-fetched-at-run-time--allowed-source--allowed": Case(
        obj=lambda: pod(init=[], containers=[vllm("--model=meta-llama/Llama-3.1-8B", volumeMounts=[])], volumes=[]),
        spec={"remoteSources": [{"prefix": "hf://meta-llama/Llama-3.1-8B", "reason": "reviewed"}]},
    ),
    "model-fetched-at-run-time--similar-source": Case(
        obj=lambda: pod(init=[], containers=[vllm("--model=meta-llama/Llama-3.1-8B-x", volumeMounts=[])], volumes=[]),
        spec={"remoteSources": [{"prefix": "meta-llama/Llama-3.1-8B", "reason": "reviewed"}]},
        **_denied("model-fetched-at-run-time"),
    ),
    "model-fetched-at-run-time--offline-from-cache--allowed": Case(
        obj=lambda: pod(
            init=[gate(("models", "/cache"))],
            containers=[
                vllm(
                    "--model=meta-llama/Llama-3.1-8B",
                    env=_env(("HF_HOME", "/cache"), ("HF_HUB_OFFLINE", "1")),
                    volumeMounts=[mount(path="/cache")],
                )
            ],
        )
    ),
    "model-fetched-at-run-time--bucket": Case(
        obj=lambda: pod(
            init=[],
            containers=[
                server(
                    image="nvcr.io/nvidia/tritonserver:25.08-py3",
                    args=["tritonserver", "--model-repository=s3://b/m"],
                    env=[],
                    volumeMounts=[],
                )
            ],
            volumes=[],
        ),
        **_denied("model-fetched-at-run-time"),
    ),
    "model-fetched-at-run-time--own-scratch": Case(
        obj=lambda: pod(init=[], containers=[vllm(volumeMounts=[mount(read_only=False)])], volumes=[SCRATCH]),
        **_denied("model-fetched-at-run-time"),
    ),
    "model-fetched-at-run-time--a-client--allowed": Case(
        obj=lambda: pod(
            init=[],
            containers=[
                _helper("chat", env=_env(("MODEL_ID", "meta-llama/Llama-3.1-8B"), ("MODEL_URI", "http://llama:8000")))
            ],
            volumes=[],
        ),
        warnings=frozenset({"model-fetched-at-run-time"}),
    ),
    "runtime-model-management": Case(
        obj=lambda: pod(
            containers=[
                server(
                    image="nvcr.io/nvidia/tritonserver:25.08-py3",
                    args=["tritonserver", "--model-repository=/models", "--model-control-mode=explicit"],
                    env=[],
                )
            ]
        ),
        **_denied("runtime-model-management"),
    ),
    "runtime-model-management--off--allowed": Case(
        obj=lambda: pod(
            containers=[
                server(
                    image="nvcr.io/nvidia/tritonserver:25.08-py3",
                    args=["tritonserver", "--model-repository=/models", "--model-control-mode=none"],
                    env=[],
                )
            ]
        )
    ),
    "runtime-model-management--in-policy--allowed": Case(
        obj=lambda: pod(containers=[vllm(env=_env(("VLLM_ALLOW_RUNTIME_LORA_UPDATING", "true")))]),
        spec={"runtimeManagement": "Allow"},
    ),
    "runtime-model-management--variable": Case(
        obj=lambda: pod(containers=[vllm(env=_env(("VLLM_ALLOW_RUNTIME_LORA_UPDATING", "true")))]),
        **_denied("runtime-model-management"),
    ),
    "runtime-model-management--polls-live-volume": Case(
        obj=lambda: pod(containers=[server(image="tensorflow/serving:2.19.0", env=_env(("MODEL_NAME", "churn")))]),
        **_denied("runtime-model-management"),
    ),
    "runtime-model-management--polls-once--allowed": Case(
        obj=lambda: pod(
            containers=[
                server(
                    image="tensorflow/serving:2.19.0",
                    env=_env(("MODEL_NAME", "churn")),
                    args=["--file_system_poll_wait_seconds=0"],
                )
            ]
        )
    ),
    "remote-code-switch": Case(
        obj=lambda: pod(containers=[vllm("--model=/models/llama", "--trust-remote-code")]),
        **_denied("remote-code-switch"),
    ),
    "remote-code-switch--off--allowed": Case(
        obj=lambda: pod(containers=[vllm(env=_env(("TRUST_REMOTE_CODE", "false")))])
    ),
    "remote-code-switch--underscores": Case(
        obj=lambda: pod(containers=[vllm("--model=/models/llama", "--trust_remote_code")]),
        **_denied("remote-code-switch"),
    ),
    "remote-code-switch--abbreviated": Case(
        obj=lambda: pod(containers=[vllm("--model=/models/llama", "--trust-rem")]), **_denied("remote-code-switch")
    ),
    "remote-code-switch--in-a-script": Case(
        obj=lambda: pod(
            containers=[
                vllm(
                    command=["bash", "-c"],
                    args=['eval "exec vllm serve /models/llama ${EXTRA}"'],
                    env=_env(("EXTRA", "--port 8000 --trust-remote-code")),
                )
            ]
        ),
        **_denied("remote-code-switch"),
    ),
    "remote-code-switch--in-json": Case(
        obj=lambda: pod(
            containers=[vllm("--model=/models/l", '--model-loader-extra-config={"trust_remote_code": true}')]
        ),
        **_denied("remote-code-switch"),
    ),
    "remote-code-switch--variable": Case(
        obj=lambda: pod(
            containers=[server(env=_env(("MODEL_PATH", "/models/m.pt"), ("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")))]
        ),
        **_denied("remote-code-switch"),
    ),
    "remote-code-switch--python-path-on-the-volume": Case(
        obj=lambda: pod(containers=[vllm(env=_env(("PYTHONPATH", "/app:/models/code")))]),
        **_denied("remote-code-switch"),
    ),
    "remote-code-switch--working-directory-on-the-volume": Case(
        obj=lambda: pod(containers=[vllm(workingDir="/models/code")]), **_denied("remote-code-switch")
    ),
    "remote-code-switch--python-path-elsewhere--allowed": Case(
        obj=lambda: pod(containers=[vllm(env=_env(("PYTHONPATH", "/app")))])
    ),
    "remote-code-switch--in-policy--allowed": Case(
        obj=lambda: pod(containers=[vllm("--model=/models/llama", "--trust-remote-code")]),
        spec={"servingSwitches": ["--trust-remote-code"]},
    ),
    "value-undetermined": Case(
        obj=lambda: pod(containers=[vllm("--model=$(MODEL)", env=_env(("MODEL", _FROM_MAP)))]),
        **_denied("value-undetermined"),
    ),
    "value-undetermined--literal--allowed": Case(
        obj=lambda: pod(containers=[vllm("--model=$(MODEL)", env=_env(("MODEL", "/models/llama")))])
    ),
    "value-undetermined--token--allowed": Case(
        obj=lambda: pod(
            containers=[
                vllm(
                    "--model=/models/llama",
                    "--api-key=$(API_KEY)",
                    env=_env(("HF_TOKEN", _FROM_MAP), ("API_KEY", _FROM_MAP)),
                )
            ]
        )
    ),
    "value-undetermined--arguments": Case(
        obj=lambda: pod(containers=[vllm("--model=/models/llama", "$(EXTRA)", env=_env(("EXTRA", _FROM_MAP)))]),
        **_denied("value-undetermined"),
    ),
    "value-undetermined--all-variables": Case(
        obj=lambda: pod(containers=[vllm(envFrom=[{"configMapRef": {"name": "settings"}}])]),
        **_denied("value-undetermined"),
    ),
    "value-undetermined--variables-with-prefix--allowed": Case(
        obj=lambda: pod(containers=[vllm(envFrom=[{"prefix": "DB_", "configMapRef": {"name": "settings"}}])])
    ),
    "value-undetermined--own-server--allowed": Case(
        obj=lambda: pod(containers=[server(envFrom=[{"configMapRef": {"name": "settings"}}])]),
        warnings=frozenset({"value-undetermined", "volume-live"}),
    ),
    "value-undetermined--dots": Case(
        obj=lambda: pod(containers=[vllm("--model=/models/a/../../other")]), **_denied("value-undetermined")
    ),
    # Volumes.
    "volume-unknown": Case(
        obj=lambda: pod(volumes=[{"name": "models", "quantumDisk": {"id": "7"}}]), **_denied("volume-unknown")
    ),
    "volume-unknown--known--allowed": Case(
        obj=lambda: pod(volumes=[{"name": "models", "nfs": {"server": "nfs.example.com", "path": "/models"}}])
    ),
    "image-volume-without-digest": Case(
        obj=lambda: pod(volumes=[_image_volume("registry.example.com/model:v1")]),
        **_denied("image-volume-without-digest"),
    ),
    "image-volume-without-digest--digest--allowed": Case(
        obj=lambda: pod(volumes=[_image_volume(f"registry.example.com/model:v1@{IMAGE_DIGEST}")])
    ),
    "subpath-expression": Case(
        obj=lambda: pod(containers=[server(mount(subPathExpr="$(POD_NAME)"))]), **_denied("subpath-expression")
    ),
    "subpath-expression--elsewhere--allowed": Case(
        obj=lambda: pod(
            containers=[server(mount(), mount("logs", "/logs", read_only=False, subPathExpr="$(POD_NAME)"))],
            volumes=[CLAIM, {"name": "logs", "emptyDir": {}}],
        )
    ),
    "mount-propagation": Case(
        obj=lambda: pod(containers=[server(mount(mountPropagation="HostToContainer"))]), **_denied("mount-propagation")
    ),
    "mount-propagation--none--allowed": Case(obj=lambda: pod(containers=[server(mount(mountPropagation="None"))])),
    "block-device": Case(
        obj=lambda: pod(containers=[server(volumeDevices=[{"name": "models", "devicePath": "/dev/xvda"}])]),
        **_denied("block-device"),
    ),
    "block-device--other-claim--allowed": Case(
        obj=lambda: pod(
            containers=[server(), _helper("db", volumeDevices=[{"name": "disk", "devicePath": "/dev/xvda"}])],
            volumes=[CLAIM, {"name": "disk", "persistentVolumeClaim": {"claimName": "disk"}}],
        )
    ),
    "volume-live": Case(obj=pod, spec={"liveVolumes": "Deny"}, **_denied("volume-live")),
    "volume-live--read-only-many--allowed": Case(
        obj=pod,
        spec={"liveVolumes": "Deny"},
        claims={"models": {"spec": {"accessModes": ["ReadOnlyMany"]}}},
        warnings=frozenset(),
    ),
    "volume-live--read-write-many": Case(
        obj=pod,
        spec={"liveVolumes": "Deny"},
        claims={"models": {"spec": {"accessModes": ["ReadOnlyMany", "ReadWriteMany"]}}},
        **_denied("volume-live"),
    ),
    "volume-live--told--allowed": Case(obj=pod, warnings=frozenset({"volume-live"})),
    # Neighbours.
    "shared-process-namespace": Case(
        obj=lambda: pod(containers=[server(), _helper()], shareProcessNamespace=True),
        **_denied("shared-process-namespace"),
    ),
    "shared-process-namespace--alone--allowed": Case(obj=lambda: pod(shareProcessNamespace=True)),
    "host-processes": Case(obj=lambda: pod(hostPID=True), **_denied("host-processes")),
    "host-processes--network--allowed": Case(obj=lambda: pod(hostNetwork=True)),
    "privileged-neighbour": Case(
        obj=lambda: pod(containers=[server(), _helper(securityContext={"privileged": True})]),
        **_denied("privileged-neighbour"),
    ),
    "privileged-neighbour--capability": Case(
        obj=lambda: pod(containers=[server(), _helper(securityContext={"capabilities": {"add": ["CAP_SYS_PTRACE"]}})]),
        **_denied("privileged-neighbour"),
    ),
    "privileged-neighbour--before-the-gate": Case(
        obj=lambda: pod(init=[_helper("tune", securityContext={"privileged": True}), gate()]),
        **_denied("privileged-neighbour"),
    ),
    "privileged-neighbour--network-only--allowed": Case(
        obj=lambda: pod(
            init=[_helper("mesh", securityContext={"capabilities": {"add": ["NET_ADMIN", "NET_RAW"]}}), gate()]
        )
    ),
    "privileged-neighbour--server-alone--allowed": Case(
        obj=lambda: pod(containers=[server(securityContext={"privileged": True})])
    ),
    "host-files-neighbour": Case(
        obj=lambda: pod(
            containers=[server(), _helper("agent", mount("node", "/node", read_only=False))],
            volumes=[CLAIM, {"name": "node", "hostPath": {"path": "/var/lib/kubelet/pods"}}],
        ),
        **_denied("host-files-neighbour"),
    ),
    "host-files-neighbour--socket": Case(
        obj=lambda: pod(
            containers=[server(), _helper("agent", mount("node", "/node"))],
            volumes=[CLAIM, {"name": "node", "hostPath": {"path": "/run/containerd/containerd.sock"}}],
        ),
        **_denied("host-files-neighbour"),
    ),
    "host-files-neighbour--logs--allowed": Case(
        obj=lambda: pod(
            containers=[server(), _helper("agent", mount("node", "/node", read_only=False))],
            volumes=[CLAIM, {"name": "node", "hostPath": {"path": "/var/log/app"}}],
        )
    ),
    "ephemeral-container": Case(
        obj=lambda: pod(ephemeralContainers=[_helper("debug", mount(path="/d"))]),
        old=pod,
        sub_resource="ephemeralcontainers",
        **_denied("ephemeral-container"),
    ),
    "ephemeral-container--joins-the-gate": Case(
        obj=lambda: pod(ephemeralContainers=[_helper("debug", targetContainerName=GATE_NAME)]),
        old=pod,
        sub_resource="ephemeralcontainers",
        **_denied("ephemeral-container"),
    ),
    "ephemeral-container--without-volume--allowed": Case(
        obj=lambda: pod(ephemeralContainers=[_helper("debug", targetContainerName="server")]),
        old=pod,
        sub_resource="ephemeralcontainers",
    ),
    "ephemeral-container--old-pod-without-gate--allowed": Case(
        obj=lambda: pod(init=[], ephemeralContainers=[_helper("debug")]),
        old=lambda: pod(init=[]),
        sub_resource="ephemeralcontainers",
    ),
    # Fields.
    "field-unknown": Case(obj=lambda: pod(restoreFrom={"snapshot": "x"}), **_denied("field-unknown")),
    "field-unknown--of-a-container": Case(
        obj=lambda: pod(containers=[server(beforeAll={"run": "x"})]), **_denied("field-unknown")
    ),
    "field-unknown--null--allowed": Case(obj=lambda: pod(restoreFrom=None)),
    "other-operating-system": Case(obj=lambda: pod(os={"name": "windows"}), **_denied("other-operating-system")),
    "other-operating-system--linux--allowed": Case(
        obj=lambda: pod(os={"name": "linux"}, nodeSelector={"kubernetes.io/os": "linux"})
    ),
    # The rim.
    "review-not-decodable": Case(
        obj=lambda: pod(containers=[server(volumeMounts="all of them")]), **_denied("review-not-decodable")
    ),
    "review-not-decodable--null--allowed": Case(obj=lambda: pod(containers=[server(command=None)])),
    "object-excessive": Case(
        obj=lambda: pod(init=[gate(), *(_helper(f"step-{number}") for number in range(512))]),
        **_denied("object-excessive"),
    ),
    "object-excessive--a-dozen--allowed": Case(
        obj=lambda: pod(init=[gate(), *(_helper(f"step-{number}") for number in range(12))])
    ),
    "policy-not-found": Case(obj=pod, has_policy=False, **_denied("policy-not-found")),
    "policy-not-found--kube-system--allowed": Case(
        obj=lambda: pod(init=[]), has_policy=False, namespace="kube-system", warnings=frozenset()
    ),
    # Updates.
    "gate-missing--image-changed": Case(
        obj=lambda: pod(init=[], containers=[server(image="registry.example.com/churn-api:2")]),
        old=lambda: pod(init=[]),
        **_denied("gate-missing"),
    ),
    "gate-missing--finalizer-removed--allowed": Case(obj=lambda: pod(init=[]), old=lambda: _finalized(pod(init=[]))),
    "gate-missing--scaled-to-zero--allowed": Case(
        obj=lambda: _scaled(deployment(pod(init=[]))), old=lambda: deployment(pod(init=[]))
    ),
    "gate-missing--scheduled-by-a-queue--allowed": Case(
        obj=lambda: pod(init=[], nodeSelector={"pool": "gpu"}),
        old=lambda: pod(init=[], schedulingGates=[{"name": "kueue.x-k8s.io/admission"}]),
    ),
    "gate-missing--being-deleted--allowed": Case(
        obj=lambda: _deleted(pod(init=[], containers=[server(image="x")])), old=lambda: pod(init=[])
    ),
}


def _finalized(of: dict[str, Any]) -> dict[str, Any]:
    of["metadata"]["finalizers"] = ["example.com/clean-up"]
    return of


def _scaled(of: dict[str, Any]) -> dict[str, Any]:
    of["spec"]["replicas"] = 0
    return of


def _deleted(of: dict[str, Any]) -> dict[str, Any]:
    of["metadata"]["deletionTimestamp"] = "2026-11-22T00:00:00Z"
    return of
