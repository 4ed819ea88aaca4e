"""A real API server, reached through KUBECONFIG, and the real webhook beside it.

Any cluster will do whose API server can reach this machine's loopback address, as envtest's and the test cluster's can.
"""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from examples.running import Webhook
from tests.e2e import outcomes, prometheus
from tests.e2e import release as chart
from tests.e2e.admission import (
    MANIFESTS,
    REPOSITORY,
    Kubectl,
    await_true,
    mutating,
    policy,
    remove,
    unique,
    validating,
)
from tools.alerts import FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


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


@pytest.fixture(scope="session")
def cluster() -> Kubectl:
    """Return kubectl for what is in no namespace."""
    path = kubectl_path()
    assert path is not None
    return Kubectl(path, "default")


@pytest.fixture(scope="session")
def kinds(cluster: Kubectl) -> Iterator[None]:
    """Define ModelPolicy as the chart does, and KServe's kind with any content; take away at the end what was not there."""
    chart_crd = yaml.safe_load((REPOSITORY / "helm/weighbridge/crds/modelpolicies.yaml").read_text())
    missing = [
        definition
        for definition in (chart_crd, _any_content("serving.kserve.io", "v1beta1", "InferenceService"))
        if cluster.run("get", "customresourcedefinition", definition["metadata"]["name"]).returncode
    ]
    try:
        for definition in missing:
            cluster.apply(definition)
            name = f"customresourcedefinition/{definition['metadata']['name']}"
            cluster.must("wait", "--for=condition=Established", "--timeout=30s", name)
        yield
    finally:
        for definition in missing:
            cluster.run("delete", "customresourcedefinition", definition["metadata"]["name"], "--wait=false")


def _any_content(group: str, version: str, kind: str) -> dict[str, object]:
    names = {"kind": kind, "plural": f"{kind.lower()}s", "singular": kind.lower()}
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    versions = [{"name": version, "served": True, "storage": True, "schema": schema}]
    spec = {"group": group, "scope": "Namespaced", "names": names, "versions": versions}
    metadata = {"name": f"{names['plural']}.{group}"}
    head = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    return {**head, "metadata": metadata, "spec": spec}


@pytest.fixture(scope="session")
def webhook(kinds: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Webhook]:
    """Run the webhook, which watches the cluster for policies."""
    with Webhook(tmp_path_factory.mktemp("webhook"), ["--confirm-interval=5"]) as running:
        yield running


@pytest.fixture(scope="session")
def injector(kinds: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Webhook]:
    """Run one that injects as well."""
    with Webhook(tmp_path_factory.mktemp("injector"), ["--confirm-interval=5", "--injects"]) as running:
        yield running


@pytest.fixture(scope="session")
def kubectl(cluster: Kubectl, webhook: Webhook) -> Iterator[Kubectl]:
    """Return kubectl in a namespace that is enforced by the policy of the examples, without injection."""
    name = unique("plain")
    cluster.apply(policy(name))
    try:
        cluster.apply(validating(name, webhook, name))
        inside = cluster.serving("plain", name)
        _await_in_force(inside)
        yield inside
    finally:
        remove(cluster, name)


@pytest.fixture(scope="session")
def injected(cluster: Kubectl, injector: Webhook) -> Iterator[Kubectl]:
    """Return kubectl in a namespace that is enforced by the policy of the examples, with injection."""
    name = unique("injected")
    cluster.apply(policy(name))
    try:
        cluster.apply(validating(name, injector, name))
        cluster.apply(mutating(name, injector, name))
        inside = cluster.serving("injected", name)
        _await_injection(inside)
        yield inside
    finally:
        remove(cluster, name)


def _await_in_force(kubectl: Kubectl) -> None:
    """Wait until a bad example is refused and its good twin is not: configuration, policy and namespace are known then."""

    def passes(example: str) -> bool:
        return not kubectl.run("apply", "--dry-run=server", "-f", str(MANIFESTS / f"{example}.yaml")).returncode

    await_true("decision", lambda: passes("plain-server") and not passes("plain-server-denied"))


def _await_injection(kubectl: Kubectl) -> None:
    pod = yaml.safe_load((MANIFESTS / "plain-server.yaml").read_text())["spec"]["template"]
    pod["spec"].pop("initContainers")
    probe = {"apiVersion": "v1", "kind": "Pod", **pod, "metadata": {"name": "probe"}}
    await_true("injection", lambda: not kubectl.run("apply", "--dry-run=server", "-f", "-", manifest=probe).returncode)


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
        # Until it is gone, nothing can be installed again.
        release.run("delete", "namespace", chart.NAMESPACE, "--ignore-not-found", seconds=180)


@pytest.fixture(scope="session")
def volumes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder that the node sees too."""
    if reason := chart.missing():
        pytest.skip(reason)
    folder = Path(os.environ[chart.FILES]) / f"weighbridge-{uuid.uuid4().hex[:8]}"
    folder.mkdir(parents=True, mode=0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def watched(release: chart.Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[prometheus.Prometheus]:
    """Run a Prometheus that scrapes the release and the API server; its alerts need not wait as long as the chart's."""
    if reason := prometheus.missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("prometheus")
    rules = folder / "rules.yaml"
    rules.write_text(yaml.safe_dump(outcomes.sooner(yaml.safe_load(FILE.read_text()))))
    with prometheus.prometheus(release.kubectl, folder, rules) as found:
        chart.wait_for("scrapes of all services", lambda: len(found.query("up == 1")) == 4, 60)
        yield found


@pytest.fixture(scope="session")
def serving(release: chart.Release, watched: prometheus.Prometheus, volumes: Path) -> dict[str, Any]:
    """Deploy good, hostile and broken models; return their pods, by name, once their gates have spoken."""
    outcomes.leave_a_pod_from_before(release, volumes)
    return outcomes.deploy(release, volumes)


@pytest.fixture(scope="session")
def forged(release: chart.Release, serving: dict[str, Any], volumes: Path) -> None:
    """Let pods write verdicts of their own: copies of what a gate said of the good model."""
    outcomes.forge(release, volumes, chart.message(serving["good"]))


@pytest.fixture(scope="session")
def busy(release: chart.Release, watched: prometheus.Prometheus, forged: None, volumes: Path) -> None:
    """Let everything happen that panels show."""
    outcomes.make_busy(release, watched, volumes)
