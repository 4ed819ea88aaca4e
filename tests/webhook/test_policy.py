"""A policy is understood whole or not at all, and its errors name the field."""

from __future__ import annotations

import copy
from datetime import date

import pytest

from initcontainer.contract import GatedVolume, Waiver
from scanners.findings import Severity
from scanners.limits import Limits
from tests.webhook.builders import IMAGE_DIGEST, policy
from webhook.policy import DEFAULT_POLICY, GATE_IMAGE, PolicyError, compile_policy, decode_policy, policy_hash
from webhook.policy_object import API_VERSION, KIND

FULL = {
    "scope": "Everything",
    "failOn": "high",
    "gate": {
        "image": GATE_IMAGE,
        "digests": [IMAGE_DIGEST],
        "runAsUser": 1000,
        "readOnlyMounts": False,
        "resources": {"limits": {"memory": "1Gi"}},
    },
    "allowedImports": ["churn.Encoder"],
    "limits": {"seconds": 300, "inflatedBytes": 1 << 40},
    "remoteSources": [{"prefix": "hf://org/", "reason": "ours"}],
    "scannedImages": [{"digest": IMAGE_DIGEST, "reason": "CI"}],
    "servingSwitches": ["--trust-remote-code"],
    "runtimeManagement": "Warn",
    "undetermined": "Allow",
    "liveVolumes": "Deny",
    "emptyVolumes": ["staging"],
    "nonModelVolumes": [{"claim": "data", "mountPath": "/data", "namespaces": ["a"], "reason": "tables"}],
    "exceptions": [
        {"rule": "import-not-recognised", "sha256": "a" * 64, "reason": "r", "owner": "o", "expires": "2027-01-31"}
    ],
}


def _object(**spec) -> dict:
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": "p", "uid": "x"}, "spec": spec}


def test_every_field_is_read():
    """What is written is what is asked of a gate."""
    compiled = compile_policy(decode_policy(_object(**FULL)))
    wanted = compiled.requirement([GatedVolume(server_path="/m")])
    assert wanted.fail_on is Severity.HIGH
    assert wanted.allowed_imports == {"churn.Encoder"}
    assert wanted.limits == Limits(seconds=300, inflated_bytes=1 << 40)
    assert wanted.waivers == (Waiver(rule="import-not-recognised", sha256="a" * 64, until=date(2027, 1, 31)),)
    assert (wanted.policy, wanted.policy_hash) == ("p", compiled.hash)
    assert compiled.digests == {IMAGE_DIGEST, GATE_IMAGE.rpartition("@")[2]}


