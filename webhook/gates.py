"""Finding the gate in a pod and reading it back through the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from initcontainer.contract import GATE_NAME, Deviation, Gate, is_trusted, read_gate
from webhook.pod import Role
from webhook.volumes import normal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from initcontainer.contract import GatedVolume, GateMount
    from webhook.pod import Container, Mount, Pod
    from webhook.policy import CompiledPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedGate:
    """A container that wants to be the gate, whether it is one or not."""

    container: Container
    gate: Gate | None
    """None: it cannot be read as a gate."""
    deviations: tuple[Deviation, ...]
    is_trusted: bool
    """Whether its image is one the policy trusts."""

    def entries(self) -> Iterator[tuple[GatedVolume, GateMount]]:
        """Yield what it examines: the volume as the server sees it, and what that is in the pod."""
        if self.gate:
            yield from zip(self.gate.config.volumes, self.gate.mounts, strict=True)

    def examines(self, mount: Mount) -> bool:
        """Say whether all that a mount shows is examined, under the path at which the server sees it."""
        return any(
            entry.volume == mount.volume and _shows(entry, mount) and _told(volume.server_path, entry, mount)
            for volume, entry in self.entries()
        )

    def touches(self, mount: Mount) -> bool:
        """Say whether any part of the volume behind a mount is examined."""
        return any(entry.volume == mount.volume for _, entry in self.entries())

    def shows(self, mount: Mount) -> bool:
        """Say whether all that a mount shows is examined, under whatever path."""
        return any(entry.volume == mount.volume and _shows(entry, mount) for _, entry in self.entries())


def _shows(entry: GateMount, mount: Mount) -> bool:
    whole, part = entry.sub_path, mount.sub_path
    return not whole or part == whole or part.startswith(f"{whole}/")


def _told(server_path: str, entry: GateMount, mount: Mount) -> bool:
    """Say whether absolute links resolve for the gate as they do for the server."""
    rest = mount.sub_path[len(entry.sub_path) :].strip("/")
    return normal(f"{server_path}/{rest}") == mount.path


def find_gate(pod: Pod, policy: CompiledPolicy) -> PlacedGate | None:
    """Return the container that carries the gate's name, or else one that runs its image."""
    init = [container for container in pod.containers if container.role in {Role.INIT, Role.SIDECAR}]
    named = [container for container in init if container.name == GATE_NAME]
    same_image = [container for container in init if is_trusted(container.image, policy.digests)]
    for container in (*named, *same_image):
        read = read_gate(container.raw)
        return PlacedGate(
            container=container,
            gate=read if isinstance(read, Gate) else None,
            deviations=() if isinstance(read, Gate) else tuple(read),
            is_trusted=is_trusted(container.image, policy.digests),
        )
    return None
