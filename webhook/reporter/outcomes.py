"""From a pod object to what its gate said. Pure; everything in a pod's status that a pod's author can write is distrusted.

A container's status is the kubelet's word, its termination message is the container's. So a message counts only where the
pod's specification carries a gate that was accepted for its policy; of any other container the message is `UNVERIFIED`,
whatever it says. An exit code that does not fit the message overrules it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeAlias

from initcontainer.contract import GATE_NAME, ContractError, Gate, TerminationMessage, Verdict, decode
from scanners.escaping import printable

Json: TypeAlias = Mapping[str, Any]
Trust: TypeAlias = Callable[[Json, Json], Gate | str]
"""Takes a pod and the container that bears the gate's name; returns the gate, or why it is none that is accepted."""

NOT_EXAMINED: Final = "not-examined"
"""Stands in place of a rule where a gate is shut because something was not examined."""
UNNAMED: Final = "unnamed"
"""Stands in place of a rule for findings that the message counts and has no room to name."""

OTHER: Final = "other"
"""Stands in place of an owner's kind that is not one of `WORKLOAD_KINDS`."""
WORKLOAD_KINDS: Final = frozenset({
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Job",
    "JobSet",
    "LeaderWorkerSet",
    "Node",
    "Pod",
    "RayCluster",
    "ReplicaSet",
    "ReplicationController",
    "StatefulSet",
})  # fmt: skip
"""Kinds that own pods. The owner in a pod's metadata is its author's word, so counters know no others."""

_RULE = re.compile(r"[a-z0-9]+(-[a-z0-9]+){0,9}")
_LONGEST_NAME: Final = 253
"""Characters of an object's name: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/"""


class Said(StrEnum):
    """What a gate's run came to."""

    PASS = "PASS"  # noqa: S105 a verdict
    WARN = "WARN"
    BLOCK = "BLOCK"
    ERROR = "ERROR"
    UNVERIFIED = "UNVERIFIED"
    """Something ended under the gate's name, and nothing it says can be relied on."""
    LOST = "LOST"
    """The pod was gone before a verdict was seen."""


SHUT: Final = frozenset({Said.BLOCK, Said.ERROR})
"""What holds the server back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What a person would edit to change the pod. Both are claims of the pod's author, printable and short."""

    kind: str
    name: str

    @property
    def known_kind(self) -> str:
        """The kind where it is one of `WORKLOAD_KINDS`, else `other`."""
        return self.kind if self.kind in WORKLOAD_KINDS else OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run of a gate, ended."""

    said: Said
    detail: str
    """One sentence for events and logs."""
    container_id: str = ""
    findings: tuple[tuple[str, str, int], ...] = ()
    """(rule, severity, count); `unnamed` for what the message had no room for."""
    rules: tuple[str, ...] = ()
    """What the gauge of blocked workloads names."""
    policy: str = ""
    gaps: int = 0
    files: int = 0
    bytes: int = 0
    milliseconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GatedPod:
    """A pod that carries the gate's label, and what its gate has said so far."""

    uid: str
    namespace: str
    name: str
    workload: Workload
    outcomes: tuple[Outcome, ...]
    """Ended runs that the status still shows, the latest first."""
    restarts: int = 0
    resource_version: str = ""
    owners: tuple[Json, ...] = field(default=(), repr=False)

    @property
    def now(self) -> Outcome | None:
        """The latest run that ended, None where none has."""
        return self.outcomes[0] if self.outcomes else None


def read_pod(pod: Json, trust: Trust) -> GatedPod:
    """Read a pod as the API server gives it."""
    metadata = pod["metadata"]
    status = _gate_status(pod)
    owners = tuple(owner for owner in metadata.get("ownerReferences") or () if owner.get("controller"))
    return GatedPod(
        uid=metadata["uid"],
        namespace=metadata["namespace"],
        name=metadata["name"],
        workload=workload_of(metadata, owners),
        outcomes=tuple(_outcomes(pod, status, trust)) if status else (),
        restarts=status.get("restartCount", 0) if status else 0,
        resource_version=metadata.get("resourceVersion", ""),
        owners=owners,
    )


