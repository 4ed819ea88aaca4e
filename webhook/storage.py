"""Which mounts of a pod lead to the same storage, under whatever names: looked up, not searched for each time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from webhook.volumes import SOURCES, normal

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from webhook.pod import Container, Mount
    from webhook.volumes import Volume

    Placed = tuple[Container, Mount]


class Storage:
    """The volumes of a pod and who mounts them."""

    def __init__(self, containers: Iterable[Container], volumes: Mapping[str, Volume]) -> None:
        self._volumes = volumes
        self._mounts: dict[str, list[tuple[int, Placed]]] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._placed: dict[frozenset[str], tuple[Placed, ...]] = {}
        placed = ((container, mount) for container in containers for mount in container.mounts)
        for order, (container, mount) in enumerate(placed):
            self._mounts.setdefault(mount.volume, []).append((order, (container, mount)))
        self._groups: dict[Hashable, list[tuple[str, str]]] = {}
        self._keys: dict[str, tuple[Hashable, str]] = {}
        self._index()

    def _index(self) -> None:
        for name, volume in self._volumes.items():
            self._keys[name] = key, path = _key(volume)
            self._groups.setdefault(key, []).append((name, path))

    def names_of(self, volume: Volume) -> frozenset[str]:
        """Return the names under which the pod has the storage of a volume."""
        found = self._names.get(volume.name)
        if found is None:
            found = self._names[volume.name] = frozenset(self._same(volume))
        return found

    def _same(self, volume: Volume) -> Iterable[str]:
        key, path = self._keys[volume.name]
        yield volume.name
        below = path.rstrip("/") + "/"
        for name, other in self._groups[key]:
            if path == other or other.startswith(below) or path.startswith(other.rstrip("/") + "/"):
                yield name
        if volume.kind in {"ephemeral", "persistentVolumeClaim"}:
            for name, candidate in self._volumes.items():
                kinds = {volume.kind, candidate.kind}
                if len(kinds) > 1 and (_is_claim_of(volume, candidate) or _is_claim_of(candidate, volume)):
                    yield name

    def mounts_of(self, volume: Volume) -> tuple[Placed, ...]:
        """Return every mount of a volume, under whatever name the pod has the same storage."""
        names = self.names_of(volume)
        found = self._placed.get(names)
        if found is None:
            placed = sorted(
                (entry for name in names for entry in self._mounts.get(name, ())), key=lambda entry: entry[0]
            )
            found = self._placed[names] = tuple(pair for _, pair in placed)
        return found

    def paths_of(self, volume: Volume) -> set[str]:
        """Return where containers mount a volume under its own name."""
        return {mount.path for _, (_, mount) in self._mounts.get(volume.name, ())}


def _key(volume: Volume) -> tuple[Hashable, str]:
    """Return what two volumes of the same storage have in common, and the path in it where there is one."""
    identity = SOURCES[volume.kind].identity if volume.kind in SOURCES else ()
    if not identity:
        return ("", volume.name), ""
    values = [volume.source.get(field) for field in identity]
    path = ""
    if identity[-1] == "path" and isinstance(values[-1], str):
        path = normal(str(values.pop()))
    return (volume.kind, json.dumps(values, sort_keys=True)), path


def _is_claim_of(ephemeral: Volume, other: Volume) -> bool:
    """Say whether a claim may be the one behind an ephemeral volume."""
    # The claim behind an ephemeral volume is called POD-VOLUME, and the pod's name is not known yet where it is generated:
    # https://kubernetes.io/docs/concepts/storage/ephemeral-volumes/#persistentvolumeclaim-naming
    return ephemeral.kind == "ephemeral" and other.claim.endswith(f"-{ephemeral.name}")
