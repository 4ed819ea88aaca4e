"""Every volume source of Kubernetes 1.36: can it hold a model, can it still change, can it be written here.

Sources: https://kubernetes.io/docs/reference/kubernetes-api/core/pod-v1/#volumes and the kinds of removed drivers, which
the API server still accepts. A source that is not in the table is unknown, and unknown is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from webhook.objects import Undecodable, flag, items, mapping, text

if TYPE_CHECKING:
    from collections.abc import Mapping

_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}\Z")


class Stability(Enum):
    """Whether what the gate saw is what the server will read."""

    FROZEN = "frozen"
    """Nothing outside the pod can change it."""
    PINNED = "pinned"
    """Its access mode keeps other pods from writing it."""
    LIVE = "live"
    """Others can write it at any time."""
    UNKNOWN = "unknown"
    """A kind of volume that this version does not know."""


class Holds(Enum):
    """Whether a model can be on it."""

    FILES = "files"
    SMALL = "small files"
    """At most a megabyte, written through the API: a model only where a model path leads into it."""
    NOTHING = "nothing"
    """Tokens and certificates."""


class Source(NamedTuple):
    """What is known of one kind of volume."""

    holds: Holds
    stability: Stability
    read_only: bool = False
    """Whether the kubelet mounts it read-only whatever the mount says."""
    identity: tuple[str, ...] = ()
    """Fields that say which storage it is; empty: it is the pod's own."""
    disk: bool = False
    """Whether it is a block device: attached read-only, nobody else writes it."""


SOURCES: Mapping[str, Source] = {
    "emptyDir": Source(Holds.FILES, Stability.FROZEN),
    "ephemeral": Source(Holds.FILES, Stability.FROZEN),
    "image": Source(Holds.FILES, Stability.FROZEN, read_only=True, identity=("reference",)),
    "gitRepo": Source(Holds.FILES, Stability.FROZEN),
    "persistentVolumeClaim": Source(Holds.FILES, Stability.LIVE, identity=("claimName",)),
    "hostPath": Source(Holds.FILES, Stability.LIVE, identity=("path",)),
    "nfs": Source(Holds.FILES, Stability.LIVE, identity=("server", "path")),
    "csi": Source(Holds.FILES, Stability.LIVE, identity=("driver", "volumeAttributes")),
    "flexVolume": Source(Holds.FILES, Stability.LIVE, identity=("driver", "options")),
    "cephfs": Source(Holds.FILES, Stability.LIVE, identity=("monitors", "path")),
    "glusterfs": Source(Holds.FILES, Stability.LIVE, identity=("endpoints", "path")),
    "azureFile": Source(Holds.FILES, Stability.LIVE, identity=("shareName",)),
    "quobyte": Source(Holds.FILES, Stability.LIVE, identity=("registry", "volume")),
    "portworxVolume": Source(Holds.FILES, Stability.LIVE, identity=("volumeID",)),
    "gcePersistentDisk": Source(Holds.FILES, Stability.LIVE, identity=("pdName",), disk=True),
    "awsElasticBlockStore": Source(Holds.FILES, Stability.LIVE, identity=("volumeID",), disk=True),
    "azureDisk": Source(Holds.FILES, Stability.LIVE, identity=("diskURI",), disk=True),
    "cinder": Source(Holds.FILES, Stability.LIVE, identity=("volumeID",), disk=True),
    "vsphereVolume": Source(Holds.FILES, Stability.LIVE, identity=("volumePath",), disk=True),
    "photonPersistentDisk": Source(Holds.FILES, Stability.LIVE, identity=("pdID",), disk=True),
    "scaleIO": Source(Holds.FILES, Stability.LIVE, identity=("volumeName",), disk=True),
    "storageos": Source(Holds.FILES, Stability.LIVE, identity=("volumeName",), disk=True),
    "flocker": Source(Holds.FILES, Stability.LIVE, identity=("datasetName", "datasetUUID"), disk=True),
    "iscsi": Source(Holds.FILES, Stability.LIVE, identity=("targetPortal", "iqn", "lun"), disk=True),
    "fc": Source(Holds.FILES, Stability.LIVE, identity=("targetWWNs", "lun", "wwids"), disk=True),
    "rbd": Source(Holds.FILES, Stability.LIVE, identity=("monitors", "pool", "image"), disk=True),
    "configMap": Source(Holds.SMALL, Stability.LIVE, read_only=True, identity=("name",)),
    "secret": Source(Holds.SMALL, Stability.LIVE, read_only=True, identity=("secretName",)),
    "projected": Source(Holds.SMALL, Stability.LIVE, read_only=True, identity=("sources",)),
    "downwardAPI": Source(Holds.SMALL, Stability.LIVE, read_only=True),
}
"""Kind -> what it is. `identity` decides whether two volumes of a pod are the same storage under two names."""

