"""Putting the gate into a pod: after the last writer, with everything it examines read-only from there on.

The result is a JSON patch (RFC 6902), as small as it can be, and empty where the pod already has what it needs: the API
server asks again after other webhooks have changed the pod, and KServe appends its downloader in just such a change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from initcontainer.contract import (
    GATE_NAME,
    NO_TOKEN_VOLUME,
    GatedVolume,
    Mount,
    gate_container,
    no_token_volume,
)
from webhook.checks import gate, order
from webhook.judgement import subject_of
from webhook.objects import mapping
from webhook.pod import Role
from webhook.workloads import GATED_LABEL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from webhook.pod import Container, Pod
    from webhook.policy import CompiledPolicy
    from webhook.subject import Subject

    Operation = dict[str, Any]
    Patch = list[Operation]

SKIP_ANNOTATIONS: Mapping[str, str] = {
    "eks.amazonaws.com/skip-containers": ",",
    "azure.workload.identity/skip-containers": ";",
}
"""Annotation -> separator: lists of containers to which a cloud's identity webhook gives no credentials.
https://github.com/aws/amazon-eks-pod-identity-webhook, https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html
"""

_GATE_CHECKS = (
    gate.gate_missing,
    gate.gate_not_trusted,
    gate.gate_weakened,
    gate.gate_other_subpath,
    order.gate_before_writer,
    order.server_before_gate,
)
"""What a gate must pass to be left as it is."""


def injection(
    pod: Pod, policy: CompiledPolicy, *, namespace: str, root: str, metadata_root: str, is_platform: bool = False
) -> Patch:
    """Return what is to be changed, as a JSON patch whose paths begin with `root` (`/spec`) and `metadata_root`.

    Raise `ContractError` where no gate can be made of what the servers mount.
    """
    subject = subject_of(pod, policy, namespace=namespace, is_platform=is_platform)
    if not subject.model_volumes() or not policy.spec.gate.image:
        return []
    # The mounts first: their paths hold for the containers as they stand now.
    patch: Patch = list(_read_only_patch(subject, root)) if policy.spec.gate.read_only_mounts else []
    has_good_gate = not any(True for check in _GATE_CHECKS for _ in check(subject))
    if not has_good_gate:
        patch.extend(_gate_patch(subject, root))
    patch.extend(_token_volume_patch(pod, root))
    patch.extend(_merged(metadata_root, "labels", {GATED_LABEL: "true"}, pod.labels))
    if not has_good_gate:
        patch.extend(_merged(metadata_root, "annotations", _annotations(pod), pod.annotations))
    return patch


def _gate_patch(subject: Subject, root: str) -> Iterator[Operation]:
    made = _gate(subject)
    init = subject.pod.spec.get("initContainers")
    if not init:
        yield {"op": "add", "path": f"{root}/initContainers", "value": [made]}
        return
    old = next((container for container in _init_containers(subject.pod) if container.name == GATE_NAME), None)
    place = _place(subject)
    if old is not None and old.order < place:
        place -= 1  # Once the old one is gone, everything behind it has moved up.
    if old is not None and old.order == place:
        yield {"op": "replace", "path": f"{root}/initContainers/{place}", "value": made}
        return
    if old is not None:
        yield {"op": "remove", "path": f"{root}/initContainers/{old.order}"}
    yield {"op": "add", "path": f"{root}/initContainers/{place}", "value": made}


def _init_containers(pod: Pod) -> list[Container]:
    return [container for container in pod.containers if container.role in {Role.INIT, Role.SIDECAR}]


def _place(subject: Subject) -> int:
    """Return where the gate belongs: behind all that write, and as late as it can before whoever serves."""
    others = [container for container in _init_containers(subject.pod) if container.name != GATE_NAME]
    writers = {
        container.order
        for volume in subject.model_volumes().values()
        for container, _ in subject.pod.writers_of(volume)
        if container.role is Role.INIT
    }
    first = max(writers, default=-1) + 1
    servers = {server.container.order for server, _ in subject.models.mounts}
    end = len(_init_containers(subject.pod))
    return min(
        (container.order for container in others if first <= container.order and container.order in servers),
        default=end,
    )


def _gate(subject: Subject) -> dict[str, Any]:
    policy = subject.policy
    examined = list(dict.fromkeys(_examined(subject)))
    volumes = [GatedVolume(server_path=path, may_be_empty=may_be_empty) for _, path, may_be_empty in examined]
    return gate_container(
        policy.requirement(volumes),
        image=policy.spec.gate.image,
        volumes=[mount for mount, _, _ in examined],
        run_as_user=policy.spec.gate.run_as_user
        if policy.spec.gate.run_as_user is not None
        else _identity(subject, "runAsUser"),
        run_as_group=_identity(subject, "runAsGroup"),
        resources=policy.spec.gate.resources or None,
    )


def _examined(subject: Subject) -> Iterator[tuple[Mount, str, bool]]:
    """Yield what is to be examined: the mount, the server's path of it, whether it may be empty."""
    whole: set[tuple[str, str]] = set()
    for is_loader in (True, False):
        for server, mount in subject.models.mounts:
            loads = subject.models.loads(server.container, mount.volume)
            seen = (mount.volume, mount.sub_path) in whole or (mount.volume, "") in whole
            if mount.sub_path_expr or loads is not is_loader or (seen and not is_loader):
                continue
            whole.add((mount.volume, mount.sub_path))
            may_be_empty = subject.pod.volume(mount.volume).claim in subject.policy.spec.empty_volumes
            yield Mount(volume=mount.volume, sub_path=mount.sub_path), mount.path, may_be_empty