def test_the_default_policy_is_strict():
    """Everything denies by default, only live volumes warn."""
    spec = DEFAULT_POLICY.spec
    assert (spec.scope, spec.fail_on, spec.runtime_management, spec.undetermined) == (
        "Inference",
        "medium",
        "Deny",
        "Deny",
    )
    assert spec.live_volumes == "Warn"
    assert DEFAULT_POLICY.requirement([GatedVolume(server_path="/m")]).limits == Limits()
    assert DEFAULT_POLICY.digests == {GATE_IMAGE.rpartition("@")[2]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"failOn": "maximum"}, "spec.failOn"),
        ({"fialOn": "high"}, "spec"),
        ({"gate": {"digests": ["sha256:abc"]}}, "spec.gate.digests[0]"),
        ({"gate": {"image": "registry.example.com/weighbridge/gate:latest"}}, "spec.gate.image"),
        ({"gate": {"runAsUser": "root"}}, "spec.gate.runAsUser"),
        ({"allowedImports": ["os.*"]}, "spec.allowedImports[0]"),
        ({"allowedImports": "os.path"}, "spec.allowedImports"),
        ({"limits": {"seconds": 0}}, "spec.limits.seconds"),
        ({"limits": {"depth": "9"}}, "spec.limits.depth"),
        ({"limits": {"second": 9}}, "spec.limits"),
        ({"limits": {"members": 10**18}}, "spec.limits.members"),
        ({"remoteSources": [{"prefix": "", "reason": "x"}]}, "spec.remoteSources[0].prefix"),
        ({"remoteSources": [{"prefix": "hf://", "reason": "x"}]}, "spec.remoteSources[0].prefix"),
        ({"remoteSources": [{"prefix": "a/b"}]}, "spec.remoteSources[0]"),
        ({"scannedImages": [{"digest": "latest", "reason": "x"}]}, "spec.scannedImages[0].digest"),
        ({"nonModelVolumes": [{"reason": "x"}]}, "spec.nonModelVolumes[0]"),
        ({"nonModelVolumes": [{"reason": "x", "namespaces": ["a"]}]}, "spec.nonModelVolumes[0]"),
        ({"exceptions": [{"reason": "r", "owner": "o", "expires": "2027-01-31"}]}, "spec.exceptions[0]"),
        ({"exceptions": [{"rule": "x", "reason": "r", "owner": "o", "expires": "soon"}]}, "spec.exceptions[0].expires"),
        ({"exceptions": [{"rule": "x", "reason": "r", "owner": "o", "expires": "2027-02-30"}]}, "spec.exceptions[0]"),
        (
            {"exceptions": [{"rule": "x", "reason": " ", "owner": "o", "expires": "2027-01-31"}]},
            "spec.exceptions[0].reason",
        ),
        ({"exceptions": [{"rule": "x", "reason": "r", "expires": "2027-01-31"}]}, "spec.exceptions[0]"),
        (
            {"exceptions": [{"sha256": "A" * 64, "reason": "r", "owner": "o", "expires": "2027-01-31"}]},
            "spec.exceptions[0].sha256",
        ),
        ({"liveVolumes": True}, "spec.liveVolumes"),
    ],
)
def test_an_error_names_its_field(change, field):
    """So that the object's status can say where to look."""
    with pytest.raises(PolicyError) as caught:
        compile_policy(decode_policy(_object(**change)))
    assert caught.value.field_path == field
    assert caught.value.message


@pytest.mark.parametrize(
    "change",
    [{"apiVersion": "v1"}, {"kind": "Policy"}, {"metadata": {}}, {"metadata": {"name": "Not_A_Name"}}, {"extra": 1}],
)
def test_what_is_no_policy_is_an_error(change):
    """Another kind, no name, a field beside the specification."""
    with pytest.raises(PolicyError):
        compile_policy(decode_policy({**_object(), **change}))


def test_another_kind_is_told_before_its_fields():
    """Who gives a workload in place of the policy reads that, and not of a field that a policy lacks."""
    with pytest.raises(PolicyError) as caught:
        decode_policy({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {}, "spec": {"selector": {}}})
    assert (caught.value.field_path, caught.value.message) == (
        "apiVersion",
        "expected weighbridge.dev/v1alpha1, got 'apps/v1'",
    )


def test_the_hash_is_of_the_content():
    """Written in another order, or with defaults spelt out, it is the same policy."""
    shuffled = dict(reversed(copy.deepcopy(FULL).items()))
    assert (
        compile_policy(decode_policy(_object(**FULL))).hash == compile_policy(decode_policy(_object(**shuffled))).hash
    )
    assert policy(failOn="medium").hash == policy().hash != policy(failOn="low").hash
    assert policy_hash(policy().spec) == policy().hash


def test_former_hashes_are_remembered():
    """Newest first, each once, never without end."""
    compiled = compile_policy(decode_policy(_object()), previous=["b", "a", "b"])
    assert compiled.recent == ("b", "a")
    many = compile_policy(decode_policy(_object()), previous=[str(number) for number in range(100)])
    assert len(many.recent) == 16


@pytest.mark.parametrize(
    ("reference", "allowed"),
    [
        ("org/name", True),
        ("hf://org/name", True),
        ("org/name@main", True),
        ("org/name:q4", True),
        ("org/name-other", False),
        ("other/org/name", False),
        ("team/anything", True),
        ("s3://bucket/models/x", True),
        ("s3://bucket/models-other/x", False),
        ("", False),
    ],
)
def test_a_source_is_allowed_by_its_beginning(reference, allowed):
    """At the end of a name only: a longer name is another name."""
    sources = [{"prefix": prefix, "reason": "x"} for prefix in ("org/name", "hf://team/", "s3://bucket/models")]
    assert policy(remoteSources=sources).allows_remote(reference) is allowed
