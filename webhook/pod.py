"""A pod, or the template of one, as the checks see it: containers in the order they start, volumes, mounts.

Everything is read once and strictly. A field with a value of the wrong type makes the whole object undecodable, for
nobody can say what a cluster would make of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from webhook.extent import Extent
from webhook.objects import Undecodable, below, flag, items, mapping, text, texts
from webhook.storage import Storage
from webhook.volumes import Holds, Volume, normal, read_volume

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


_LONGEST_PATH = 4096
"""PATH_MAX (limits.h): a longer one is compared with each mount, as cutting it up would cost more."""


class Role(Enum):
    """When a container runs."""

    INIT = "init container"
    """Runs to its end before the next one starts."""
    SIDECAR = "sidecar"
    """An init container with restartPolicy Always: starts in its place and runs on."""
    REGULAR = "container"
    """Starts after all init containers."""
    EPHEMERAL = "debug container"
    """Starts whenever somebody adds it, before the gate has finished too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """One volume mount, or one raw device, of a container."""

    volume: str
    path: str
    """Where the container sees it, normalised; a device's path for a device."""
    sub_path: str
    """Normalised without a leading slash; empty: the whole volume."""
    sub_path_expr: str
    read_only: bool
    """As the mount says. Some volumes are read-only whatever their mounts say."""
    propagation: str
    at: str
    is_device: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One container of any kind."""

    name: str
    role: Role
    order: int
    """Its place among the init containers; regular and debug containers come after all of them."""
    at: str
    raw: Mapping[str, Any]
    image: str
    command: tuple[str, ...]
    arguments: tuple[str, ...]
    mounts: tuple[Mount, ...]
    _by_path: dict[str, Mount] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for mount in self.mounts:
            if not mount.is_device:
                self._by_path.setdefault(mount.path, mount)

    @property
    def runs_on(self) -> bool:
        """Whether it still runs when the server does."""
        return self.role is not Role.INIT

    def mount_at(self, path: str) -> Mount | None:
        """Return the mount that a path leads into: the innermost one."""
        wanted = normal(path)
        if len(wanted) > _LONGEST_PATH:
            found = [mount for mount in self._by_path.values() if _within(mount.path, wanted)]
            return max(found, key=lambda mount: len(mount.path), default=None)
        while wanted:
            if wanted in self._by_path:
                return self._by_path[wanted]
            wanted = wanted.rpartition("/")[0]
        return self._by_path.get("/")

    def mounts_below(self, path: str) -> Iterator[Mount]:
        """Yield the mounts that lie below a path, the path itself excluded."""
        outer = normal(path)
        for mount in self.mounts:
            if not mount.is_device and mount.path != outer and _within(outer, mount.path):
                yield mount


def _within(outer: str, inner: str) -> bool:
    return outer in {"/", inner} or inner.startswith(outer + "/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """A pod's specification with the metadata that goes with it."""

    at: str
    """JSON path of the specification: `spec`, `spec.template.spec`."""
    metadata_at: str
    labels: Mapping[str, Any]
    annotations: Mapping[str, Any]
    spec: Mapping[str, Any]
    containers: tuple[Container, ...]
    """All of them: init containers in order, then regular ones, then debug containers."""
    volumes: Mapping[str, Volume]
    is_partial: bool = False
    """Whether a controller merges more into it."""
    extent: Extent = field(repr=False, compare=False, default_factory=Extent)
    """What has been looked at in the object that this is part of."""
    storage: Storage = field(init=False, repr=False, compare=False)
    _written_by: dict[str, frozenset[str]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "storage", Storage(self.containers, self.volumes))

    @property
    def after_init(self) -> int:
        """The order number of everything that starts after the init containers."""
        return sum(container.role in {Role.INIT, Role.SIDECAR} for container in self.containers)

    def volume(self, name: str) -> Volume:
        """Return the volume a mount names."""
        return self.volumes[name]

    def is_read_only(self, mount: Mount) -> bool:
        """Say whether nothing can be written through a mount."""
        return not mount.is_device and (mount.read_only or self.volumes[mount.volume].read_only)

    def mounts_of(self, volume: Volume) -> Iterator[tuple[Container, Mount]]:
        """Yield every mount of a volume, under whatever name the pod has the same storage."""
        yield from self.storage.mounts_of(volume)

    def written_by(self, volume: Volume) -> frozenset[str]:
        """Return the paths of the containers that can write a volume."""
        found = self._written_by.get(volume.name)
        if found is None:
            found = frozenset(container.at for container, _ in self.writers_of(volume))
            self._written_by[volume.name] = found
        return found

    def writers_of(self, volume: Volume) -> Iterator[tuple[Container, Mount]]:
        """Yield every mount through which a volume can be written."""
        return ((container, mount) for container, mount in self.mounts_of(volume) if not self.is_read_only(mount))


