"""What already runs and would not be admitted today: counted and named, never evicted. Pure.

Pods that were there before the policy, or before the namespace was labelled, have passed no review. A pod that has come to
its end is not looked at, nor is one in a namespace under no policy.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from webhook.objects import Undecodable
from webhook.reporter.outcomes import Workload, workload_of
from webhook.review import NEVER_JUDGED, Mode, decide_object
from webhook.workloads import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from webhook.policy import CompiledPolicy
    from webhook.reporter.outcomes import Json
    from webhook.review import Knowledge

UNDECODABLE: Final = "review-not-decodable"
_POD: Final = KINDS["", "Pod"]
_ENDED: Final = frozenset({"Succeeded", "Failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ungated:
    """A workload that runs and breaks the policy of its namespace."""

    namespace: str
    workload: Workload
    violations: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Audit:
    """The result of one pass over all pods."""

    pods: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(namespace, mode, decision) -> pods."""
    violations: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(namespace, mode, violation) -> pods."""
    ungated: set[Ungated] = field(default_factory=set)


def audit(pods: Iterable[Json], knowledge: Knowledge) -> Audit:
    """Judge every pod by the policies its namespace is under now, each in its mode."""
    result = Audit()
    for pod in pods:
        if (pod.get("status") or {}).get("phase") not in _ENDED:
            _look(pod, knowledge, result)
    return result


def _look(pod: Json, knowledge: Knowledge, result: Audit) -> None:
    metadata = pod["metadata"]
    namespace = metadata["namespace"]
    if namespace == knowledge.own_namespace or namespace in NEVER_JUDGED:
        return
    for mode, policy in _policies(namespace, knowledge):
        violations = _violations(pod, namespace, policy, knowledge)
        result.pods[namespace, mode.value, "denied" if violations else "allowed"] += 1
        result.violations.update((namespace, mode.value, violation) for violation in violations)
        if violations:
            owners = tuple(owner for owner in metadata.get("ownerReferences") or () if owner.get("controller"))
            workload = workload_of(metadata, owners)
            result.ungated.add(Ungated(namespace=namespace, workload=workload, violations=violations))


def _policies(namespace: str, knowledge: Knowledge) -> Iterator[tuple[Mode, CompiledPolicy]]:
    """Yield each policy once, in the strictest mode it is in force in."""
    seen: set[str] = set()
    for mode in (Mode.ENFORCE, Mode.WARN, Mode.AUDIT):
        policy = knowledge.policy_for(namespace, mode)
        if policy is not None and policy.name not in seen:
            seen.add(policy.name)
            yield mode, policy


def _violations(pod: Json, namespace: str, policy: CompiledPolicy, knowledge: Knowledge) -> tuple[str, ...]:
    today = datetime.now(UTC).date()
    try:
        decision = decide_object(pod, _POD, policy, namespace=namespace, knowledge=knowledge, today=today)
    except (Undecodable, RecursionError):
        return (UNDECODABLE,)
    return tuple(dict.fromkeys(violation.id for violation in decision.violations))
