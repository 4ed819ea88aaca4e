"""The gate's container as injection writes it. It satisfies the restricted Pod Security Standard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from initcontainer.contract.arguments import to_arguments
from initcontainer.contract.config import ContractError
from initcontainer.contract.names import (
    COMMAND_WORD,
    GATE_NAME,
    MOUNT_ROOT,
    NO_TOKEN_VOLUME,
    TERMINATION_MESSAGE_PATH,
    TERMINATION_MESSAGE_POLICY,
    TOKEN_PATH,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from initcontainer.contract.config import GateConfig

RESOURCES: Mapping[str, Mapping[str, str]] = {
    "requests": {"cpu": "100m", "memory": "256Mi"},
    "limits": {"memory": "512Mi"},
}
"""Free for the pod's author; an init container's requests count only where they exceed those of the servers.

A pod whose gate stays shut keeps what it requests for as long as it is there, so the processor's share is small; without a
limit the gate takes what is idle.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """What a container sees of a pod's volume."""

    volume: str
    """Name of the pod's volume."""
    sub_path: str = ""
    """Directory within it, written without `.` and empty parts; empty: all of it."""


def gate_container(
    config: GateConfig,
    *,
    image: str,
    volumes: Sequence[Mount],
    run_as_user: int | None,
    run_as_group: int | None = None,
    resources: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write the container that applies `config`; `volumes` are the mounts of `config.volumes`, in their order.

    `run_as_user` is the uid of the server (None: the image's own, which is not root): what the server may read the gate
    may read, and nothing else.
    """
    if len(volumes) != len(config.volumes):
        raise ContractError("volumes", f"{len(config.volumes)} are configured, {len(volumes)} are mounted")
    return {
        "name": GATE_NAME,
        "image": image,
        "args": [COMMAND_WORD, *to_arguments(config)],
        "resources": {key: dict(value) for key, value in (resources or RESOURCES).items()},
        "volumeMounts": [*(_mount(index, mount) for index, mount in enumerate(volumes)), _no_token_mount()],
        "terminationMessagePath": TERMINATION_MESSAGE_PATH,
        "terminationMessagePolicy": TERMINATION_MESSAGE_POLICY,
        "securityContext": _security_context(run_as_user, run_as_group),
    }


def no_token_volume() -> dict[str, Any]:
    """Write the pod's volume that keeps the service-account token out of the gate."""
    return {"name": NO_TOKEN_VOLUME, "emptyDir": {}}


def _mount(index: int, mount: Mount) -> dict[str, Any]:
    written = {"name": mount.volume, "mountPath": f"{MOUNT_ROOT}/{index}", "readOnly": True}
    return {**written, "subPath": mount.sub_path} if mount.sub_path else written


def _no_token_mount() -> dict[str, Any]:
    return {"name": NO_TOKEN_VOLUME, "mountPath": TOKEN_PATH, "readOnly": True}


def _security_context(run_as_user: int | None, run_as_group: int | None) -> dict[str, Any]:
    context: dict[str, Any] = {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
        "runAsNonRoot": run_as_user != 0,
    }
    if run_as_user is not None:
        context["runAsUser"] = run_as_user
    if run_as_group is not None:
        context["runAsGroup"] = run_as_group
    return context
