"""Whether a `ModelPolicy` may be stored: refused at `kubectl apply` where it could not be understood afterwards.

The definition's schema refuses what a schema can say; this refuses the rest, a misspelt field above all. Nothing rests on
it: a policy that came past (the entry's failurePolicy is Ignore) is not in force, and its status says why. So it can
never keep an administrator from mending a policy, or the product from being installed or removed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webhook.objects import Undecodable, mapping, text, whole
from webhook.policy import PolicyError, compile_policy, decode_policy
from webhook.policy_object import ADMINISTRATORS_FIELDS, GROUP, KIND


def review_policy(review: Mapping[str, Any]) -> dict[str, Any]:
    """Return the AdmissionReview that answers a review of a ModelPolicy; raise `Undecodable` where it is none."""
    request = mapping(whole(review), "request", "")
    response: dict[str, Any] = {"uid": text(request, "uid", "request"), "allowed": True}
    complaint = _complaint(request)
    if complaint:
        # What the API server itself answers to an object that its schema refuses.
        status = {"code": 422, "reason": "Invalid", "message": f"{KIND} {complaint}"}
        response |= {"allowed": False, "status": status}
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}


def _complaint(request: Mapping[str, Any]) -> str:
    """Return what is wrong with the policy of a request; empty where it may be stored."""
    kind = mapping(request, "kind", "request")
    if (kind.get("group"), kind.get("kind")) != (GROUP, KIND) or request.get("operation") == "DELETE":
        return ""
    policy = request.get("object")
    if not isinstance(policy, Mapping):
        raise Undecodable("request.object", "an object", policy)
    return "" if _leaves_it_alone(policy, request.get("oldObject")) else policy_error(policy)


def _leaves_it_alone(policy: Mapping[str, Any], old: Any) -> bool:
    """Say whether a policy is being deleted, or an UPDATE changes nothing of what it says: labels, finalizers."""
    if mapping(policy, "metadata", "").get("deletionTimestamp") is not None:
        return True
    return isinstance(old, Mapping) and policy.get("spec") == old.get("spec")


def policy_error(policy: Mapping[str, Any]) -> str:
    """Return why a ModelPolicy object cannot be understood, field first; empty where it can."""
    try:
        compile_policy(decode_policy({name: policy[name] for name in ADMINISTRATORS_FIELDS if name in policy}))
    except PolicyError as error:
        return str(error)
    return ""
