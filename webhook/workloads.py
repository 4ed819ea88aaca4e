"""Which kinds of objects make pods, and where in them the pods' specifications stand: one row per kind.

A kind that is not in the table is not judged here: its pods are, when they are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from webhook.objects import below, items, mapping, text
from webhook.pod import Pod, read_pod
from webhook.volumes import Holds, Volume

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Place(NamedTuple):
    """Where in an object one pod specification stands."""

    spec: tuple[str, ...]
    """Path of the specification; `*` stands for every element of a list."""
    metadata: tuple[str, ...]
    """Path of the metadata that its pods get."""


class Kind(NamedTuple):
    """One kind of object."""

    group: str
    name: str
    places: tuple[Place, ...]
    serves: bool = False
    """Whether the kind is one of a serving platform, so that its pods serve models whatever they are called."""
    partial: bool = False
    """Whether a controller merges more into the specification: volumes may be missing from it."""
    judged: tuple[tuple[str, ...], ...] = (("spec", "template"),)
    """Paths of what pods are made from: where an UPDATE leaves all of them alone, there is nothing to judge."""


def _template(*path: str) -> Place:
    return Place((*path, "spec"), (*path, "metadata"))


_TEMPLATE = (_template("spec", "template"),)

KINDS: Mapping[tuple[str, str], Kind] = {
    (kind.group, kind.name): kind
    for kind in (
        Kind("", "Pod", (Place(("spec",), ("metadata",)),), judged=(("spec",),)),
        Kind("apps", "Deployment", _TEMPLATE),
        Kind("apps", "StatefulSet", _TEMPLATE, judged=(("spec", "template"), ("spec", "volumeClaimTemplates"))),
        Kind("apps", "DaemonSet", _TEMPLATE),
        Kind("apps", "ReplicaSet", _TEMPLATE),
        Kind("", "ReplicationController", _TEMPLATE),
        Kind("batch", "Job", _TEMPLATE),
        Kind(
            "batch",
            "CronJob",
            (_template("spec", "jobTemplate", "spec", "template"),),
            judged=(("spec", "jobTemplate", "spec", "template"),),
        ),
    )
}
"""(group, kind) -> where its pods are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One pod specification found in an object."""

    pod: Pod
    kind: Kind
    is_pod: bool
    """Whether this is the pod itself and not what pods are made from."""


def read_templates(obj: Mapping[str, Any], kind: Kind) -> tuple[Template, ...]:
    """Read every pod specification of an object; raise `Undecodable` where one cannot be read."""
    extra = tuple(_claim_templates(obj)) if kind.name == "StatefulSet" else ()
    found = []
    for place in kind.places:
        for at, parents in _walk(obj, place.spec[:-1], ""):
            spec = mapping(parents, place.spec[-1], at)
            if spec:
                metadata_at, metadata = _metadata(obj, at, parents, place)
                pod = read_pod(
                    spec,
                    metadata,
                    at=below(at, place.spec[-1]),
                    metadata_at=metadata_at,
                    extra_volumes=extra,
                    volumes_elsewhere=kind.partial,
                )
                found.append(Template(pod=pod, kind=kind, is_pod=kind.name == "Pod"))
    return tuple(found)


def _walk(value: Mapping[str, Any], path: tuple[str, ...], at: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield path and object of everything a path with `*` leads to."""
    if not path:
        yield at, value
        return
    head, *rest = path
    if rest and rest[0] == "*":
        for where, item in items(value, head, at):
            yield from _walk(item, tuple(rest[1:]), where)
        return
    inner = mapping(value, head, at)
    if inner:
        yield from _walk(inner, tuple(rest), below(at, head))


def _metadata(
    obj: Mapping[str, Any], at: str, parents: Mapping[str, Any], place: Place
) -> tuple[str, Mapping[str, Any]]:
    """Return the metadata beside a specification, or the object's own where the kind hands that on."""
    if place.metadata == ("metadata",):
        return "metadata", mapping(obj, "metadata", "")
    return below(at, "metadata"), mapping(parents, "metadata", at)


def _claim_templates(obj: Mapping[str, Any]) -> Iterator[Volume]:
    """Yield the volumes a StatefulSet makes of its claim templates: named like them, one claim per pod."""
    for where, claim in items(mapping(obj, "spec", ""), "volumeClaimTemplates", "spec"):
        name = text(mapping(claim, "metadata", where), "name", f"{where}.metadata")
        # StatefulSet controller: the claim is called TEMPLATE-STATEFULSET-ORDINAL and takes precedence over a volume.
        source = {"claimName": f"{name}-*"}
        yield Volume(
            name=name, at=where, kind="persistentVolumeClaim", source=source, holds=Holds.FILES, read_only=False
        )