def _identity(subject: Subject, field: str) -> int | None:
    """Return the uid or gid of the first server that loads: what it may read the gate may read."""
    server = next(
        server for server, mount in subject.models.mounts if subject.models.loads(server.container, mount.volume)
    )
    for context in (
        mapping(server.container.raw, "securityContext", server.container.at),
        mapping(subject.pod.spec, "securityContext", subject.pod.at),
    ):
        value = context.get(field)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None


def _token_volume_patch(pod: Pod, root: str) -> Iterator[Operation]:
    volume = pod.volumes.get(NO_TOKEN_VOLUME)
    if volume is None:
        if pod.spec.get("volumes"):
            yield {"op": "add", "path": f"{root}/volumes/-", "value": no_token_volume()}
        else:
            yield {"op": "add", "path": f"{root}/volumes", "value": [no_token_volume()]}
    elif volume.kind != "emptyDir":
        index = volume.at.rpartition("[")[2].rstrip("]")
        yield {"op": "replace", "path": f"{root}/volumes/{index}", "value": no_token_volume()}


def _read_only_patch(subject: Subject, root: str) -> Iterator[Operation]:
    """Make the servers' own mounts read-only. Who else writes after the gate does so on purpose, and is refused."""
    done: set[str] = set()
    for name, volume in subject.model_volumes().items():
        loaders = {server.container.at for server in subject.models.loaders_of(name)}
        for container, mount in subject.pod.writers_of(volume):
            if (
                container.at in loaders
                and container.role is not Role.INIT
                and not mount.is_device
                and mount.at not in done
            ):
                done.add(mount.at)
                path = root + mount.at[len(subject.pod.at) :].replace(".", "/").replace("[", "/").replace("]", "")
                raw = container.raw["volumeMounts"][int(path.rpartition("/")[2])]
                yield {"op": "replace" if "readOnly" in raw else "add", "path": f"{path}/readOnly", "value": True}


def _annotations(pod: Pod) -> dict[str, str]:
    """Return the annotations that keep identity webhooks from giving the gate credentials."""
    wanted = {}
    for name, separator in SKIP_ANNOTATIONS.items():
        value = pod.annotations.get(name)
        names = [part.strip() for part in value.split(separator)] if isinstance(value, str) and value.strip() else []
        wanted[name] = separator.join(names if GATE_NAME in names else [*names, GATE_NAME])
    return wanted


def _merged(root: str, field: str, wanted: Mapping[str, str], present: Mapping[str, Any]) -> Iterator[Operation]:
    missing = {name: value for name, value in wanted.items() if present.get(name) != value}
    if missing and not present:
        yield {"op": "add", "path": f"{root}/{field}", "value": missing}
        return
    for name, value in missing.items():
        escaped = name.replace("~", "~0").replace("/", "~1")
        yield {"op": "replace" if name in present else "add", "path": f"{root}/{field}/{escaped}", "value": value}
