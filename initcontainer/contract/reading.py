"""Reading a container back: whether it is a gate that nothing weakens, and what it examines.

The rule is that every field is either read and judged, known to be free, or refused, so that a field Kubernetes adds
tomorrow cannot loosen a gate before this package knows it.
Fields: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#Container
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from initcontainer.contract.arguments import from_arguments
from initcontainer.contract.config import ContractError, GateConfig
from initcontainer.contract.deviations import CANONICAL, Deviation, listed, shown
from initcontainer.contract.images import digest_of
from initcontainer.contract.mounts import GateMount, read_mounts
from initcontainer.contract.names import (
    COMMAND_WORD,
    GATE_NAME,
    TERMINATION_MESSAGE_PATH,
    TERMINATION_MESSAGE_POLICY,
)
from initcontainer.contract.privileges import judge_privileges

if TYPE_CHECKING:
    from collections.abc import Iterator

FREE = frozenset({"resizePolicy", "imagePullPolicy"})
"""Fields that cannot make a gate pass what it would not: at worst it does not run, and then it stays shut."""

JUDGED = frozenset(
    {
        "name",
        "image",
        "args",
        "env",
        "resources",
        "volumeMounts",
        "terminationMessagePath",
        "terminationMessagePolicy",
        "securityContext",
    }
)
"""Fields that this package reads."""

FORBIDDEN: Mapping[str, str] = {
    "command": "it replaces the gate's program",
    "workingDir": "it decides where relative names lead",
    "ports": "the gate listens nowhere",
    "envFrom": "it sets variables that are not written here",
    "volumeDevices": "the gate reads files, not devices",
    "livenessProbe": "it runs or kills beside the gate",
    "readinessProbe": "it runs beside the gate",
    "startupProbe": "it runs beside the gate",
    "lifecycle": "its hooks run beside the gate",
    "restartPolicy": "a gate that is a sidecar, or has restart rules of its own, holds nothing back",
    "restartPolicyRules": "restart rules turn a failed gate into a passed one",
    "stdin": "someone could type into the gate",
    "stdinOnce": "someone could type into the gate",
    "tty": "someone could type into the gate",
}
"""Field -> why a gate must not have it. Null, false and empty count as absent."""

NATIVE_RESOURCES = frozenset({"cpu", "memory", "ephemeral-storage"})
"""What a gate may be given, as much or as little as one likes. Devices come with mounts, variables and hooks of their
drivers (CDI): https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/"""

FOREIGN_VARIABLES = ("AWS_", "AZURE_", "JOB_COMPLETION_INDEX", "LWS_")
"""
Prefixes of variables that are added to every container, gates among them, and of which the gate reads none: by cloud identity
webhooks, by the controller of indexed Jobs (kubernetes/pkg/controller/job/indexed_job_utils.go,
`addCompletionIndexEnvVariables`) and by LeaderWorkerSet (lws/pkg/utils/pod/pod_utils.go, `AddLWSVariables`).
"""
FOREIGN_SUFFIX = "_PROXY"
"""End, in any case, of variables that proxy injectors add."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A container that is a gate and carries nothing that weakens it. Whether its image is trusted is another question."""

    config: GateConfig
    image_reference: str
    digest: str
    """`sha256:...` of the image reference."""
    mounts: tuple[GateMount, ...]
    """One for each of `config.volumes`, in their order."""
    run_as_user: int | None
    run_as_group: int | None


def read_gate(container: Mapping[str, Any]) -> Gate | list[Deviation]:
    """Read a container of a pod as a gate; return all that speaks against it, if anything does."""
    config = _config(container)
    count = len(config.volumes) if isinstance(config, GateConfig) else None
    mounts = list(read_mounts(container, count))
    digest = _digest(container)
    deviations = [
        *_name(container),
        *([digest] if isinstance(digest, Deviation) else []),
        *([config] if isinstance(config, Deviation) else []),
        *_fields(container),
        *_resources(container),
        *_environment(container),
        *(mount for mount in mounts if isinstance(mount, Deviation)),
        *_termination(container),
        *judge_privileges(container),
    ]
    if deviations or isinstance(digest, Deviation) or isinstance(config, Deviation):
        return deviations
    return Gate(
        config=config,
        image_reference=container["image"],
        digest=digest,
        mounts=tuple(sorted((m for m in mounts if isinstance(m, GateMount)), key=lambda mount: mount.index)),
        run_as_user=container["securityContext"].get("runAsUser"),
        run_as_group=container["securityContext"].get("runAsGroup"),
    )


