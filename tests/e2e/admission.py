"""An API server with the real webhook beside it: kubectl, the configurations, and what has to be waited for."""

from __future__ import annotations

import base64
import json
import subprocess
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable

    from examples.running import Webhook

REPOSITORY = Path(__file__).parents[2]
MANIFESTS = REPOSITORY / "examples/manifests"
SPEC: dict[str, Any] = yaml.safe_load((REPOSITORY / "examples/policy.yaml").read_text())["spec"]
"""What the policy of the examples says."""
ENFORCE = "weighbridge.dev/enforce"
RUN = uuid.uuid4().hex[:8]
"""In the name of everything cluster-wide: an API server without controllers never finishes removing a namespace."""


def unique(name: str) -> str:
    """Return a name that no other run has."""
    return f"weighbridge-e2e-{name}-{RUN}"


@dataclass(frozen=True)
class Kubectl:
    """kubectl in one namespace."""

    path: str
    namespace: str

    def run(self, *arguments: str, manifest: object = None) -> subprocess.CompletedProcess[str]:
        """Run kubectl and return what it printed; `manifest` goes to its standard input."""
        return subprocess.run(
            [self.path, "--namespace", self.namespace, *arguments],
            input=None if manifest is None else json.dumps(manifest),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def must(self, *arguments: str, manifest: object = None) -> str:
        """Run kubectl, which must succeed, and return its standard output."""
        done = self.run(*arguments, manifest=manifest)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def apply(self, manifest: object, *arguments: str) -> str:
        """Apply an object, which must be accepted, and return what kubectl said."""
        return self.must("apply", *arguments, "--filename=-", manifest=manifest)

    def refused(self, manifest: object, *arguments: str) -> str:
        """Apply an object, which the webhook must refuse, and return what the user reads."""
        done = self.run("apply", *arguments, "--filename=-", manifest=manifest)
        assert done.returncode == 1, done.stdout
        assert "denied the request" in done.stderr, done.stderr
        return done.stderr

    def get(self, *arguments: str) -> Any:
        """Return what `kubectl get ... -o json` shows."""
        return json.loads(self.must("get", *arguments, "--output=json"))

    def serving(self, name: str, policy: str = "") -> Kubectl:
        """Make a namespace, under a policy or under none, in which pods need no token; return kubectl in it."""
        made = Kubectl(self.path, unique(name))
        labels = {ENFORCE: policy} if policy else {}
        metadata = {"name": made.namespace, "labels": labels}
        made.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        # Where a controller makes the account too, whoever comes first makes it.
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
        made.apply({**account, "automountServiceAccountToken": False})
        return made


def await_true(what: str, condition: Callable[[], Any], seconds: float = 20) -> float:
    """Wait until `condition()` is true; return how many seconds that took. A machine that is busy gets time to spare."""
    begun = time.monotonic()
    while time.monotonic() < begun + seconds:
        if condition():
            return time.monotonic() - begun
        time.sleep(0.05)
    pytest.fail(f"no {what} after {seconds} s")


def remove(cluster: Kubectl, name: str) -> None:
    """Remove everything of one fixture. A configuration that is left behind would block the namespaces it selects."""
    for kind in ("validatingwebhookconfiguration", "mutatingwebhookconfiguration", "modelpolicy"):
        cluster.run("delete", kind, name, "--ignore-not-found")
    cluster.run("delete", "namespace", name, "--wait=false", "--ignore-not-found")


def policy(name: str, **spec: Any) -> dict[str, Any]:
    """Return a ModelPolicy: that of the examples, with some of it replaced."""
    kind = {"apiVersion": "weighbridge.dev/v1alpha1", "kind": "ModelPolicy"}
    return {**kind, "metadata": {"name": name}, "spec": {**SPEC, **spec}}


_EVERYTHING = [
    ("", ["pods", "pods/ephemeralcontainers", "replicationcontrollers"]),
    ("apps", ["*"]),
    ("batch", ["*"]),
    ("serving.kserve.io", ["*"]),
]


def validating(name: str, webhook: Webhook, policy: str) -> dict[str, Any]:
    """Return the configuration for namespaces under a policy, and for policies of all names."""
    rules = [_rule(group, resources) for group, resources in _EVERYTHING]
    entries = [
        _entry("enforce.weighbridge.dev", webhook, "/validate/enforce", rules, policy),
        _entry(
            "policies.weighbridge.dev", webhook, "/validate/policies", [_rule("weighbridge.dev", ["modelpolicies"])]
        ),
    ]
    kind = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration"}
    return {**kind, "metadata": {"name": name}, "webhooks": entries}


def mutating(name: str, webhook: Webhook, policy: str) -> dict[str, Any]:
    """Return the configuration that puts the gate into pods of namespaces under a policy."""
    entry = _entry("inject.weighbridge.dev", webhook, "/mutate", [_rule("", ["pods"], "CREATE")], policy)
    kind = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration"}
    return {**kind, "metadata": {"name": name}, "webhooks": [{**entry, "reinvocationPolicy": "IfNeeded"}]}


def _rule(group: str, resources: list[str], *operations: str) -> dict[str, Any]:
    rule = {"apiGroups": [group], "apiVersions": ["*"], "resources": resources}
    return {**rule, "operations": list(operations or ("CREATE", "UPDATE"))}


def _entry(
    name: str, webhook: Webhook, path: str, rules: list[dict[str, Any]], policy: str | None = None
) -> dict[str, Any]:
    expression = {"key": ENFORCE, "operator": "In", "values": [policy]}
    return {
        "name": name,
        "rules": rules,
        "clientConfig": {
            "url": f"https://127.0.0.1:{webhook.port}{path}",
            "caBundle": base64.b64encode(webhook.authority).decode(),
        },
        **({} if policy is None else {"namespaceSelector": {"matchExpressions": [expression]}}),
        "failurePolicy": "Fail",
        "sideEffects": "None",
        "timeoutSeconds": 5,
        "admissionReviewVersions": ["v1"],
    }
