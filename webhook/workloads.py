"""Which kinds of objects make pods, and where in them the pods' specifications stand: one row per kind.

A kind that is not in the table is not judged here: its pods are, when they are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from webhook.extent import Extent
from webhook.objects import below, items, mapping, text
from webhook.platforms import inference_service, llm_inference_service, ray_service, seldon_model, trained_model
from webhook.pod import Pod, read_pod
from webhook.volumes import Holds, Volume

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from webhook.decision import Violation
    from webhook.policy import CompiledPolicy

    OwnCheck = Callable[[Mapping[str, Any], CompiledPolicy], Iterator[Violation]]

GATED_LABEL = "weighbridge.dev/gated"
"""What the reporter selects pods by."""

_FREE = frozenset(
    [
        "activeDeadlineSeconds",
        "affinity",
        "nodeName",
        "nodeSelector",
        "preemptionPolicy",
        "priority",
        "priorityClassName",
        "readinessGates",
        "resources",
        "schedulerName",
        "schedulingGates",
        "terminationGracePeriodSeconds",
        "tolerations",
        "topologySpreadConstraints",
    ]
)
"""Fields of a pod that decide where and when it runs, not what: schedulers and queues change them after creation."""
_CONTAINER_LISTS = frozenset({"initContainers", "containers", "ephemeralContainers"})
_FREE_IN_CONTAINERS = frozenset({"resources", "resizePolicy"})

_FILLED_LATER = "internal.serving.kserve.io/storage-initializer-sourceuri"
"""On templates whose volume and downloader KServe's own pod webhook adds when a pod is made."""


class Place(NamedTuple):
    """Where in an object one pod specification stands."""

    spec: tuple[str, ...]
    """Path of the specification; `*` stands for every element of a list."""
    metadata: str = "metadata"
    """Name of the field beside the specification that its pods' metadata comes from; empty: the specification itself."""


class Kind(NamedTuple):
    """One kind of object."""

    group: str
    name: str
    places: tuple[Place, ...]
    judged: tuple[tuple[str, ...], ...] = (("spec", "template"),)
    """Paths of what pods are made from: where an UPDATE leaves all of them alone, there is nothing to judge."""
    serves: bool = False
    """Whether the kind is one of a serving platform, so that its pods serve models whatever they are called."""
    partial: bool = False
    """Whether a controller merges more into the specification: volumes may be missing from it."""
    framework_fields: tuple[str, ...] = ()
    """Fields of the specification that hold one more container, which a controller merges into a runtime's."""
    is_namespaced: bool = True
    own_check: OwnCheck | None = None
    """What is to be said about the object itself."""


def _template(*path: str) -> Place:
    return Place((*path, "spec"))


_TEMPLATE = (_template("spec", "template"),)
_SPEC = (("spec",),)
_RAY = ("headGroupSpec", "template"), ("workerGroupSpecs", "*", "template")
_FRAMEWORKS = (
    "model",
    "sklearn",
    "xgboost",
    "tensorflow",
    "pytorch",
    "triton",
    "onnx",
    "huggingface",
    "pmml",
    "lightgbm",
    "paddle",
)


def _ray(*path: str) -> tuple[Place, ...]:
    return tuple(_template(*path, *tail) for tail in _RAY)


def _kserve(*path: str) -> tuple[Place, ...]:
    return Place(path, ""), Place((*path, "workerSpec"), "")


_ROWS = (
    Kind("", "Pod", (Place(("spec",)),), _SPEC),
    Kind("apps", "Deployment", _TEMPLATE),
    Kind("apps", "StatefulSet", _TEMPLATE, (("spec", "template"), ("spec", "volumeClaimTemplates"))),
    Kind("apps", "DaemonSet", _TEMPLATE),
    Kind("apps", "ReplicaSet", _TEMPLATE),
    Kind("", "ReplicationController", _TEMPLATE),
    Kind("batch", "Job", _TEMPLATE),
    Kind("batch", "CronJob", (_template("spec", "jobTemplate", "spec", "template"),), (("spec", "jobTemplate"),)),
    Kind("argoproj.io", "Rollout", _TEMPLATE),
    Kind("jobset.x-k8s.io", "JobSet", (_template("spec", "replicatedJobs", "*", "template", "spec", "template"),), _SPEC),
    Kind(
        "leaderworkerset.x-k8s.io",
        "LeaderWorkerSet",
        (
            _template("spec", "leaderWorkerTemplate", "leaderTemplate"),
            _template("spec", "leaderWorkerTemplate", "workerTemplate"),
        ),
        (("spec", "leaderWorkerTemplate"),),
    ),
    Kind("serving.knative.dev", "Service", _TEMPLATE, partial=True),
    Kind("serving.knative.dev", "Revision", (Place(("spec",)),), _SPEC, partial=True),
    Kind(
        "serving.kserve.io",
        "InferenceService",
        (*_kserve("spec", "predictor"), *_kserve("spec", "transformer"), *_kserve("spec", "explainer")),
        (("spec",), ("metadata", "annotations")),
        serves=True,
        partial=True,
        framework_fields=_FRAMEWORKS,
        own_check=inference_service,
    ),
    Kind("serving.kserve.io", "ServingRuntime", _kserve("spec"), _SPEC, serves=True, partial=True),
    Kind("serving.kserve.io", "ClusterServingRuntime", _kserve("spec"), _SPEC, serves=True, partial=True,
         is_namespaced=False),
    Kind("serving.kserve.io", "TrainedModel", (), _SPEC, own_check=trained_model),
    Kind(
        "serving.kserve.io",
        "LLMInferenceService",
        (
            Place(("spec", "template"), ""),
            Place(("spec", "worker"), ""),
            Place(("spec", "prefill", "template"), ""),
            Place(("spec", "prefill", "worker"), ""),
        ),
        _SPEC,
        serves=True,
        partial=True,
        own_check=llm_inference_service,
    ),
    Kind("machinelearning.seldon.io", "SeldonDeployment",
         (Place(("spec", "predictors", "*", "componentSpecs", "*", "spec")),), _SPEC, serves=True, partial=True),
    Kind("mlops.seldon.io", "Server", (Place(("spec", "podSpec"), ""),), _SPEC, serves=True, partial=True),
    Kind("mlops.seldon.io", "Model", (), _SPEC, own_check=seldon_model),
    Kind("ray.io", "RayCluster", _ray("spec"), _SPEC, serves=True),
    Kind("ray.io", "RayJob", _ray("spec", "rayClusterSpec"), _SPEC),
    Kind("ray.io", "RayService", _ray("spec", "rayClusterConfig"), _SPEC, serves=True, own_check=ray_service),
)  # fmt: skip

