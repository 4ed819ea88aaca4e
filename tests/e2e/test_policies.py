"""Policies as objects on a real cluster: they are stored, read, answered in their status, and what they waive is waived."""

from __future__ import annotations

import io
import pickle
import string
import zipfile
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from examples.models import state_dict
from tests.e2e.release import deployment, message, server_pod, volume, wait_for

pytestmark = pytest.mark.e2e

STRICT, WAIVED, SMALL = "e2e-strict", "e2e-waived", "e2e-small"
RULE = "import-not-recognised"
MODEL = {"coefficients": np.array([1.0, 2.0]), "intercept": 0.5, "title": string.Template("churn")}
"""It loads, and imports a name that no list knows."""


def test_the_policy_of_the_chart_is_stored_and_was_read(release) -> None:
    """Its status says which edition is in force, and under which hash gates carry it."""
    status = wait_for("status", lambda: release.policy_status("default"), 60)
    assert "error" not in status
    assert len(status["hash"]) == 12


def test_a_value_that_no_policy_has_is_refused_at_once(release) -> None:
    """By the definition, as kubectl applies it."""
    done = release.run("apply", "-f", "-", manifest=_policy({"failOn": "hihg"}))
    assert done.returncode == 1
    assert "spec.failOn" in done.stderr


def test_a_misspelt_field_is_refused_at_once(release) -> None:
    """By the webhook, which reads it as it will be read: an API server would keep it without a word."""
    done = release.run("apply", "-f", "-", manifest=_policy({"failOnn": "high"}))
    assert done.returncode == 1
    assert 'admission webhook "policies.weighbridge.dev" denied the request' in done.stderr
    assert "failOnn" in done.stderr


def _policy(spec):
    kind = {"apiVersion": "weighbridge.dev/v1alpha1", "kind": "ModelPolicy"}
    return {**kind, "metadata": {"name": "misspelt"}, "spec": spec}


def test_a_waiver_opens_the_gate_where_its_policy_holds(release, volumes) -> None:
    """The same file is blocked under the default policy, and served with a warning under one that waives the rule."""
    release.policy("waived", exceptions=[{"rule": RULE, "reason": "a title", "owner": "ml", "expires": _in_days(30)}])
    folder = volume(volumes, "titled", "model.pkl", pickle.dumps(MODEL))
    manifest = deployment("titled", server_pod(folder, "model.pkl"))
    for namespace, policy in ((STRICT, "default"), (WAIVED, "waived")):
        release.namespace(namespace, enforce=policy)
        release.must("-n", namespace, "apply", "-f", "-", manifest=manifest)
    said = message(wait_for("verdict", lambda: release.judged(STRICT, "titled")))
    assert (said["verdict"], said["findings"][0]["rule"]) == ("BLOCK", RULE)
    release.must("-n", WAIVED, "rollout", "status", "deployment/titled", "--timeout=110s")
    said = message(release.judged(WAIVED, "titled"))
    assert (said["verdict"], said["policy"]) == ("WARN", "waived")
    release.must("-n", STRICT, "delete", "deployment", "titled", "--wait=false")


def _in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def test_a_large_model_costs_the_gate_little(release, volumes) -> None:
    """Two gigabytes of weights in a torch archive, under the policy's limit of 128 MiB: what cannot carry code is not read."""
    resources = {"requests": {"memory": "64Mi"}, "limits": {"memory": "128Mi"}}
    release.policy("small", gate={**release.get("modelpolicy", "default")["spec"]["gate"], "resources": resources})
    release.namespace(SMALL, enforce="small")
    folder = volume(volumes, "large", "head.pkl", pickle.dumps({**MODEL, "title": "churn"}))
    _write_large_archive(folder / "model.pt", 2 << 30)
    manifest = deployment("large", server_pod(folder, "head.pkl"))
    release.must("-n", SMALL, "apply", "-f", "-", manifest=manifest)
    pod = wait_for("verdict", lambda: release.judged(SMALL, "large"))
    said = message(pod)
    print(f"{said['bytes']} bytes examined in {said['milliseconds']} ms under 128 MiB")
    assert pod["spec"]["initContainers"][0]["resources"] == resources
    assert said["verdict"] == "PASS", said
    assert said["bytes"] > 2 << 30
    release.must("-n", SMALL, "rollout", "status", "deployment/large", "--timeout=110s")


def _write_large_archive(path, size: int) -> None:
    """Write the example's state dict with a weight that is `size` bytes longer."""
    with zipfile.ZipFile(io.BytesIO(state_dict())) as small, zipfile.ZipFile(path, "w") as large:
        for name in small.namelist():
            with large.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
                member.write(small.read(name))
                if name.endswith("data/0"):
                    for _ in range(size >> 24):
                        member.write(bytes(1 << 24))
    path.chmod(0o644)
