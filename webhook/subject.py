"""Everything a check may look at. Nothing in it can be changed, and nothing of it is fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from webhook.decision import shown
from webhook.volumes import Stability, stability

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from webhook.gates import PlacedGate
    from webhook.models import Models
    from webhook.pod import Container, Mount, Pod
    from webhook.policy import CompiledPolicy
    from webhook.volumes import Volume


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One pod, or one template of pods, under one policy."""

    pod: Pod
    models: Models
    gate: PlacedGate | None
    policy: CompiledPolicy
    namespace: str
    claim: Callable[[str], Mapping[str, Any] | None]
    """Name of a claim in the pod's namespace -> the claim, None where it is not known."""
    today: date | None
    """UTC; None: waivers that are over still count."""
    _volumes: dict[str, Volume] = field(init=False, default_factory=dict)
    _mounts: dict[str, tuple[str, Container, Mount]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._volumes.update((mount.volume, self.pod.volume(mount.volume)) for _, mount in self.models.mounts)
        for name, volume in self._volumes.items():
            for container, mount in self.pod.mounts_of(volume):
                self._mounts.setdefault(mount.at, (name, container, mount))

    def model_volumes(self) -> Mapping[str, Volume]:
        """Return the model volumes by name, each once."""
        return self._volumes

    def model_mounts(self) -> Iterable[tuple[str, Container, Mount]]:
        """Return every mount of every model volume, each once: the model volume's name, who mounts it, the mount."""
        return self._mounts.values()

    def gate_order(self) -> int:
        """Return the gate's place among the init containers; without a gate, the place after all of them."""
        return self.gate.container.order if self.gate else self.pod.after_init

    def stability_of(self, volume: Volume) -> Stability:
        """Classify a volume with what is known of its claim."""
        return stability(volume, self.claim(volume.claim) if volume.claim else None)


def named(container: Container) -> str:
    """Return a container as a sentence names it."""
    return f"{container.role.value} {shown(container.name)}"


def placed(mount: Mount) -> str:
    """Return a mount as a sentence names it."""
    return f"volume {shown(mount.volume)} (mounted at {shown(mount.path)})"
