"""Nothing is lost while the webhook changes under a client that never rests, and nothing is let through when it is away."""

from __future__ import annotations

import os
import subprocess
import time
from datetime import UTC, datetime

import pytest
from cryptography import x509

from tests.e2e.churn import Churn
from tests.e2e.release import NAME, NAMESPACE, bundles, server_pod, wait_for
from webhook.authority.keeper import RENEW_ANNOTATION

pytestmark = pytest.mark.e2e

ENFORCED, FREE = "e2e-churn", "e2e-quiet"
LEAST = 2000
SECRET = f"{NAME}-webhook-tls"
RESTART = "WEIGHBRIDGE_RESTART_API_SERVER"
WEBHOOK = f"deployment/{NAME}-webhook"


@pytest.fixture(scope="module")
def pods(release, volumes):
    """Return a pod that must pass, once its gate is injected, and one that must be refused, whatever is injected."""
    release.namespace(ENFORCED, enforce="default")
    spec = server_pod(volumes, "model.pkl")
    good = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "churn"}, "spec": spec}
    return good, {**good, "spec": {**spec, "hostPID": True}}


def test_nothing_is_lost_in_any_change(release, pods) -> None:
    """Restart, upgrade, rotation of authority and certificate, deletion and eviction of replicas, restart of the reporter."""
    with Churn(ENFORCED, *pods) as churn:
        wait_for("admissions", lambda: churn.count > 50)
        for change in (_restart, _upgrade, _rotate, _delete_one, _evict_one, _restart_reporter):
            begun, before = time.monotonic(), churn.count
            change(release)
            print(f"{change.__name__}: {churn.count - before} admissions in {time.monotonic() - begun:.0f} s")
            assert not churn.wrong, (change.__name__, churn.wrong[:5], len(churn.wrong))
        wait_for("enough admissions", lambda: churn.count >= LEAST or churn.wrong, 300)
    print(f"{churn.admitted} admitted, {churn.refused} refused, {len(churn.wrong)} wrong")
    assert not churn.wrong
    assert churn.count >= LEAST


def test_a_restart_of_the_api_server_loses_nothing(release, pods) -> None:
    """It comes back to the same webhook, and nothing passes in between; what it cannot answer itself is no admission."""
    command = os.environ.get(RESTART)
    if not command:
        pytest.skip(f"needs a command that restarts the API server in {RESTART}")
    with Churn(ENFORCED, *pods) as churn:
        for _ in range(2):
            before = churn.count
            wait_for("admissions", lambda before=before: churn.count > before + 100)
            with churn.api_is_restarting():
                subprocess.run([command], check=True, timeout=120)
                wait_for("API server", lambda: not release.run("get", "--raw=/readyz").returncode)
                before = churn.count
                wait_for("answers", lambda before=before: churn.count > before + 20)
        before = churn.count
        wait_for("admissions", lambda: churn.count > before + 300)
    print(
        f"{churn.admitted} admitted, {churn.refused} refused, {churn.unanswered} unanswered, {len(churn.wrong)} wrong"
    )
    assert not churn.wrong, (churn.wrong[:5], len(churn.wrong))
    assert churn.unanswered
    release.await_rollouts()


def _restart(release) -> None:
    release.must("-n", NAMESPACE, "rollout", "restart", WEBHOOK)
    release.await_rollouts()
    time.sleep(15)  # the last of the old replicas drains


def _upgrade(release) -> None:
    release.apply("upgrade", webhook={"podAnnotations": {"example.com/edition": "second"}})
    time.sleep(15)


def _rotate(release) -> None:
    (before,) = bundles(release)
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    release.must("-n", NAMESPACE, "annotate", "secret", SECRET, "--overwrite", f"{RENEW_ANNOTATION}={moment}")
    wait_for(
        "bundle of two authorities",
        lambda: all(bundle.endswith(before) and bundle != before for bundle in bundles(release)),
    )
    served = _served(release)
    wait_for("new certificate in every replica", lambda: not _served(release) & served, 240)
    (bundle,) = bundles(release)
    assert len(x509.load_pem_x509_certificates(bundle)) == 2


def _served(release) -> set[str]:
    """Return when the certificates in use were made to end, one per replica."""
    found = set()
    for pod in _replicas(release):
        path = f"/api/v1/namespaces/{NAMESPACE}/pods/{pod}:8080/proxy/metrics"
        for line in release.must("get", f"--raw={path}").splitlines():
            if line.startswith("weighbridge_certificate_not_after_timestamp_seconds "):
                found.add(line.partition(" ")[2])
    return found


def _replicas(release) -> list[str]:
    selector = "--selector=app.kubernetes.io/component=webhook"
    pods = release.get("-n", NAMESPACE, "pods", selector)["items"]
    return [pod["metadata"]["name"] for pod in pods if not pod["metadata"].get("deletionTimestamp")]


def _delete_one(release) -> None:
    release.must("-n", NAMESPACE, "delete", "pod", _replicas(release)[0])
    release.await_rollouts()


def _evict_one(release) -> None:
    name = _replicas(release)[0]
    eviction = {
        "apiVersion": "policy/v1" if "policy/v1" in release.must("api-versions").split() else "policy/v1beta1",
        "kind": "Eviction",
        "metadata": {"name": name, "namespace": NAMESPACE},
    }
    release.must("create", f"--raw=/api/v1/namespaces/{NAMESPACE}/pods/{name}/eviction", "-f", "-", manifest=eviction)
    wait_for("end of the evicted replica", lambda: name not in _replicas(release))
    release.await_rollouts()


def _restart_reporter(release) -> None:
    release.must("-n", NAMESPACE, "rollout", "restart", f"deployment/{NAME}-reporter")
    release.await_rollouts()


def test_without_a_webhook_only_enforced_namespaces_stand_still(release, pods) -> None:
    """They refuse, everything else works, and what is there already can be deleted; back up it recovers by itself."""
    good, bad = pods
    free = release.namespace(FREE, warn="default", audit="default")
    create = ("create", "--dry-run=server", "-f", "-")
    release.must("-n", ENFORCED, "create", "-f", "-", manifest=_unschedulable(good, "before"))
    release.must("-n", NAMESPACE, "scale", WEBHOOK, "--replicas=0")
    wait_for("absence", lambda: not _replicas(release) and _refuses(release, good))
    assert "failed calling webhook" in release.run("-n", ENFORCED, *create, manifest=good).stderr
    for namespace in (free, "kube-system", NAMESPACE):
        release.must("-n", namespace, *create, manifest=bad)
    release.must("-n", ENFORCED, "delete", "pod", "before", "--grace-period=0", "--force")
    release.must("-n", ENFORCED, "create", "configmap", "other")
    release.must("-n", NAMESPACE, "scale", WEBHOOK, "--replicas=2")
    wait_for("recovery", lambda: not release.run("-n", ENFORCED, *create, manifest=good).returncode)
    assert "denied the request" in release.run("-n", ENFORCED, *create, manifest=bad).stderr


def _refuses(release, pod) -> bool:
    return bool(release.run("-n", ENFORCED, "create", "--dry-run=server", "-f", "-", manifest=pod).returncode)


def _unschedulable(pod, name: str):
    spec = {**pod["spec"], "nodeSelector": {"example.com/never": "there"}}
    return {**pod, "metadata": {**pod["metadata"], "name": name}, "spec": spec}