def read_pod(  # noqa: PLR0913 - seven facts about where it stands, and what was looked at before it
    spec: Mapping[str, Any],
    metadata: Mapping[str, Any],
    *,
    at: str,
    metadata_at: str,
    extra_volumes: tuple[Volume, ...] = (),
    is_partial: bool = False,
    framework_fields: tuple[str, ...] = (),
    extent: Extent | None = None,
) -> Pod:
    """Read a pod specification.

    `extra_volumes` are those a controller adds under known names (a StatefulSet's claim templates). Where the specification
    is partial, a mount may name a volume that a controller brings (KServe merges a runtime into a predictor), and
    `framework_fields` name the fields that hold one more container.
    """
    extent = extent or Extent()
    extent.add_pod(spec, at)
    extent.add("volumes", len(extra_volumes), at)
    for name in framework_fields:
        extent.add_container(mapping(spec, name, at), below(at, name))
    volumes = _volumes(spec, at) | {volume.name: volume for volume in extra_volumes}
    containers = (*_containers(spec, at), *_framework_containers(spec, at, framework_fields))
    _no_two_alike(containers)
    strangers = [mount for container in containers for mount in container.mounts if mount.volume not in volumes]
    if strangers and not is_partial:
        raise Undecodable(f"{strangers[0].at}.name", "the name of a volume of this pod", strangers[0].volume)
    volumes |= {mount.volume: _volume_from_elsewhere(mount.volume, at) for mount in strangers}
    return Pod(
        at=at,
        metadata_at=metadata_at,
        labels=mapping(metadata, "labels", metadata_at),
        annotations=mapping(metadata, "annotations", metadata_at),
        spec=spec,
        containers=containers,
        volumes=volumes,
        is_partial=is_partial,
        extent=extent,
    )


def _volumes(spec: Mapping[str, Any], at: str) -> dict[str, Volume]:
    volumes: dict[str, Volume] = {}
    for where, raw in items(spec, "volumes", at):
        volume = read_volume(raw, where)
        if not volume.name or volume.name in volumes:
            raise Undecodable(f"{where}.name", "a name of its own", raw.get("name"))
        volumes[volume.name] = volume
    return volumes


def _volume_from_elsewhere(name: str, at: str) -> Volume:
    return Volume(name=name, at=f"{at}.volumes", kind="", source={}, holds=Holds.FILES, read_only=False)


def _no_two_alike(containers: tuple[Container, ...]) -> None:
    seen: set[str] = set()
    for container in containers:
        if container.name in seen:
            raise Undecodable(f"{container.at}.name", "a name of its own", container.name)
        if container.name:
            seen.add(container.name)


def _containers(spec: Mapping[str, Any], at: str) -> Iterator[Container]:
    order = 0
    for where, raw in items(spec, "initContainers", at):
        role = Role.SIDECAR if text(raw, "restartPolicy", where) == "Always" else Role.INIT
        yield _container(raw, where, role, order)
        order += 1
    for where, raw in items(spec, "containers", at):
        yield _container(raw, where, Role.REGULAR, order)
    for where, raw in items(spec, "ephemeralContainers", at):
        yield _container(raw, where, Role.EPHEMERAL, order)


def _framework_containers(spec: Mapping[str, Any], at: str, fields: tuple[str, ...]) -> Iterator[Container]:
    """Yield what a platform's own field says about the container that a runtime brings."""
    order = len(spec.get("initContainers") or ())
    for name in fields:
        raw = mapping(spec, name, at)
        if raw:
            yield _container({**raw, "name": raw.get("name") or name}, below(at, name), Role.REGULAR, order)


def _container(raw: Mapping[str, Any], at: str, role: Role, order: int) -> Container:
    return Container(
        name=text(raw, "name", at),
        role=role,
        order=order,
        at=at,
        raw=raw,
        image=text(raw, "image", at),
        command=texts(raw, "command", at),
        arguments=texts(raw, "args", at),
        mounts=tuple(_one_at_each_place((*_mounts(raw, at), *_devices(raw, at)))),
    )


def _one_at_each_place(mounts: tuple[Mount, ...]) -> Iterator[Mount]:
    """Yield the mounts; raise `Undecodable` where two are at one place, which the API server does not see in `/a` and `/a/`."""
    seen: set[str] = set()
    for mount in mounts:
        if mount.path in seen:
            raise Undecodable(f"{mount.at}.mountPath", "a place of its own", mount.path)
        seen.add(mount.path)
        yield mount


def _mounts(raw: Mapping[str, Any], at: str) -> Iterator[Mount]:
    for where, mount in items(raw, "volumeMounts", at):
        yield Mount(
            volume=text(mount, "name", where),
            path=normal(text(mount, "mountPath", where)),
            sub_path=normal(text(mount, "subPath", where)).lstrip("/"),
            sub_path_expr=text(mount, "subPathExpr", where),
            read_only=flag(mount, "readOnly", where),
            propagation=text(mount, "mountPropagation", where) or "None",
            at=where,
        )


def _devices(raw: Mapping[str, Any], at: str) -> Iterator[Mount]:
    for where, device in items(raw, "volumeDevices", at):
        yield Mount(
            volume=text(device, "name", where),
            path=normal(text(device, "devicePath", where)),
            sub_path="",
            sub_path_expr="",
            read_only=False,
            propagation="None",
            at=where,
            is_device=True,
        )
