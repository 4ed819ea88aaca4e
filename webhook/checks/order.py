"""Nothing writes a model volume once the gate has begun to look, and nothing reads it before."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from webhook.decision import Violation, shown
from webhook.pod import Role
from webhook.subject import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from webhook.pod import Container, Mount
    from webhook.subject import Subject


class _Writer(NamedTuple):
    """One way in which a model volume can be written when, or after, the gate looks."""

    container: Container
    mount: Mount
    volume: str
    """As a sentence names it."""
    is_loader: bool
    """Whether the container is a server that loads from the volume."""

    def violation(self, rule: str, message: str) -> Violation:
        """Return the violation of a rule; the message goes on from the container's name."""
        return Violation(id=rule, path=f"{self.mount.at}.readOnly", message=f"{named(self.container)} {message}")


def _writers(subject: Subject, *roles: Role) -> Iterator[_Writer]:
    gate_at = subject.gate.container.at if subject.gate else ""
    gate_order = subject.gate_order()
    for name, container, mount in subject.model_mounts():
        if container.role not in roles or container.at == gate_at or mount.is_device or subject.pod.is_read_only(mount):
            continue
        if container.role is Role.INIT and container.order < gate_order:
            continue
        same = "" if mount.volume == name else f", the same storage as {shown(mount.volume)}"
        is_loader = subject.models.loads(container, name)
        yield _Writer(container, mount, f"model volume {shown(name)}{same}", is_loader)


def gate_before_writer(subject: Subject) -> Iterator[Violation]:
    """Demand that no ordinary init container after the gate can write."""
    for writer in _writers(subject, Role.INIT):
        yield writer.violation("gate-before-writer", f"runs after the gate and can write {writer.volume}")


def sidecar_writes_model(subject: Subject) -> Iterator[Violation]:
    """Demand that no sidecar can write, wherever it stands: it runs on while the gate looks and after."""
    for writer in _writers(subject, Role.SIDECAR):
        if not writer.is_loader:
            yield writer.violation("sidecar-writes-model", f"runs on beside the gate and can write {writer.volume}")


def neighbour_writes_model(subject: Subject) -> Iterator[Violation]:
    """Demand that no other container can write."""
    for writer in _writers(subject, Role.REGULAR):
        if not writer.is_loader:
            yield writer.violation("neighbour-writes-model", f"can write {writer.volume} while the server runs")


def model_mount_writable(subject: Subject) -> Iterator[Violation]:
    """Demand that the server itself cannot write."""
    for writer in _writers(subject, Role.REGULAR, Role.SIDECAR):
        if writer.is_loader:
            yield writer.violation("model-mount-writable", f"can write its own {writer.volume}")


def server_before_gate(subject: Subject) -> Iterator[Violation]:
    """Demand that no server, and no sidecar that sees the model, starts before the gate has looked."""
    gate = subject.gate
    if gate is None:
        return
    servers = {server.container.at for server in subject.models.servers}
    seen: set[str] = set()
    for _, container, mount in subject.model_mounts():
        is_early = container.role in {Role.INIT, Role.SIDECAR} and container.order < gate.container.order
        if is_early and container.at not in seen and (container.role is Role.SIDECAR or container.at in servers):
            seen.add(container.at)
            message = f"{named(container)} sees model volume {shown(mount.volume)} before the gate has looked"
            yield Violation(id="server-before-gate", path=mount.at, message=message)
