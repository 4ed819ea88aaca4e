"""Who else is in the pod, and what they can reach although no mount says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from initcontainer.contract import GATE_NAME
from webhook.decision import Violation, shown
from webhook.objects import below, flag, mapping, text, texts
from webhook.pod import Role
from webhook.subject import named
from webhook.volumes import contains, normal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from webhook.pod import Container
    from webhook.subject import Subject

STRONG_CAPABILITIES = frozenset(
    {
        "ALL",
        "SYS_ADMIN",
        "SYS_PTRACE",
        "SYS_MODULE",
        "SYS_RAWIO",
        "SYS_CHROOT",
        "DAC_READ_SEARCH",
        "MKNOD",
        "BPF",
        "PERFMON",
    }
)
"""Capabilities by which a process reaches other processes, the kernel or the disk below (capabilities(7))."""

NODE_STORES = (
    "/var/lib/kubelet",
    "/var/lib/containerd",
    "/var/lib/containers",
    "/var/lib/docker",
    "/var/lib/rancher",
    "/etc/kubernetes",
    "/sys",
)
"""Directories of the node through which, when written, pods' volumes, containers' files or the kernel are changed."""
NODE_CONTROLS = (
    "/proc",
    "/run/containerd",
    "/var/run/containerd",
    "/run/crio",
    "/var/run/crio",
    "/run/docker.sock",
    "/var/run/docker.sock",
    "/run/k3s",
)
"""Places on the node where being there is enough: processes, and sockets, which a read-only mount does not close."""
_OTHER_DEVICES = re.compile(r"/dev/(?!(sd|hd|vd|xvd|nvme|dm-|md|loop|mapper|disk|block|mem|kmem|port))")
"""Devices of the node other than disks and memory: accelerators, network cards, shared memory."""


def shared_process_namespace(subject: Subject) -> Iterator[Violation]:
    """Demand that no neighbour shares its processes with a server or the gate."""
    if not subject.model_volumes() or not flag(subject.pod.spec, "shareProcessNamespace", subject.pod.at):
        return
    others = [container for container in subject.pod.containers if container.runs_on]
    if len(others) > 1:
        message = f"{len(others)} containers share their processes: each can read the others' files and reach into them"
        yield Violation(
            id="shared-process-namespace", path=below(subject.pod.at, "shareProcessNamespace"), message=message
        )


def host_processes(subject: Subject) -> Iterator[Violation]:
    """Demand that the pod does not share the node's processes."""
    if subject.model_volumes() and flag(subject.pod.spec, "hostPID", subject.pod.at):
        message = "the pod shares the node's processes: the node's and the pod's processes can reach into each other"
        yield Violation(id="host-processes", path=below(subject.pod.at, "hostPID"), message=message)


def privileged_neighbour(subject: Subject) -> Iterator[Violation]:
    """Demand that no container beside a server is privileged. A server that is alone may be: the gate runs before it."""
    if not subject.model_volumes():
        return
    served = {server.container.at for server, _ in subject.models.mounts}
    for container in subject.pod.containers:
        is_alone = container.role is Role.REGULAR and served <= {container.at}
        for path, what in () if is_alone else _privileges(container):
            message = f"{named(container)} {what}: it can change the model, or the gate, from outside"
            yield Violation(id="privileged-neighbour", path=path, message=message)


def _privileges(container: Container) -> Iterator[tuple[str, str]]:
    at = f"{container.at}.securityContext"
    context = mapping(container.raw, "securityContext", container.at)
    if flag(context, "privileged", at):
        yield f"{at}.privileged", "is privileged"
    added = texts(mapping(context, "capabilities", at), "add", f"{at}.capabilities")
    strong = sorted(name for name in added if name.upper().removeprefix("CAP_") in STRONG_CAPABILITIES)
    if strong:
        yield f"{at}.capabilities.add", f"has the capability {', '.join(shown(name) for name in strong[:3])}"


def host_files_neighbour(subject: Subject) -> Iterator[Violation]:
    """Demand that no container reaches the pod's volumes by the node's own paths."""
    if not subject.model_volumes():
        return
    for container in subject.pod.containers:
        for mount in container.mounts:
            volume = subject.pod.volume(mount.volume)
            if volume.kind != "hostPath":
                continue
            path = text(volume.source, "path", f"{volume.at}.hostPath")
            if _reaches_the_node(normal(path), is_writable=not subject.pod.is_read_only(mount)):
                message = (
                    f"{named(container)} has the node's {shown(path)}, through which this pod's volumes can be changed"
                )
                yield Violation(id="host-files-neighbour", path=mount.at, message=message)


def _reaches_the_node(path: str, *, is_writable: bool) -> bool:
    if contains("/dev", path):
        return not _OTHER_DEVICES.match(path)
    controls = any(_overlaps(path, control) for control in NODE_CONTROLS)
    return controls or (is_writable and any(_overlaps(path, store) for store in NODE_STORES))


def _overlaps(first: str, second: str) -> bool:
    return contains(first, second) or contains(second, first)


def ephemeral_container(subject: Subject) -> Iterator[Violation]:
    """Demand that no debug container reaches a model volume or the gate."""
    mounted = {mount.at for _, _, mount in subject.model_mounts()}
    for container in subject.pod.containers:
        if container.role is not Role.EPHEMERAL:
            continue
        for mount in container.mounts:
            if mount.at in mounted:
                message = f"{named(container)} mounts the model volume {shown(mount.volume)}"
                yield Violation(id="ephemeral-container", path=mount.at, message=message)
        if text(container.raw, "targetContainerName", container.at) == GATE_NAME:
            message = f"{named(container)} joins the processes of the gate"
            yield Violation(id="ephemeral-container", path=f"{container.at}.targetContainerName", message=message)