def workload_of(metadata: Json, owners: tuple[Json, ...]) -> Workload:
    """Return the controller; for a Deployment's ReplicaSet the Deployment, whose name its own contains."""
    if not owners:
        return Workload(kind="Pod", name=metadata["name"])
    # The API server takes any text that is not empty for an owner's kind and name.
    kind, name = (printable(owners[0][key], _LONGEST_NAME) for key in ("kind", "name"))
    template_hash = (metadata.get("labels") or {}).get("pod-template-hash", "")
    if kind == "ReplicaSet" and template_hash and name.endswith(f"-{template_hash}"):
        return Workload(kind="Deployment", name=name.removesuffix(f"-{template_hash}"))
    return Workload(kind=kind, name=name)


def _gate_status(pod: Json) -> Json | None:
    statuses = (pod.get("status") or {}).get("initContainerStatuses") or ()
    return next((status for status in statuses if status.get("name") == GATE_NAME), None)


def _outcomes(pod: Json, status: Json, trust: Trust) -> Iterator[Outcome]:
    containers = pod["spec"].get("initContainers") or ()
    container: Json = next((candidate for candidate in containers if candidate.get("name") == GATE_NAME), {})
    gate = trust(pod, container)
    for state in ("state", "lastState"):
        ended = (status.get(state) or {}).get("terminated")
        if ended:
            yield _outcome(ended, gate)


def _outcome(ended: Json, gate: Gate | str) -> Outcome:
    container_id = ended.get("containerID", "")
    if isinstance(gate, str):
        return Outcome(said=Said.UNVERIFIED, detail=gate, container_id=container_id)
    code = ended.get("exitCode", -1)
    try:
        message = decode(ended.get("message", ""))
    except ContractError as error:
        return _without_message(ended, container_id, str(error))
    if message.verdict.exit_code != code:
        return _contradiction(message, code, container_id)
    return _told(message, container_id, gate)


def _without_message(ended: Json, container_id: str, problem: str) -> Outcome:
    code, reason = ended.get("exitCode", -1), ended.get("reason") or "no reason"
    if code:
        sentence = f"the gate ended with exit code {code} ({reason}) and left no verdict"
        return Outcome(said=Said.ERROR, detail=sentence, container_id=container_id, rules=(NOT_EXAMINED,), gaps=1)
    sentence = f"the gate opened and left no verdict that can be read: {problem}"
    return Outcome(said=Said.UNVERIFIED, detail=sentence, container_id=container_id)


def _contradiction(message: TerminationMessage, code: int, container_id: str) -> Outcome:
    """Return what holds where message and exit code differ: an exit code holds the server back, a message does not."""
    sentence = f"the gate said {message.verdict.value} and ended with exit code {code}"
    if code:
        return Outcome(said=Said.ERROR, detail=sentence, container_id=container_id, rules=(NOT_EXAMINED,), gaps=1)
    return Outcome(said=Said.UNVERIFIED, detail=sentence, container_id=container_id)


def _told(message: TerminationMessage, container_id: str, gate: Gate) -> Outcome:
    blocking = dict.fromkeys(f.rule for f in message.findings if f.severity >= gate.config.fail_on)
    rules = tuple(rule for rule in blocking if _RULE.fullmatch(rule))
    if message.verdict is Verdict.BLOCK and not rules:
        rules = (UNNAMED,)
    if message.verdict is Verdict.ERROR:
        rules = (*rules, NOT_EXAMINED)
    return Outcome(
        said=Said(message.verdict.value),
        detail=message.reason,
        container_id=container_id,
        findings=tuple(_counted(message)),
        rules=rules if message.verdict in {Verdict.BLOCK, Verdict.ERROR} else (),
        policy=gate.config.policy,
        gaps=message.gaps,
        files=message.files,
        bytes=message.bytes,
        milliseconds=message.milliseconds,
    )


def _counted(message: TerminationMessage) -> Iterator[tuple[str, str, int]]:
    named: Counter[tuple[str, str]] = Counter()
    for finding in message.findings:
        rule = finding.rule if _RULE.fullmatch(finding.rule) else UNNAMED
        named[rule, finding.severity.name] += 1
    for severity, count in message.counts.items():
        rest = count - sum(number for (_, name), number in named.items() if name == severity.name)
        if rest > 0:
            named[UNNAMED, severity.name] += rest
    for (rule, name), number in sorted(named.items()):
        yield rule, name, number