KINDS: Mapping[tuple[str, str], Kind] = {(kind.group, kind.name): kind for kind in _ROWS}
"""(group, kind) -> where its pods are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One pod specification found in an object."""

    pod: Pod
    is_pod: bool
    """Whether this is the pod itself and not what pods are made from."""
    has_metadata: bool
    """Whether the object has the field that the pods' metadata comes from."""


def read_templates(obj: Mapping[str, Any], kind: Kind) -> tuple[Template, ...]:
    """Read every pod specification of an object; raise `Undecodable` where one cannot be read."""
    extra = tuple(_claim_templates(obj)) if kind.name == "StatefulSet" else ()
    extent = Extent()
    found = []
    for place in kind.places:
        for at, parent in _walk(obj, place.spec[:-1], ""):
            spec = mapping(parent, place.spec[-1], at)
            if not spec:
                continue
            spec_at = below(at, place.spec[-1])
            metadata, metadata_at = spec, spec_at
            if place.metadata:
                metadata, metadata_at = mapping(parent, place.metadata, at), below(at, place.metadata)
            is_pod = kind.name == "Pod"
            pod = read_pod(
                spec,
                metadata,
                at=spec_at,
                metadata_at=metadata_at,
                extra_volumes=extra,
                is_partial=kind.partial
                or (not is_pod and _FILLED_LATER in mapping(metadata, "annotations", metadata_at)),
                framework_fields=kind.framework_fields,
                extent=extent,
            )
            has_metadata = not place.metadata or parent.get(place.metadata) is not None
            found.append(Template(pod=pod, is_pod=is_pod, has_metadata=has_metadata))
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


def _claim_templates(obj: Mapping[str, Any]) -> Iterator[Volume]:
    """Yield the volumes a StatefulSet makes of its claim templates: named like them, one claim per pod."""
    for where, claim in items(mapping(obj, "spec", ""), "volumeClaimTemplates", "spec"):
        name = text(mapping(claim, "metadata", where), "name", f"{where}.metadata")
        # StatefulSet controller: the claim is called TEMPLATE-STATEFULSET-ORDINAL and takes precedence over a volume.
        source = {"claimName": f"{name}-*"}
        yield Volume(
            name=name, at=where, kind="persistentVolumeClaim", source=source, holds=Holds.FILES, read_only=False
        )


def is_unchanged(obj: Mapping[str, Any], old: Mapping[str, Any], kind: Kind) -> bool:
    """Say whether an UPDATE leaves everything alone that pods are made from, and does not hide a pod's verdict."""
    if kind.name == "Pod":
        return _essence(obj.get("spec")) == _essence(old.get("spec")) and not _loses_label(obj, old)
    return all(_at(obj, path) == _at(old, path) for path in kind.judged)


def _loses_label(obj: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    label = ("metadata", "labels", GATED_LABEL)
    return bool(_at(old, label) == "true" and _at(obj, label) != "true")


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _essence(spec: Any) -> Any:
    """Return a pod's specification without what decides only where and when it runs."""
    if not isinstance(spec, dict):
        return spec
    kept = {name: value for name, value in spec.items() if name not in _FREE}
    for name in _CONTAINER_LISTS & kept.keys():
        if isinstance(kept[name], list):
            kept[name] = [_container_essence(container) for container in kept[name]]
    return kept


def _container_essence(container: Any) -> Any:
    if not isinstance(container, dict):
        return container
    return {name: value for name, value in container.items() if name not in _FREE_IN_CONTAINERS}
