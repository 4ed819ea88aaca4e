"""Is what the gate sees of a volume what the server will see: sources, sub-paths, propagation, devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webhook.decision import Violation, shown
from webhook.policy_object import Answer
from webhook.subject import named, placed
from webhook.volumes import Stability, has_digest, stability

if TYPE_CHECKING:
    from collections.abc import Iterator

    from webhook.subject import Subject
    from webhook.volumes import Volume


def volume_unknown(subject: Subject) -> Iterator[Violation]:
    """Demand that every volume of a pod that serves a model is of a kind that is known."""
    if not subject.models.servers:
        return
    for volume in subject.pod.volumes.values():
        if volume.kind and stability(volume, None) is Stability.UNKNOWN:
            message = f"volume {shown(volume.name)} is of a kind that is not known: {shown(volume.kind)}"
            yield Violation(id="volume-unknown", path=f"{volume.at}.{volume.kind[:60]}", message=message)


def image_volume_without_digest(subject: Subject) -> Iterator[Violation]:
    """Demand that a model that comes as an image comes by digest."""
    for volume in subject.model_volumes().values():
        if volume.kind == "image" and not has_digest(volume):
            reference = volume.source.get("reference")
            message = f"model volume {shown(volume.name)} is the image {shown(reference)}, which is not named by digest"
            yield Violation(id="image-volume-without-digest", path=f"{volume.at}.image.reference", message=message)


def volume_live(subject: Subject) -> Iterator[Violation]:
    """Demand that what the gate saw is what will be served later, as far as the policy asks for it."""
    answer = subject.policy.spec.live_volumes
    if answer is Answer.ALLOW:
        return
    for volume in subject.model_volumes().values():
        if volume.kind != "image" and subject.stability_of(volume) is Stability.LIVE:
            message = (
                f"model volume {shown(volume.name)} ({_kind(volume)}) can be written by others after the gate looked"
            )
            is_tolerated = answer is Answer.WARN
            yield Violation(id="volume-live", path=volume.at, message=message, is_tolerated=is_tolerated)


def _kind(volume: Volume) -> str:
    if volume.kind == "persistentVolumeClaim":
        return f"claim {shown(volume.claim)}"
    return volume.kind or "brought by a controller"


def subpath_expression(subject: Subject) -> Iterator[Violation]:
    """Demand that which directory a server sees is written in the object."""
    for server, mount in subject.models.mounts:
        if mount.sub_path_expr:
            message = f"{named(server.container)} takes {placed(mount)} from a directory that {shown(mount.sub_path_expr)} names"
            yield Violation(id="subpath-expression", path=f"{mount.at}.subPathExpr", message=message)


def mount_propagation(subject: Subject) -> Iterator[Violation]:
    """Demand that nothing that is mounted elsewhere appears on a model volume."""
    for _, container, mount in subject.model_mounts():
        if mount.propagation != "None":
            message = f"{named(container)} mounts {placed(mount)} with mountPropagation {shown(mount.propagation)}"
            yield Violation(id="mount-propagation", path=f"{mount.at}.mountPropagation", message=message)


def block_device(subject: Subject) -> Iterator[Violation]:
    """Demand that no container has a model volume, and no server any volume, as a raw device."""
    of_models = {mount.at for _, _, mount in subject.model_mounts()}
    servers = {server.container.at for server in subject.models.servers}
    for container in subject.pod.containers:
        for mount in container.mounts:
            if not mount.is_device:
                continue
            if container.at in servers or mount.at in of_models:
                message = f"{named(container)} has volume {shown(mount.volume)} as the raw device {shown(mount.path)}"
                yield Violation(id="block-device", path=mount.at, message=message)
