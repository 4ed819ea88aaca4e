"""The decision on one pod or template: find the models, find the gate, ask every check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from webhook.checks import CHECKS
from webhook.decision import Decision
from webhook.gates import find_gate
from webhook.models import Scoping, find_models
from webhook.policy_object import Scope
from webhook.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from webhook.pod import Pod
    from webhook.policy import CompiledPolicy


def judge(
    pod: Pod,
    policy: CompiledPolicy,
    *,
    namespace: str,
    claim: Callable[[str], Mapping[str, Any] | None],
    today: date,
    is_platform: bool = False,
) -> Decision:
    """Decide on a pod. `is_platform`: its kind already says that it serves a model."""
    subject = subject_of(pod, policy, namespace=namespace, claim=claim, today=today, is_platform=is_platform)
    found = [violation for check in CHECKS for violation in check(subject)]
    violations = tuple(violation for violation in found if not violation.is_tolerated)
    return Decision(
        violations=violations,
        warnings=tuple(violation for violation in found if violation.is_tolerated),
        summary=_summary(subject, is_allowed=not violations),
        policy=policy.name,
    )


def _unknown_claim(_name: str) -> None:
    return None


def subject_of(
    pod: Pod,
    policy: CompiledPolicy,
    *,
    namespace: str,
    claim: Callable[[str], Mapping[str, Any] | None] = _unknown_claim,
    today: date | None = None,
    is_platform: bool = False,
) -> Subject:
    """Return what the checks look at. `today` ends waivers that are over; without it they still count."""
    return Subject(
        pod=pod,
        models=find_models(pod, scoping(policy, namespace, is_platform=is_platform)),
        gate=find_gate(pod, policy),
        policy=policy,
        namespace=namespace,
        claim=claim,
        today=today,
    )


def scoping(policy: CompiledPolicy, namespace: str, *, is_platform: bool = False) -> Scoping:
    """Return how wide a policy looks for models."""
    return Scoping(
        everything=policy.spec.scope is Scope.EVERYTHING,
        is_platform=is_platform,
        namespace=namespace,
        exempt=policy.spec.non_model_volumes,
    )


def _summary(subject: Subject, *, is_allowed: bool) -> str:
    """Say in one sentence what was judged."""
    if not subject.models.servers:
        return "no container shows a sign of serving a model"
    volumes = len(subject.model_volumes())
    if not volumes and subject.pod.is_partial:
        return "the platform adds the model's volume to the pods, which are judged then"
    if not volumes:
        return "a model server without a model volume"
    counted = "1 model volume" if volumes == 1 else f"{volumes} model volumes"
    if subject.gate is None:
        return f"{counted}, no gate"
    return f"{counted} behind a gate" if is_allowed else counted
