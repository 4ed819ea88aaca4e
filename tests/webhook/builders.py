"""A good pod, and the small changes that make it a bad one."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from initcontainer.contract import GatedVolume, Mount, gate_container, no_token_volume
from webhook.policy import DEFAULT_POLICY, GATE_IMAGE, CompiledPolicy, compile_policy, decode_policy
from webhook.policy_object import API_VERSION, KIND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from webhook.review import Mode

IMAGE_DIGEST = "sha256:" + "ab" * 32


def policy(**spec: Any) -> CompiledPolicy:
    """Return the default policy with some of its specification replaced."""
    spec.setdefault("gate", {"image": GATE_IMAGE})
    return compile_policy(
        decode_policy({"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": "default"}, "spec": spec})
    )


@dataclass(kw_only=True)
class Known:
    """What a review may know, from plain values."""

    policy: CompiledPolicy | None = DEFAULT_POLICY
    injects: bool = False
    own_namespace: str = "weighbridge-system"
    claims: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def policy_for(self, namespace: str, mode: Mode) -> CompiledPolicy | None:
        return self.policy

    def claim(self, namespace: str, name: str) -> Mapping[str, Any] | None:
        return self.claims.get(name)


def gate(*volumes: tuple[str, str], sub_path: str = "", **changes: Any) -> dict[str, Any]:
    """Return the canonical gate of (volume, path of the server) pairs."""
    pairs = volumes or (("models", "/models"),)
    config = DEFAULT_POLICY.requirement([GatedVolume(server_path=path) for _, path in pairs])
    mounts = [Mount(volume=volume, sub_path=sub_path) for volume, _ in pairs]
    made = gate_container(config, image=GATE_IMAGE, volumes=mounts, run_as_user=10001)
    return {**made, **changes}


def mount(name: str = "models", path: str = "/models", *, read_only: bool = True, **more: Any) -> dict[str, Any]:
    """Return a volume mount."""
    written: dict[str, Any] = {"name": name, "mountPath": path, **more}
    return {**written, "readOnly": True} if read_only else written


def server(*mounts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a server of one's own that reads /models."""
    made: dict[str, Any] = {
        "name": "server",
        "image": "registry.example.com/churn-api:1.4",
        "env": [{"name": "MODEL_PATH", "value": "/models/churn.pkl"}],
        "volumeMounts": list(mounts or (mount(),)),
    }
    return {**made, **changes}


def vllm(*arguments: str, **changes: Any) -> dict[str, Any]:
    """Return a vLLM server."""
    return (
        server(image="vllm/vllm-openai:v0.11.0", args=list(arguments or ("--model=/models/llama",)), env=[]) | changes
    )


CLAIM = {"name": "models", "persistentVolumeClaim": {"claimName": "models"}}
SCRATCH = {"name": "models", "emptyDir": {}}
PINNED = {"models": {"spec": {"accessModes": ["ReadOnlyMany"]}}}


def pod(
    *,
    init: list[dict[str, Any]] | None = None,
    containers: list[dict[str, Any]] | None = None,
    volumes: list[dict[str, Any]] | None = None,
    labels: dict[str, str] | None = None,
    **spec: Any,
) -> dict[str, Any]:
    """Return a good pod: one server, one claim, one gate; or what the arguments make of it."""
    written = {
        "initContainers": [gate()] if init is None else init,
        "containers": containers or [server()],
        "volumes": [*([CLAIM] if volumes is None else volumes), no_token_volume()],
        **spec,
    }
    metadata = {"name": "churn", "namespace": "models", "labels": labels or {"weighbridge.dev/gated": "true"}}
    return copy.deepcopy({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": written})


def deployment(of: dict[str, Any]) -> dict[str, Any]:
    """Return a Deployment of a pod."""
    template = {"metadata": {"labels": {"app": "churn", **of["metadata"]["labels"]}}, "spec": of["spec"]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "churn", "namespace": "models"},
        "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "churn"}}, "template": template},
    }


def request(
    obj: dict[str, Any], *, old: dict[str, Any] | None = None, sub_resource: str = "", namespace: str = "models"
) -> dict[str, Any]:
    """Return the AdmissionReview an API server sends."""
    group, _, version = obj["apiVersion"].rpartition("/")
    kind = {"group": group, "version": version, "kind": obj["kind"]}
    asked = {
        "uid": "00000000-0000-0000-0000-000000000001",
        "kind": kind,
        "resource": {"group": group, "version": version, "resource": f"{obj['kind'].lower()}s"},
        **({"subResource": sub_resource} if sub_resource else {}),
        "namespace": namespace,
        "operation": "UPDATE" if old else "CREATE",
        "userInfo": {"username": "dev"},
        "object": obj,
        **({"oldObject": old} if old else {}),
        "dryRun": False,
    }
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": asked}
