"""What `/readyz` asks: each check returns a sentence on what is wrong, or nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from webhook.answers import ENFORCE, answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from webhook.answers import Judge
    from webhook.certificates import Certificates
    from webhook.stores import Static, Stores

BAD_POD: Final[dict[str, Any]] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "self-review", "namespace": "default"},
    "spec": {
        "containers": [
            {
                "name": "server",
                "image": "vllm/vllm-openai:latest",
                "args": ["--model=/models/self-review"],
                "volumeMounts": [{"name": "models", "mountPath": "/models"}],
            }
        ],
        "volumes": [{"name": "models", "persistentVolumeClaim": {"claimName": "models"}}],
    },
}
"""A server whose model volume no gate examines: whatever else a decision does, this it must deny."""

_REVIEW: Final = json.dumps(
    {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "00000000-0000-0000-0000-000000000000",
            "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "resource": {"group": "", "version": "v1", "resource": "pods"},
            "name": "self-review",
            "namespace": "default",
            "operation": "CREATE",
            "userInfo": {"username": "weighbridge"},
            "object": BAD_POD,
            "dryRun": True,
        },
    }
).encode()


def denies_bad_pod(judge: Judge) -> Callable[[], str]:
    """Return a check that a pod which must be denied is denied, by the real decision, for the right reason."""

    def check() -> str:
        given = answer(_REVIEW, ENFORCE, judge)
        if given.undecided is None and not given.allowed and "gate-missing" in json.dumps(given.response):
            return ""
        return "a pod without a gate is not denied for it"

    return check


def certificate_valid(certificates: Certificates) -> Callable[[], str]:
    """Return a check that the certificate in use may be served now."""

    def check() -> str:
        pair = certificates.pair
        if pair.valid(datetime.now(UTC)):
            return ""
        return f"the certificate is valid from {pair.not_before.isoformat()} to {pair.not_after.isoformat()}"

    return check


def policies_loaded(knowledge: Static | Stores) -> Callable[[], str]:
    """Return a check that decisions have something to rest on."""

    def check() -> str:
        if not knowledge.loaded:
            return "policies, namespaces and claims are not loaded yet"
        return "" if knowledge.compiled() else "there is no valid ModelPolicy"

    return check