def _name(container: Mapping[str, Any]) -> Iterator[Deviation]:
    if container.get("name") != GATE_NAME:
        yield Deviation(path="name", problem="is not the gate's name", remedy=f"call it {GATE_NAME}")


def _digest(container: Mapping[str, Any]) -> str | Deviation:
    image = container.get("image")
    digest = digest_of(image) if isinstance(image, str) else None
    if digest is None:
        problem = "is not pinned by digest, so it may be another image tomorrow"
        return Deviation(path="image", problem=problem, remedy="write it as REPOSITORY@sha256:DIGEST")
    return digest


def _config(container: Mapping[str, Any]) -> GateConfig | Deviation:
    arguments = container.get("args")
    if not isinstance(arguments, list) or arguments[:1] != [COMMAND_WORD]:
        return Deviation(path="args", problem=f"must begin with {COMMAND_WORD}", remedy=CANONICAL)
    try:
        return from_arguments(arguments[1:])
    except ContractError as error:
        return Deviation(path="args", problem=str(error), remedy=CANONICAL)


def _fields(container: Mapping[str, Any]) -> Iterator[Deviation]:
    for name, value in container.items():
        if name in JUDGED or name in FREE or value is None:
            continue
        why = FORBIDDEN.get(name)
        if why is None:
            yield Deviation(path=shown(name), problem="is not a field this version knows", remedy="remove it")
        elif value is not False and value not in ("", [], {}):
            yield Deviation(path=name, problem=f"must not be set: {why}", remedy="remove it")


def _resources(container: Mapping[str, Any]) -> Iterator[Deviation]:
    resources = container.get("resources")
    if resources is not None and not isinstance(resources, Mapping):
        yield Deviation(path="resources", problem="is not an object", remedy="remove it")
        return
    for kind, amounts in (resources or {}).items():
        plain = kind in {"limits", "requests"} and isinstance(amounts, Mapping) and amounts.keys() <= NATIVE_RESOURCES
        if not plain and amounts not in (None, [], {}):
            problem = "would bring devices, and what their drivers add, into the gate"
            remedy = f"keep only {', '.join(sorted(NATIVE_RESOURCES))}"
            yield Deviation(path=f"resources.{shown(kind)}", problem=problem, remedy=remedy)


def _environment(container: Mapping[str, Any]) -> Iterator[Deviation]:
    for index, variable in enumerate(listed(container, "env")):
        fields = variable if isinstance(variable, Mapping) else {}
        name = fields.get("name")
        if not isinstance(name, str) or not _is_foreign(name):
            problem = f"{shown(name)} is not one of the harmless additions of clouds and proxies"
            yield Deviation(path=f"env[{index}]", problem=problem, remedy="remove it")
        elif not _is_told(fields):
            problem = f"{shown(name)} has neither a literal value nor one that is a field of the pod"
            yield Deviation(path=f"env[{index}]", problem=problem, remedy="give it a value, or remove it")


def _is_told(variable: Mapping[str, Any]) -> bool:
    """Say whether a variable's value stands in the pod itself, and not in a Secret or ConfigMap."""
    source = variable.get("valueFrom")
    if source is not None:
        return (
            variable.keys() <= {"name", "valueFrom"} and isinstance(source, Mapping) and source.keys() == {"fieldRef"}
        )
    return variable.keys() <= {"name", "value", "valueFrom"} and isinstance(variable.get("value", ""), str)


def _is_foreign(name: str) -> bool:
    return name.startswith(FOREIGN_VARIABLES) or name.upper().endswith(FOREIGN_SUFFIX)


def _termination(container: Mapping[str, Any]) -> Iterator[Deviation]:
    wanted = {
        "terminationMessagePath": TERMINATION_MESSAGE_PATH,
        "terminationMessagePolicy": TERMINATION_MESSAGE_POLICY,
    }
    for name, value in wanted.items():
        # The API server fills an absent field with exactly this value.
        if container.get(name) not in (None, value):
            problem = "would keep the verdict from being read"
            yield Deviation(path=name, problem=problem, remedy=f"set it to {value}")
