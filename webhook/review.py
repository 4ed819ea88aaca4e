"""From an AdmissionReview request to its response: pure, and without an exception whatever the request is.

What cannot be decoded or decided is denied on the enforce path. The other two paths only ever speak.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from webhook.decision import Decision, Violation, shown
from webhook.judgement import judge
from webhook.objects import Undecodable, mapping, text
from webhook.workloads import KINDS, Kind, read_templates

if TYPE_CHECKING:
    from webhook.policy import CompiledPolicy

LOG = logging.getLogger(__name__)

NEVER_JUDGED = frozenset({"kube-system"})
"""Without what runs there the cluster does not come back; the chart leaves it out as well."""

_LONGEST_WARNING = 250
"""https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#response: 256 or fewer."""
_MOST_WARNINGS = 8


class Mode(Enum):
    """What becomes of a violation; the request's path says it, never a label that was cached."""

    ENFORCE = "enforce"
    WARN = "warn"
    AUDIT = "audit"


class Knowledge(Protocol):
    """What is known about the cluster, in memory: a review never waits for anything."""

    @property
    def own_namespace(self) -> str:
        """The namespace weighbridge itself runs in, which is never judged."""

    @property
    def injects(self) -> bool:
        """Whether pods pass through `/mutate` before they are judged."""

    def policy_for(self, namespace: str, mode: Mode) -> CompiledPolicy | None:
        """Return the policy the namespace is under in this mode; None where it, or the policy, is not known."""

    def claim(self, namespace: str, name: str) -> Mapping[str, Any] | None:
        """Return the PersistentVolumeClaim as it stands in the API server, None where it is not known."""


def review(request_json: Mapping[str, Any], *, mode: Mode, knowledge: Knowledge) -> dict[str, Any]:
    """Return the AdmissionReview that answers `request_json`."""
    uid = ""
    try:
        request = mapping(request_json, "request", "")
        uid = text(request, "uid", "request")
        decision = decide(request, mode=mode, knowledge=knowledge)
    except Undecodable as error:
        decision = _undecodable(error.path, f"{error}")
    except RecursionError:
        decision = _undecodable("object", "the object is nested too deeply")
    except Exception:  # the rim: whatever else goes wrong must deny with a fixed sentence, and be logged
        LOG.exception("a review could not be decided")
        decision = _undecodable("object", "weighbridge could not decide on this object; its log says why")
    return _answer(decision, uid, mode)


def _undecodable(path: str, message: str) -> Decision:
    return Decision(violations=(Violation(id="review-not-decodable", path=path, message=message),))


def decide(request: Mapping[str, Any], *, mode: Mode, knowledge: Knowledge, today: date | None = None) -> Decision:
    """Return the decision on one request; raise `Undecodable` where a field is not what the API says."""
    namespace = text(request, "namespace", "request")
    if namespace in NEVER_JUDGED or (namespace and namespace == knowledge.own_namespace):
        return Decision(summary="this namespace is never judged")
    kind = _kind(request)
    if kind is None:
        return Decision(summary="this kind of object makes no pods that are judged here")
    if text(request, "operation", "request") not in {"CREATE", "UPDATE"}:
        return Decision(summary="only creation and change are judged")
    obj = request.get("object")
    if not isinstance(obj, Mapping):
        raise Undecodable("request.object", "an object", obj)
    if mapping(obj, "metadata", "").get("deletionTimestamp") is not None:
        return Decision(summary="the object is being deleted")
    if _is_unchanged(request, obj, kind):
        return Decision(summary="nothing that is judged has changed")
    policy = knowledge.policy_for(namespace, mode)
    if policy is None:
        return _without_policy(namespace, mode)
    return decide_object(
        obj, kind, policy, namespace=namespace, knowledge=knowledge, today=today or datetime.now(UTC).date()
    )


def _kind(request: Mapping[str, Any]) -> Kind | None:
    # `kind` is what was sent to the webhook, `requestKind` what the user sent; the object is of the former.
    kind = mapping(request, "kind", "request")
    return KINDS.get((text(kind, "group", "request.kind"), text(kind, "kind", "request.kind")))


def _without_policy(namespace: str, mode: Mode) -> Decision:
    if mode is not Mode.ENFORCE:
        return Decision(summary="no policy is known for the namespace")
    message = f"namespace {shown(namespace)} is enforced, but the policy it names is not known"
    return Decision(violations=(Violation(id="policy-not-found", path="metadata.namespace", message=message),))


def _is_unchanged(request: Mapping[str, Any], obj: Mapping[str, Any], kind: Kind) -> bool:
    """Say whether an UPDATE leaves everything alone that pods are made from."""
    if text(request, "operation", "request") != "UPDATE":
        return False
    old = request.get("oldObject")
    if not isinstance(old, Mapping):
        return False
    return all(_at(obj, path) == _at(old, path) for path in kind.judged)


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def decide_object(
    obj: Mapping[str, Any],
    kind: Kind,
    policy: CompiledPolicy,
    *,
    namespace: str,
    knowledge: Knowledge,
    today: date,
) -> Decision:
    """Return the decision on an object of a known kind."""
    decisions = [
        judge(
            template.pod,
            policy,
            namespace=namespace,
            claim=lambda name: knowledge.claim(namespace, name),
            today=today,
            is_platform=kind.serves,
        )
        for template in read_templates(obj, kind)
    ]
    return Decision(
        violations=tuple(violation for decision in decisions for violation in decision.violations),
        warnings=tuple(violation for decision in decisions for violation in decision.warnings),
        summary="; ".join(dict.fromkeys(decision.summary for decision in decisions)) or "it makes no pods",
        policy=policy.name,
    )


def _answer(decision: Decision, uid: str, mode: Mode) -> dict[str, Any]:
    response: dict[str, Any] = {"uid": uid, "allowed": decision.allowed or mode is not Mode.ENFORCE}
    if not response["allowed"]:
        response["status"] = {"code": 403, "reason": "Forbidden", "message": decision.denial()}
    warnings = [] if mode is Mode.AUDIT else list(_warnings(decision, mode))
    if warnings:
        response["warnings"] = warnings
    response["auditAnnotations"] = _annotations(decision, mode)
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}


def _warnings(decision: Decision, mode: Mode) -> list[str]:
    told = list(decision.violations) if mode is Mode.WARN else []
    told += decision.warnings
    lines = [f"weighbridge {violation.id}: {violation.message} ({violation.path})" for violation in told]
    return [line if len(line) <= _LONGEST_WARNING else f"{line[: _LONGEST_WARNING - 1]}…" for line in lines][
        :_MOST_WARNINGS
    ]


def _annotations(decision: Decision, mode: Mode) -> dict[str, str]:
    annotations = {"decision": "allowed" if decision.allowed else "denied", "mode": mode.value}
    if decision.policy:
        annotations["policy"] = decision.policy
    if decision.summary:
        annotations["summary"] = decision.summary
    if decision.violations:
        annotations["violations"] = ",".join(dict.fromkeys(violation.id for violation in decision.violations))
    if decision.warnings:
        annotations["warnings"] = ",".join(dict.fromkeys(violation.id for violation in decision.warnings))
    return annotations
