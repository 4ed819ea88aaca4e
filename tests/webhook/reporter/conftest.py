"""Pods with gates, as the API server shows them."""

from __future__ import annotations

from typing import Any

from initcontainer.contract import (
    GATE_NAME,
    Gate,
    GateConfig,
    GatedVolume,
    Mount,
    NamedFinding,
    TerminationMessage,
    Verdict,
    encode,
    gate_container,
    read_gate,
)
from scanners.findings import Severity

DIGEST = "sha256:" + "a" * 64
IMAGE = f"registry.example/weighbridge/gate@{DIGEST}"
FINDING = NamedFinding(
    rule="pickle-import-dangerous", severity=Severity.CRITICAL, path="/models/m.pt", name="os.system"
)


def container(**changes: Any) -> dict[str, Any]:
    """Return the gate's container as injection writes it, with changes."""
    config = GateConfig(volumes=(GatedVolume(server_path="/models"),), policy="default", policy_hash="0123456789ab")
    return gate_container(config, image=IMAGE, volumes=[Mount(volume="models")], run_as_user=1000) | changes


def message(verdict: Verdict = Verdict.BLOCK, **fields: Any) -> str:
    """Return what a gate leaves behind."""
    told: dict[str, Any] = {"scanner": "0.1.0", "policy": "default", "files": 3, "bytes": 1000, "milliseconds": 420}
    if verdict is Verdict.BLOCK:
        told |= {"findings": (FINDING,), "counts": {Severity.CRITICAL: 1}, "reason": "1 finding"}
    return encode(TerminationMessage(verdict=verdict, **(told | fields)))


def ended(text: str | None = None, code: int = 1, **fields: Any) -> dict[str, Any]:
    """Return a container state that says how the container ended."""
    text = message() if text is None else text
    return {
        "terminated": {"exitCode": code, "message": text, "containerID": "containerd://1", "reason": "Error"} | fields
    }


def pod(  # a name per fact
    uid: str = "u1", *, state: Any = None, last: Any = None, gate: Any = None, owner: Any = None, name: str = "web-1"
) -> dict[str, Any]:
    """Return a gated pod of Deployment `web` in namespace `serving`."""
    if owner is None:
        owner = {"kind": "ReplicaSet", "name": "web-5d8f", "uid": "r1", "controller": True, "apiVersion": "apps/v1"}
    status: dict[str, Any] = {"name": GATE_NAME, "restartCount": 0, "state": state or {"waiting": {}}}
    if last:
        status["lastState"] = last
    metadata = {"uid": uid, "namespace": "serving", "name": name, "resourceVersion": "7"}
    metadata["labels"] = {"weighbridge.dev/gated": "true", "pod-template-hash": "5d8f"}
    metadata["ownerReferences"] = [owner] if owner else []
    server = {"name": "server", "image": "vllm/vllm-openai", "args": ["--model=/models"]}
    server["volumeMounts"] = [{"name": "models", "mountPath": "/models", "readOnly": True}]
    volumes: list[dict[str, Any]] = [{"name": "models", "persistentVolumeClaim": {"claimName": "m"}}]
    volumes.append({"name": "weighbridge-no-token", "emptyDir": {}})
    return {
        "metadata": metadata,
        "spec": {"initContainers": [gate or container()], "containers": [server], "volumes": volumes},
        "status": {"initContainerStatuses": [status]},
    }


def trusting(pod: Any, gate: Any) -> Gate | str:
    """Trust whatever reads as a gate."""
    read = read_gate(gate)
    return read if isinstance(read, Gate) else str(read[0])
