"""A real API server, reached through KUBECONFIG, and the real webhook beside it.

Any cluster will do whose API server can reach this machine's loopback address, as envtest's and the test cluster's can.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from examples.running import Webhook
from tests.e2e import release as chart

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).parents[2]
NAMESPACE = f"weighbridge-e2e-{uuid.uuid4().hex[:8]}"
"""New at every run: an API server without controllers never finishes removing the last one."""


def kubectl_path() -> str | None:
    """Return a kubectl: envtest's, else the one on PATH."""
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    return shutil.which("kubectl", path=assets) or shutil.which("kubectl")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip, and say why, where there is no cluster."""
    missing = None if os.environ.get("KUBECONFIG") else "needs a cluster: KUBECONFIG is not set"
    if missing is None and kubectl_path() is None:
        missing = "needs kubectl, on PATH or in KUBEBUILDER_ASSETS"
    for item in items:
        if missing and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=missing))


@dataclass(frozen=True)
class Kubectl:
    """kubectl in one namespace."""

    path: str
    namespace: str = NAMESPACE

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


@pytest.fixture(scope="session")
def webhook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Webhook]:
    """Run the webhook under the policy of the examples."""
    arguments = ["--no-cluster", f"--policy={REPOSITORY / 'examples/policy.yaml'}", "--default-policy=default"]
    with Webhook(tmp_path_factory.mktemp("webhook"), arguments) as running:
        yield running


@pytest.fixture(scope="session")
def kubectl(webhook: Webhook) -> Iterator[Kubectl]:
    """Make a namespace whose pods and Deployments the webhook judges; remove both at the end."""
    path = kubectl_path()
    assert path is not None
    kubectl = Kubectl(path)
    kubectl.run("delete", "validatingwebhookconfiguration", NAMESPACE, "--ignore-not-found")
    kubectl.must("apply", "-f", "-", manifest=_namespace())
    kubectl.must("apply", "-f", "-", manifest=_configuration(webhook))
    try:
        _await_in_force(kubectl)
        yield kubectl
    finally:
        kubectl.run("delete", "validatingwebhookconfiguration", NAMESPACE, "--ignore-not-found")
        kubectl.run("delete", "namespace", NAMESPACE, "--wait=false", "--ignore-not-found")


def _namespace() -> dict[str, object]:
    labels = {"weighbridge.dev/enforce": "default"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}}


def _configuration(webhook: Webhook) -> dict[str, object]:
    rules = [
        {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["pods"]},
        {
            "apiGroups": ["apps"],
            "apiVersions": ["v1"],
            "operations": ["CREATE", "UPDATE"],
            "resources": ["deployments"],
        },
    ]
    client = {
        "url": f"https://127.0.0.1:{webhook.port}/validate/enforce",
        "caBundle": base64.b64encode(webhook.authority).decode(),
    }
    entry = {
        "name": "enforce.weighbridge.dev",
        "rules": rules,
        "clientConfig": client,
        "namespaceSelector": {"matchExpressions": [{"key": "weighbridge.dev/enforce", "operator": "Exists"}]},
        "failurePolicy": "Fail",
        "sideEffects": "None",
        "timeoutSeconds": 5,
        "admissionReviewVersions": ["v1"],
    }
    kind = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration"}
    return {**kind, "metadata": {"name": NAMESPACE}, "webhooks": [entry]}


def _await_in_force(kubectl: Kubectl) -> None:
    """A new configuration is in force a moment after it is stored."""
    probe = yaml.safe_load((REPOSITORY / "examples/manifests/plain-server-denied.yaml").read_text())
    for _ in range(100):
        if kubectl.run("apply", "--dry-run=server", "-f", "-", manifest=probe).returncode:
            return
        time.sleep(0.1)
    raise AssertionError("the webhook configuration did not come into force within ten seconds")


@pytest.fixture(scope="session")
def release() -> Iterator[chart.Release]:
    """Install the chart, with the images that were built; remove it at the end, whatever became of it."""
    if reason := chart.missing():
        pytest.skip(reason)
    path = kubectl_path()
    assert path is not None
    release = chart.Release(path, os.environ["HELM"])
    try:
        release.apply()
        yield release
    finally:
        # A configuration that is left behind would block the namespaces it selects.
        for kind in ("validatingwebhookconfiguration", "mutatingwebhookconfiguration"):
            release.run("delete", kind, chart.NAME, "--ignore-not-found")
        if release.installed:
            release.uninstall()
        release.run("delete", "namespace", chart.NAMESPACE, "--wait=false", "--ignore-not-found")


@pytest.fixture(scope="session")
def volumes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder that the node sees too."""
    if reason := chart.missing():
        pytest.skip(reason)
    folder = Path(os.environ[chart.FILES]) / f"weighbridge-{uuid.uuid4().hex[:8]}"
    folder.mkdir(parents=True, mode=0o755)
    yield folder
    shutil.rmtree(folder)
