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
from webhook.extent import Excessive
from webhook.judgement import judge
from webhook.objects import Undecodable, mapping, text, whole
from webhook.workloads import KINDS, Kind, is_unchanged, read_templates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from webhook.policy import CompiledPolicy
    from webhook.workloads import Template

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
        request = mapping(whole(request_json), "request", "")
        uid = text(request, "uid", "request")
        decision = decide(request, mode=mode, knowledge=knowledge)
    except Excessive as error:
        decision = _excessive(error)
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


def _excessive(error: Excessive) -> Decision:
    return Decision(violations=(Violation(id="object-excessive", path=error.path, message=f"{error}"),))


def decide(request: Mapping[str, Any], *, mode: Mode, knowledge: Knowledge, today: date | None = None) -> Decision:
    """Return the decision on one request; raise `Undecodable` where a field is not what the API says."""
    if why := _why_not_judged(request, knowledge):
        return Decision(summary=why)
    kind = KINDS[_kind(request)]
    namespace = text(request, "namespace", "request")
    if kind.is_namespaced and not namespace:
        raise Undecodable("request.namespace", "a namespace", None)
    policy = knowledge.policy_for(namespace, mode)
    if policy is None:
        return _without_policy(namespace, mode)
    decision = decide_object(
        mapping(request, "object", "request"),
        kind,
        policy,
        namespace=namespace,
        knowledge=knowledge,
        today=today or datetime.now(UTC).date(),
    )
    return _only_debugging(decision) if request.get("subResource") == "ephemeralcontainers" else decision


def _why_not_judged(request: Mapping[str, Any], knowledge: Knowledge) -> str:
    """Return why a request needs no decision; empty where it needs one."""
    namespace = text(request, "namespace", "request")
    if namespace in NEVER_JUDGED or (namespace and namespace == knowledge.own_namespace):
        return "this namespace is never judged"
    kind = KINDS.get(_kind(request))
    if kind is None:
        return "this kind of object makes no pods that are judged here"
    operation = text(request, "operation", "request")
    if operation not in {"CREATE", "UPDATE"}:
        return "only creation and change are judged"
    obj = request.get("object")
    if not isinstance(obj, Mapping):
        raise Undecodable("request.object", "an object", obj)
    return _why_an_update_passes(obj, request.get("oldObject"), kind) if operation == "UPDATE" else ""


def _why_an_update_passes(obj: Mapping[str, Any], old: Any, kind: Kind) -> str:
    # The API server sets the timestamp, and on creation it takes away one that somebody wrote.
    if mapping(obj, "metadata", "").get("deletionTimestamp") is not None:
        return "the object is being deleted"
    if isinstance(old, Mapping) and is_unchanged(obj, old, kind):
        return "nothing that is judged has changed"
    return ""


def _kind(request: Mapping[str, Any]) -> tuple[str, str]:
    # `kind` is the kind of the object that was sent, `requestKind` what the user sent before it was converted.
    kind = mapping(request, "kind", "request")
    return text(kind, "group", "request.kind"), text(kind, "kind", "request.kind")


def _without_policy(namespace: str, mode: Mode) -> Decision:
    if mode is not Mode.ENFORCE:
        return Decision(summary="no policy is known for the namespace")
    if not namespace:
        return Decision(summary="the object is in no namespace; its pods are judged in theirs")
    message = f"namespace {shown(namespace)} is enforced, but the policy it names is not known"
    return Decision(violations=(Violation(id="policy-not-found", path="metadata.namespace", message=message),))


def _only_debugging(decision: Decision) -> Decision:
    """Keep what a debug container brings: the rest was judged, or predates the policy, and cannot be changed any more."""
    violations = tuple(found for found in decision.violations if found.path.startswith("spec.ephemeralContainers"))
    return Decision(violations=violations, warnings=decision.warnings, summary=decision.summary, policy=decision.policy)


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
    decisions = []
    for template in read_templates(obj, kind):
        decision = judge(
            template.pod,
            policy,
            namespace=namespace,
            claim=lambda name: knowledge.claim(namespace, name),
            today=today,
            is_platform=kind.serves,
        )
        decisions.append(_mended(decision, template, policy, knowledge))
    own = tuple(kind.own_check(obj, policy)) if kind.own_check else ()
    found = (*own, *(violation for decision in decisions for violation in (*decision.violations, *decision.warnings)))
    return Decision(
        violations=tuple(violation for violation in found if not violation.is_tolerated),
        warnings=tuple(violation for violation in found if violation.is_tolerated),
        summary="; ".join(dict.fromkeys(decision.summary for decision in decisions)) or "it makes no pods",
        policy=policy.name,
    )


MENDED_BY_INJECTION = frozenset(
    {
        "gate-missing",
        "gate-label-missing",
        "gate-not-trusted",
        "gate-weakened",
        "gate-other-subpath",
        "gate-before-writer",
    }
)
"""What a template need not bring where every pod made from it passes through `/mutate`."""


def _mended(decision: Decision, template: Template, policy: CompiledPolicy, knowledge: Knowledge) -> Decision:
    """Leave out what injection will mend in the pods; the pods themselves are judged as they then are."""
    if template.is_pod or not knowledge.injects or not policy.spec.gate.image:
        return decision
    mended = MENDED_BY_INJECTION | ({"model-mount-writable"} if policy.spec.gate.read_only_mounts else frozenset())
    return Decision(
        violations=tuple(violation for violation in decision.violations if violation.id not in mended),
        warnings=decision.warnings,
        summary=decision.summary.replace("no gate", "the gate is injected"),
        policy=decision.policy,
    )


def _answer(decision: Decision, uid: str, mode: Mode) -> dict[str, Any]:
    response: dict[str, Any] = {"uid": uid, "allowed": decision.allowed or mode is not Mode.ENFORCE}
    if not response["allowed"]:
        response["status"] = {"code": 403, "reason": "Forbidden", "message": decision.denial()}
    warnings = [] if mode is Mode.AUDIT else list(_warnings(decision, mode))[:_MOST_WARNINGS]
    if warnings:
        response["warnings"] = warnings
    response["auditAnnotations"] = _annotations(decision, mode)
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}


def _warnings(decision: Decision, mode: Mode) -> Iterator[str]:
    told = decision.violations if mode is Mode.WARN else ()
    for violation in (*told, *decision.warnings):
        line = f"weighbridge {violation.id}: {violation.message} ({violation.path})"
        yield line if len(line) <= _LONGEST_WARNING else f"{line[: _LONGEST_WARNING - 1]}…"


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
