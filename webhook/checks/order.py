"""Nothing writes a model volume once the gate has begun to look, and nothing reads it before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webhook.decision import Violation, shown
from webhook.pod import Role
from webhook.subject import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from webhook.pod import Container, Mount
    from webhook.subject import Subject


def _writers(subject: Subject) -> Iterator[tuple[Container, Mount, str]]:
    """Yield who can write a model volume when, or after, the gate looks; with the volume as a sentence names it."""
    gate_at = subject.gate.container.at if subject.gate else ""
    seen: set[str] = set()
    for name, volume in subject.model_volumes().items():
        for container, mount in subject.pod.writers_of(volume):
            if container.at == gate_at or mount.at in seen or mount.is_device:
                continue
            if container.role is Role.INIT and container.order < subject.gate_order():
                continue
            seen.add(mount.at)
            other = "" if mount.volume == name else f", the same storage as {shown(mount.volume)}"
            yield container, mount, f"model volume {shown(name)}{other}"


def _violation(rule: str, container: Container, mount: Mount, message: str) -> Violation:
    where = f"{mount.at}.readOnly"
    return Violation(id=rule, path=where, message=f"{named(container)} {message}")


def gate_before_writer(subject: Subject) -> Iterator[Violation]:
    """No ordinary init container after the gate can write."""
    for container, mount, volume in _writers(subject):
        if container.role is Role.INIT:
            message = f"runs after the gate and can write {volume}"
            yield _violation("gate-before-writer", container, mount, message)


def sidecar_writes_model(subject: Subject) -> Iterator[Violation]:
    """No sidecar can write, wherever it stands: it runs on while the gate looks and after."""
    servers = {server.container.at for server in subject.models.servers if server.stack}
    for container, mount, volume in _writers(subject):
        if container.role is Role.SIDECAR and container.at not in servers:
            yield _violation(
                "sidecar-writes-model", container, mount, f"runs on beside the gate and can write {volume}"
            )


def neighbour_writes_model(subject: Subject) -> Iterator[Violation]:
    """No other container can write."""
    servers = {server.container.at for server in subject.models.servers}
    for container, mount, volume in _writers(subject):
        if container.role is Role.REGULAR and container.at not in servers:
            yield _violation("neighbour-writes-model", container, mount, f"can write {volume} while the server runs")


def model_mount_writable(subject: Subject) -> Iterator[Violation]:
    """The server itself cannot write."""
    servers = {server.container.at: server for server in subject.models.servers}
    for container, mount, volume in _writers(subject):
        server = servers.get(container.at)
        if server and (container.role is Role.REGULAR or (container.role is Role.SIDECAR and server.stack)):
            yield _violation("model-mount-writable", container, mount, f"can write its own {volume}")


def server_before_gate(subject: Subject) -> Iterator[Violation]:
    """No server, and no sidecar that sees the model, starts before the gate has looked."""
    gate = subject.gate
    if gate is None:
        return
    seen: set[str] = set()
    for volume in subject.model_volumes().values():
        for container, mount in subject.pod.mounts_of(volume):
            early = container.role is Role.SIDECAR or container.at in {s.container.at for s in subject.models.servers}
            if early and container.role in {Role.INIT, Role.SIDECAR} and container.order < gate.container.order:
                if container.at not in seen:
                    message = f"{named(container)} reads model volume {shown(mount.volume)} before the gate has looked"
                    yield Violation(id="server-before-gate", path=mount.at, message=message)
                seen.add(container.at)
