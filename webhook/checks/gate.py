"""Is there a gate, is it the one the policy means, and does it look at what the servers read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initcontainer.contract import NO_TOKEN_VOLUME, GatedVolume, digest_of, weaker_than
from webhook.decision import Violation, shown
from webhook.subject import named, placed
from webhook.workloads import GATED_LABEL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from initcontainer.contract import GateConfig
    from webhook.subject import Subject


def gate_missing(subject: Subject) -> Iterator[Violation]:
    """Demand that every model volume has a gate."""
    seen: set[str] = set()
    for server, mount in subject.models.mounts:
        untouched = subject.gate is None or (subject.gate.gate is not None and not subject.gate.touches(mount))
        if untouched and mount.volume not in seen:
            seen.add(mount.volume)
            message = f"{named(server.container)} loads its model from {placed(mount)}, and no gate examines it"
            yield Violation(id="gate-missing", path=subject.pod.volume(mount.volume).at, message=message)


def gate_not_trusted(subject: Subject) -> Iterator[Violation]:
    """Demand that the gate's image is one whose digest the policy names."""
    gate = subject.gate
    if gate is None or gate.is_trusted:
        return
    image = gate.container.image
    problem = (
        "by tag, which can be moved" if digest_of(image) is None else "with a digest that the policy does not name"
    )
    message = f"{named(gate.container)} runs the image {shown(image)}: {problem}"
    yield Violation(id="gate-not-trusted", path=f"{gate.container.at}.image", message=message)


def gate_weakened(subject: Subject) -> Iterator[Violation]:
    """Demand that the gate has the contract's form and demands at least what the policy does."""
    gate = subject.gate
    if gate is None:
        return
    deviations = list(gate.deviations)
    if gate.gate:
        deviations += weaker_than(gate.gate.config, _requirement(subject, gate.gate.config), today=subject.today)
    for deviation in deviations:
        if deviation.path == "image" and not gate.is_trusted:
            continue  # Said by gate_not_trusted.
        message = f"the gate is weaker than the policy wants: {deviation.path} {deviation.problem}"
        yield Violation(
            id="gate-weakened", path=f"{gate.container.at}.{deviation.path}", message=message, remedy=deviation.remedy
        )
    volume = subject.pod.volumes.get(NO_TOKEN_VOLUME)
    if gate.gate and (volume is None or volume.kind != "emptyDir"):
        message = (
            f"the volume {shown(NO_TOKEN_VOLUME)} that keeps the service-account token from the gate is no emptyDir"
        )
        yield Violation(id="gate-weakened", path=volume.at if volume else f"{subject.pod.at}.volumes", message=message)


def _requirement(subject: Subject, config: GateConfig) -> GateConfig:
    """Return what the policy asks of a gate of the same volumes."""
    may_be_empty = set(subject.policy.spec.empty_volumes)
    gate = subject.gate
    empty = {
        volume.server_path
        for volume, entry in (gate.entries() if gate else ())
        if subject.pod.volume(entry.volume).claim in may_be_empty
    }
    return subject.policy.requirement(
        [GatedVolume(server_path=v.server_path, may_be_empty=v.server_path in empty) for v in config.volumes]
    )


def gate_other_subpath(subject: Subject) -> Iterator[Violation]:
    """Demand that the gate sees at least the part of the volume that the server sees, and links lead to the same place."""
    gate = subject.gate
    if gate is None or gate.gate is None:
        return
    for server, mount in subject.models.mounts:
        if not gate.touches(mount) or gate.examines(mount) or mount.sub_path_expr:
            continue
        if gate.shows(mount):
            if not subject.models.loads(server.container, mount.volume):
                continue  # It is only called like a model; the links matter to those who load.
            message = (
                f"the gate is not told that {named(server.container)} sees {placed(mount)}: links would mislead it"
            )
            remedy = f"give the gate --volume={mount.path} for it, and the same subPath as the server"
        else:
            part = shown(mount.sub_path) if mount.sub_path else "all"
            message = f"the gate examines another sub-path of {placed(mount)} than {part}, which {named(server.container)} reads"
            remedy = ""
        yield Violation(id="gate-other-subpath", path=mount.at, message=message, remedy=remedy)


def gate_label_missing(subject: Subject) -> Iterator[Violation]:
    """Demand that the reporter can find the pod."""
    if subject.gate and subject.gate.gate and subject.pod.labels.get(GATED_LABEL) != "true":
        message = f"the pod has a gate but not the label {GATED_LABEL}, so its verdict would not be counted"
        path = f'{subject.pod.metadata_at}.labels["{GATED_LABEL}"]'
        yield Violation(id="gate-label-missing", path=path, message=message)