_WITH_READ_ONLY = frozenset(
    [
        "awsElasticBlockStore",
        "azureDisk",
        "azureFile",
        "cephfs",
        "cinder",
        "csi",
        "fc",
        "flexVolume",
        "gcePersistentDisk",
        "glusterfs",
        "iscsi",
        "nfs",
        "persistentVolumeClaim",
        "portworxVolume",
        "quobyte",
        "rbd",
        "scaleIO",
        "storageos",
    ]
)
"""Sources with a `readOnly` field of their own, which the kubelet applies to every mount of the volume."""

_TOKEN_PROJECTIONS = frozenset({"serviceAccountToken", "clusterTrustBundle", "podCertificate"})
"""Parts of a projected volume whose content no pod author chooses, as labels and annotations are."""

_SECRET_DRIVERS = frozenset({"secrets-store.csi.k8s.io", "csi.cert-manager.io", "csi.spiffe.io"})
"""CSI drivers that bring secrets and certificates: https://secrets-store-csi-driver.sigs.k8s.io/,
https://cert-manager.io/docs/usage/csi-driver/, https://github.com/spiffe/spiffe-csi"""

_UNKNOWN = Source(Holds.FILES, Stability.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """One volume of a pod."""

    name: str
    at: str
    kind: str
    """Name of its source; empty where the template leaves the volume to a controller."""
    source: Mapping[str, Any]
    holds: Holds
    read_only: bool
    """Whether every mount of it is read-only, whatever the mount says."""

    @property
    def claim(self) -> str:
        """The claim behind it; empty where it has none."""
        name = self.source.get("claimName")
        return name if isinstance(name, str) else ""

    @property
    def is_scratch(self) -> bool:
        """Whether it is empty when the pod starts, so that only the pod's containers put files there."""
        return self.kind in {"emptyDir", "ephemeral"} and not _prefilled(self.source)


_FROM_ELSEWHERE = ("dataSource", "dataSourceRef", "volumeName", "selector")


def _prefilled(source: Mapping[str, Any]) -> bool:
    """Say whether a claim template starts from a snapshot, another claim, a populator or a volume that is there already."""
    template = source.get("volumeClaimTemplate")
    if not isinstance(template, dict):
        return False
    spec, metadata = template.get("spec"), template.get("metadata")
    # Provisioners may take the directory from an annotation: pathPattern of nfs-subdir-external-provisioner.
    if isinstance(metadata, dict) and metadata.get("annotations"):
        return True
    # An empty class binds to a volume that somebody made by hand (storage/persistent-volumes/#class-1).
    return isinstance(spec, dict) and (
        spec.get("storageClassName") == "" or any(spec.get(key) for key in _FROM_ELSEWHERE)
    )


def contains(parent: str, child: str) -> bool:
    """Say whether one path is another or leads into it; both may be written carelessly."""
    outer, inner = normal(parent), normal(child)
    return outer in {"/", inner} or inner.startswith(outer + "/")


def normal(path: str) -> str:
    """Return a path as the kernel would walk it, without links: absolute, without `.`, `..` and doubled slashes."""
    if path[:1] == "/" and path[-1:] != "/" and "//" not in path and "/." not in path:
        return path
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts[-1:] = []
        elif part not in {"", "."}:
            parts.append(part)
    return "/" + "/".join(parts)


def read_volume(raw: Mapping[str, Any], at: str) -> Volume:
    """Read one entry of `spec.volumes`."""
    name = text(raw, "name", at)
    kinds = [key for key, value in raw.items() if key != "name" and value is not None]
    if len(kinds) > 1:
        raise Undecodable(at, f"one volume source, not {', '.join(sorted(kinds))[:120]}", raw)
    # An entry without a source is an emptyDir (API reference, VolumeSource).
    kind = kinds[0] if kinds else "emptyDir"
    source = mapping(raw, kind, at)
    known = SOURCES.get(kind, _UNKNOWN)
    return Volume(
        name=name,
        at=at,
        kind=kind,
        source=source,
        holds=_holds(kind, source, f"{at}.{kind}"),
        read_only=known.read_only or (kind in _WITH_READ_ONLY and flag(source, "readOnly", f"{at}.{kind}")),
    )


def _holds(kind: str, source: Mapping[str, Any], at: str) -> Holds:
    if kind == "downwardAPI" and _only_plain_facts(source, at):
        return Holds.NOTHING
    if kind == "projected" and _only_tokens(source, at):
        return Holds.NOTHING
    if kind == "csi" and source.get("driver") in _SECRET_DRIVERS:
        return Holds.SMALL
    return SOURCES.get(kind, _UNKNOWN).holds


def _only_plain_facts(source: Mapping[str, Any], at: str) -> bool:
    """Say whether a downward-API volume holds neither labels nor annotations, in which a whole pickle has room."""
    paths = [text(mapping(item, "fieldRef", where), "fieldPath", where) for where, item in items(source, "items", at)]
    return not any(path.startswith(("metadata.labels", "metadata.annotations")) for path in paths)


def _only_tokens(source: Mapping[str, Any], at: str) -> bool:
    projections = [projection for _, projection in items(source, "sources", at)]
    # The API server's own token volume carries the cluster's certificates in this ConfigMap.
    return all(
        projection.keys() <= _TOKEN_PROJECTIONS
        or (projection.keys() == {"downwardAPI"} and _only_plain_facts(mapping(projection, "downwardAPI", at), at))
        or mapping(projection, "configMap", at).get("name") == "kube-root-ca.crt"
        or mapping(projection, "configMap", at).get("name") == "openshift-service-ca.crt"
        for projection in projections
    )


def stability(volume: Volume, claim: Mapping[str, Any] | None) -> Stability:
    """Classify a volume; `claim` is the PersistentVolumeClaim behind it, None where it is not known."""
    known = SOURCES.get(volume.kind, _UNKNOWN)
    if volume.kind == "image":
        return known.stability if has_digest(volume) else Stability.LIVE
    if volume.kind == "persistentVolumeClaim":
        return _claim_stability(claim)
    if volume.kind == "ephemeral" and not volume.is_scratch:
        return Stability.PINNED
    return Stability.PINNED if known.disk and volume.read_only else known.stability


def _claim_stability(claim: Mapping[str, Any] | None) -> Stability:
    if claim is None:
        return Stability.LIVE
    spec = claim.get("spec")
    modes = spec.get("accessModes") if isinstance(spec, dict) else None
    # https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes: ReadWriteOnce lets several pods of
    # one node write; only these two keep every other pod from writing.
    if isinstance(modes, list) and modes and all(mode in {"ReadOnlyMany", "ReadWriteOncePod"} for mode in modes):
        return Stability.PINNED
    return Stability.LIVE


def has_digest(volume: Volume) -> bool:
    """Say whether an image volume names its image by digest."""
    reference = volume.source.get("reference")
    return isinstance(reference, str) and _DIGEST.search(reference) is not None
