"""What other values of the chart make of an installed release, one upgrade after another."""

from __future__ import annotations

import base64
import pickle

import pytest

from initcontainer.contract import GATE_NAME
from tests.certificates import Authority
from tests.e2e.release import (
    NAME,
    NAMESPACE,
    assert_denied,
    bundles,
    deployment,
    server_pod,
    volume,
    wait_for,
)

pytestmark = pytest.mark.e2e

BY_HAND = "e2e-by-hand"
HOST = f"{NAME}-webhook.{NAMESPACE}.svc"
CREATE = ("create", "--dry-run=server", "-f", "-")


@pytest.fixture(scope="module")
def spec(release, volumes):
    """Return a server that no gate stands before."""
    release.namespace(BY_HAND, enforce="default")
    return server_pod(volume(volumes, "by-hand", "model.pkl", pickle.dumps({})), "model.pkl")


@pytest.fixture
def without_injection(release):
    """Switch injection off; it is on again for what comes after, whatever became of the test."""
    release.apply("upgrade", injection={"enabled": False})
    yield
    release.apply("upgrade", injection={"enabled": True})


def test_whoever_writes_a_pod_may_have_to_write_the_gate(release, without_injection, spec, tmp_path) -> None:
    """The author's gate passes; none, a weaker one, another image and a late writer are refused, template and pod alike."""
    assert release.run("get", "mutatingwebhookconfiguration", NAME).returncode
    bare = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bare"}, "spec": spec}
    good = release.gated(bare, BY_HAND, tmp_path)
    # A replica of before, which thinks that templates will be mended, answers until it has drained.
    wait_for("refusal of the template", lambda: _create(release, deployment("bare", spec)).returncode)
    assert_denied(_create(release, bare), "gate-missing")
    assert "gate-missing" in _create(release, deployment("bare", spec)).stderr
    accepted = _create(release, good)
    assert not accepted.returncode, accepted.stderr
    for violation, changed in _tampered(good).items():
        assert_denied(_create(release, changed), violation)


def _create(release, manifest):
    return release.run("-n", BY_HAND, *CREATE, manifest=manifest)


def _tampered(pod):
    spec = pod["spec"]
    (gate,) = spec["initContainers"]
    assert gate["name"] == GATE_NAME
    (server,) = spec["containers"]
    late = {**gate, "name": "late", "image": "registry.example.com/late:1", "args": ["download"]}
    late["volumeMounts"] = [{"name": "models", "mountPath": "/models"}]
    changes = {
        "gate-weakened": {"initContainers": [{**gate, "args": [*gate["args"], "--fail-on=critical"]}]},
        "gate-not-trusted": {"initContainers": [{**gate, "image": "registry.example.com/gate:1"}]},
        "gate-before-writer": {"initContainers": [gate, late]},
        "model-mount-writable": {
            "containers": [{**server, "volumeMounts": [{"name": "models", "mountPath": "/models"}]}]
        },
    }
    return {name: {**pod, "spec": {**spec, **change}} for name, change in changes.items()}


def test_an_upgrade_brings_back_what_an_emergency_took_away(release, spec) -> None:
    """Without the configurations nothing is judged; the reporter then names its authority in the new ones."""
    bad = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bad"}, "spec": {**spec, "hostPID": True}}
    assert_denied(_create(release, bad), "host-processes")
    release.must("delete", "validatingwebhookconfiguration,mutatingwebhookconfiguration", NAME)
    wait_for("opening", lambda: not _create(release, bad).returncode)
    release.apply("upgrade")
    wait_for("denial", lambda: "host-processes" in _create(release, bad).stderr)


def test_a_supplied_certificate_is_served_and_trusted(release, spec) -> None:
    """A Secret of one's own with its authority: reviews go on, `helm test` passes, and nothing else keeps certificates."""
    authority = Authority()
    _store_certificate(release, "supplied-tls", authority)
    supplied = {"secretName": "supplied-tls", "caBundle": authority.certificate.decode()}
    # The reporter has named another authority in the same fields. Helm 3 has no such option, and does not ask.
    options = ["--force-conflicts"] if release.run_helm("version", "--short").startswith("v4") else []
    release.apply("upgrade", *options, certificates={"source": "Supplied", "supplied": supplied})
    _assert_judging_by(release, spec, authority)


def test_cert_manager_is_asked_for_what_is_served(release, spec) -> None:
    """The API server stores Issuers and Certificates; what cert-manager would make of them is served and trusted."""
    for plural, kind in (("certificates", "Certificate"), ("issuers", "Issuer")):
        release.must("apply", "-f", "-", manifest=_definition(plural, kind))
        release.must("wait", "--for=condition=Established", f"crd/{plural}.cert-manager.io", "--timeout=30s")
    authority = Authority()
    # cert-manager would make it after the upgrade; the upgrade waits for pods that need it.
    _store_certificate(release, f"{NAME}-webhook-tls", authority, **{"ca.crt": authority.certificate})
    release.apply("upgrade", certificates={"source": "CertManager"})
    stored = release.get("-n", NAMESPACE, "certificates.cert-manager.io", f"{NAME}-webhook")["spec"]
    assert stored["dnsNames"] == [HOST]
    assert stored["secretName"] == f"{NAME}-webhook-tls"
    _inject_authority(release, f"{NAMESPACE}/{NAME}-webhook", authority)
    _assert_judging_by(release, spec, authority)
    # cert-manager leaves it behind, and Helm does not take what it has not made.
    release.must("-n", NAMESPACE, "delete", "secret", f"{NAME}-webhook-tls")
    release.apply("upgrade", certificates={"source": "SelfManaged"})
    wait_for("authority of the reporter's", lambda: bundles(release).isdisjoint({authority.certificate, b""}))


def _store_certificate(release, name: str, authority: Authority, **more: bytes) -> None:
    leaf = authority.issue(HOST)
    data = {"tls.crt": leaf.certificate, "tls.key": leaf.key, **more}
    encoded = {key: base64.b64encode(value).decode() for key, value in data.items()}
    kind = {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls"}
    metadata = {"name": name, "namespace": NAMESPACE}
    release.must("apply", "-f", "-", manifest={**kind, "metadata": metadata, "data": encoded})


def _definition(plural: str, kind: str):
    """A definition that takes anything: cert-manager's own is a megabyte."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"plural": plural, "singular": kind.lower(), "kind": kind}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.cert-manager.io"},
        "spec": {"group": "cert-manager.io", "names": names, "scope": "Namespaced", "versions": [version]},
    }


def _inject_authority(release, certificate: str, authority: Authority) -> None:
    """Do as cert-manager's injector does: fill the bundle of every configuration that names the certificate."""
    bundle = base64.b64encode(authority.certificate).decode()
    for kind in ("validatingwebhookconfiguration", "mutatingwebhookconfiguration"):
        found = release.get(kind, NAME)
        assert found["metadata"]["annotations"]["cert-manager.io/inject-ca-from"] == certificate
        for entry in found["webhooks"]:
            entry["clientConfig"]["caBundle"] = bundle
        release.must("replace", "-f", "-", manifest=found)


def _assert_judging_by(release, spec, authority: Authority) -> None:
    assert bundles(release) == {authority.certificate}
    bare = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bare"}, "spec": spec}
    wait_for("injection", lambda: not _create(release, bare).returncode)
    assert_denied(_create(release, {**bare, "spec": {**spec, "hostPID": True}}), "host-processes")
    release.prove()
