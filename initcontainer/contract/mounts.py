"""The gate's mounts: the volumes of its arguments, the empty volume over the token path, and nothing else.

A mount is a gated volume by its place, `/weighbridge/<n>` to the letter: a mount below one of these places would hide
files from the gate, one elsewhere could stand over its program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from initcontainer.contract.deviations import CANONICAL, Deviation, listed, shown
from initcontainer.contract.names import MOUNT_ROOT, NO_TOKEN_VOLUME, TOKEN_PATH

if TYPE_CHECKING:
    from collections.abc import Iterator

FOREIGN_MOUNTS: Mapping[str, str] = {
    "/var/run/secrets/eks.amazonaws.com/serviceaccount": "amazon-eks-pod-identity-webhook",
    "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount": "EKS Pod Identity",
    "/var/run/secrets/azure/tokens": "azure-workload-identity",
}
"""Mount path -> who adds it to every container. The gate reads nothing there."""

_KNOWN = frozenset({"name", "mountPath", "readOnly", "subPath", "recursiveReadOnly", "mountPropagation"})


@dataclass(frozen=True, slots=True, kw_only=True)
class GateMount:
    """What one of the gate's volumes is in the pod."""

    index: int
    """Its place in `GateConfig.volumes`."""
    volume: str
    """Name of the pod's volume."""
    sub_path: str
    """Directory within it, written without `.` and empty parts; empty: all of it."""


def read_mounts(container: Mapping[str, Any], count: int | None) -> Iterator[GateMount | Deviation]:
    """Yield a `GateMount` for each of the `count` volumes of the arguments (None: not known), and all that is wrong."""
    seen: set[str] = set()
    for index, mount in enumerate(listed(container, "volumeMounts")):
        where = f"volumeMounts[{index}]"
        if not isinstance(mount, Mapping) or not isinstance(mount.get("name"), str):
            yield Deviation(path=where, problem="names no volume", remedy=CANONICAL)
            continue
        path = mount.get("mountPath")
        if not isinstance(path, str) or path in seen:
            yield Deviation(path=f"{where}.mountPath", problem="is missing or repeated", remedy=CANONICAL)
            continue
        seen.add(path)
        yield from _judge_fields(where, mount)
        yield from _judge_place(where, path, mount, count)
    yield from _missing(seen, count)


def _judge_fields(where: str, mount: Mapping[str, Any]) -> Iterator[Deviation]:
    if mount.get("readOnly") is not True:
        yield Deviation(path=f"{where}.readOnly", problem="the gate must not write", remedy="set it to true")
    if mount.get("mountPropagation") not in (None, "None"):
        problem = "lets mounts appear while the gate runs"
        yield Deviation(path=f"{where}.mountPropagation", problem=problem, remedy="remove it")
    for name in mount.keys() - _KNOWN:
        if mount[name] not in (None, ""):
            problem = "decides at run time, or in a way this version does not know, what is mounted"
            yield Deviation(path=f"{where}.{shown(name)}", problem=problem, remedy="remove it")


def _judge_place(where: str, path: str, mount: Mapping[str, Any], count: int | None) -> Iterator[GateMount | Deviation]:
    number = path.removeprefix(f"{MOUNT_ROOT}/")
    if path == TOKEN_PATH:
        yield from _judge_token_place(where, mount)
    elif path in FOREIGN_MOUNTS:
        return
    elif count is None and path.startswith(f"{MOUNT_ROOT}/"):
        return  # The arguments, which number the volumes, are refused already.
    elif path != number and number in {str(index) for index in range(count or 0)}:
        yield _gated(where, int(number), mount)
    else:
        problem = f"{shown(path)} is neither a volume of the arguments nor a known harmless addition"
        yield Deviation(path=f"{where}.mountPath", problem=problem, remedy="remove it")


def _judge_token_place(where: str, mount: Mapping[str, Any]) -> Iterator[Deviation]:
    if mount["name"] != NO_TOKEN_VOLUME:
        problem = "gives the gate a service-account token"
        yield Deviation(path=where, problem=problem, remedy=f"mount the volume {NO_TOKEN_VOLUME} there")


def _gated(where: str, index: int, mount: Mapping[str, Any]) -> GateMount | Deviation:
    sub_path = _normalised(mount.get("subPath"))
    if sub_path is None:
        problem = "is not a path inside the volume"
        return Deviation(path=f"{where}.subPath", problem=problem, remedy="write it relative and without '..'")
    return GateMount(index=index, volume=mount["name"], sub_path=sub_path)


def _normalised(sub_path: object) -> str | None:
    if sub_path is None:
        return ""
    if not isinstance(sub_path, str) or sub_path.startswith("/"):
        return None
    parts = [part for part in sub_path.split("/") if part not in {"", "."}]
    return None if ".." in parts else "/".join(parts)


def _missing(seen: set[str], count: int | None) -> Iterator[Deviation]:
    for index in range(count or 0):
        if f"{MOUNT_ROOT}/{index}" not in seen:
            problem = f"nothing is mounted at {MOUNT_ROOT}/{index}, for volume argument number {index}"
            yield Deviation(path="volumeMounts", problem=problem, remedy=CANONICAL)
    if TOKEN_PATH not in seen:
        problem = "the API server would mount the service-account token into the gate"
        yield Deviation(path="volumeMounts", problem=problem, remedy=f"mount {NO_TOKEN_VOLUME} at {TOKEN_PATH}")
