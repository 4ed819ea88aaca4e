"""Removal: last in the alphabet, so that it comes after everything that needs the release."""

from __future__ import annotations

import pytest

from tests.e2e.release import NAME, NAMESPACE, server_pod, wait_for

pytestmark = pytest.mark.e2e

LABELLED = "e2e-removal"
EVERYTHING = (
    "validatingwebhookconfigurations,mutatingwebhookconfigurations,clusterroles,clusterrolebindings,deployments,"
    "services,serviceaccounts,secrets,configmaps,poddisruptionbudgets,resourcequotas,roles,rolebindings,pods,modelpolicies"
)


def test_nothing_blocks_when_it_is_gone(release, volumes) -> None:
    """A labelled namespace takes any pod again, and no object of the release is left."""
    release.namespace(LABELLED, enforce="default")
    bare = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bare"}, "spec": server_pod(volumes, "model.pkl")}
    bare["spec"]["hostPID"] = True
    create = ("-n", LABELLED, "create", "--dry-run=server", "-f", "-")
    assert "denied the request" in release.run(*create, manifest=bare).stderr
    release.uninstall()
    release.must(*create, manifest=bare)
    selector = f"--selector=app.kubernetes.io/instance={NAME}"
    # Replicas drain for a while.
    wait_for("end", lambda: not release.must("get", EVERYTHING, "--all-namespaces", selector, "--output=name"))
    left = release.must("-n", NAMESPACE, "get", "configmaps,leases", "--output=name").split()
    assert {each.partition("/")[2] for each in left} - {"kube-root-ca.crt"} <= {f"{NAME}-reporter"}
