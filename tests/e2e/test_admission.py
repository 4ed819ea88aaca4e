"""What a user of a real API server sees."""

import pytest

from tests.e2e.conftest import REPOSITORY

pytestmark = pytest.mark.e2e

MANIFESTS = REPOSITORY / "examples/manifests"
NOT_HERE = {
    "no matches for kind": "the API server has no such kind installed",
    "unknown field": "the API server is older than a field of the manifest",
    "No API token found": "no controller runs that makes the tokens of service accounts",
}
"""What an API server without an add-on, a release or its controllers says -> why the example cannot be tried there."""
EXAMPLES = sorted(path.stem.removesuffix("-denied") for path in MANIFESTS.glob("*-denied.yaml"))


def test_an_ungated_deployment_is_refused_with_the_path_and_the_remedy(kubectl) -> None:
    """kubectl exits 1 and prints our sentence; nothing is stored."""
    done = kubectl.run("apply", "-f", str(REPOSITORY / "examples/manifests/plain-server-denied.yaml"))
    assert done.returncode == 1
    assert 'admission webhook "enforce.weighbridge.dev" denied the request' in done.stderr
    assert "gate-missing" in done.stderr
    assert "spec.template.spec" in done.stderr
    assert kubectl.must("get", "deployments", "--output=name") == ""


def test_a_gated_deployment_is_accepted_and_stored(kubectl) -> None:
    """The good twin passes."""
    manifest = str(REPOSITORY / "examples/manifests/plain-server.yaml")
    assert "created" in kubectl.must("apply", "-f", manifest)
    kubectl.must("delete", "-f", manifest)


def test_an_ungated_pod_is_refused(kubectl) -> None:
    """Pods are where it is enforced: whoever makes them."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "bare"},
        "spec": {
            "automountServiceAccountToken": False,
            "containers": [
                {
                    "name": "server",
                    "image": "registry.example.com/triton:1",
                    "args": ["tritonserver", "--model-repository=/models"],
                    "volumeMounts": [{"name": "models", "mountPath": "/models"}],
                }
            ],
            "volumes": [{"name": "models", "persistentVolumeClaim": {"claimName": "models"}}],
        },
    }
    kubectl.must("create", "serviceaccount", "default", "--dry-run=client", "--output=name")
    kubectl.run("create", "serviceaccount", "default")
    done = kubectl.run("apply", "-f", "-", manifest=pod)
    assert done.returncode == 1
    assert "gate-missing" in done.stderr


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples(kubectl, example) -> None:
    """Each example is accepted, its bad twin refused, as far as the API server knows its kinds."""
    good = kubectl.run("apply", "--dry-run=server", "-f", str(MANIFESTS / f"{example}.yaml"))
    for sentence, reason in NOT_HERE.items():
        if sentence in good.stderr:
            pytest.skip(f"{example}: {reason}")
    assert good.returncode == 0, good.stderr
    bad = kubectl.run("apply", "--dry-run=server", "-f", str(MANIFESTS / f"{example}-denied.yaml"))
    assert bad.returncode == 1
    assert "denied the request" in bad.stderr


def test_decisions_are_counted(kubectl, webhook) -> None:
    """What was refused shows on the metrics page."""
    kubectl.run("apply", "-f", str(REPOSITORY / "examples/manifests/plain-server-denied.yaml"))
    page = webhook.metrics()
    assert "weighbridge_admission" in page
    assert 'decision="denied"' in page
