"""Injection places the gate where admission accepts it, once, and changes nothing else."""

from __future__ import annotations

import base64
import json
import random

import pytest

from initcontainer.contract import GATE_NAME
from tests.webhook.builders import CLAIM, SCRATCH, Known, gate, mount, pod, policy, request, server, vllm
from tests.webhook.random_pods import random_pod
from webhook.inject import mutate
from webhook.policy import GATE_IMAGE
from webhook.review import MENDED_BY_INJECTION, Mode, review
from webhook.yaml_edit import apply

KNOWN = Known(injects=True)


def _patch(of: dict, known: Known = KNOWN) -> list[dict]:
    response = mutate(request(of), knowledge=known)["response"]
    assert response["allowed"] is True
    return json.loads(base64.b64decode(response["patch"])) if "patch" in response else []


def _injected(of: dict, known: Known = KNOWN) -> dict:
    return apply(of, _patch(of, known))


def _violations(of: dict, known: Known = KNOWN) -> set[str]:
    said = review(request(of), mode=Mode.ENFORCE, knowledge=known)["response"]["auditAnnotations"].get("violations", "")
    return {word for word in said.split(",") if word}


def _bare(**changes) -> dict:
    of = pod(init=[], **changes)
    of["spec"].pop("initContainers")
    of["spec"]["volumes"].pop()
    of["metadata"].pop("labels")
    return of


def _names(of: dict) -> list[str]:
    return [container["name"] for container in of["spec"]["initContainers"]]


def test_a_bare_pod_becomes_a_good_one():
    """Gate, empty token volume, label, read-only mount: then it is allowed."""
    of = _injected(_bare(containers=[server(mount(read_only=False), securityContext={"runAsUser": 4711})]))
    assert _violations(of) == set()
    assert _names(of) == [GATE_NAME]
    made = of["spec"]["initContainers"][0]
    assert made["securityContext"]["runAsUser"] == 4711
    assert made["image"] == GATE_IMAGE


def test_a_good_pod_is_left_alone():
    """Nothing to do is no patch at all."""
    assert _patch(pod()) == []


def test_an_unrelated_pod_is_left_alone():
    """A pod without a model gets nothing."""
    assert (
        _patch(_bare(containers=[{"name": "web", "image": "nginx:1"}], volumes=[{"name": "c", "emptyDir": {}}])) == []
    )


def test_the_gate_moves_behind_a_downloader_that_was_added_later():
    """KServe's webhook appends its downloader after ours has run; the API server asks again."""
    downloader = {"name": "storage-initializer", "image": "k/s:1", "volumeMounts": [mount(read_only=False)]}
    of = pod(init=[gate(), downloader], volumes=[SCRATCH])
    assert _violations(of) == {"gate-before-writer"}
    moved = _injected(of)
    assert _names(moved) == ["storage-initializer", GATE_NAME]
    assert _violations(moved) == set()
    assert _patch(moved) == []


def test_an_outdated_gate_is_replaced_in_place():
    """One operation, at the place of the old one."""
    of = pod(init=[gate(image="registry.example.com/weighbridge/gate:old")])
    patch = _patch(of)
    assert [operation["op"] for operation in patch if "initContainers" in operation["path"]] == ["replace"]
    assert _violations(_injected(of)) == set()


def test_the_gate_stands_before_a_sidecar_that_serves():
    """As late as it can, but not later than whoever loads the model."""
    of = _bare(containers=[{"name": "web", "image": "nginx:1"}], volumes=[CLAIM, {"name": "x", "emptyDir": {}}])
    of["spec"]["initContainers"] = [
        {"name": "mesh", "image": "mesh:1", "restartPolicy": "Always"},
        vllm(restartPolicy="Always"),
    ]
    injected = _injected(of)
    assert _names(injected) == ["mesh", GATE_NAME, "server"]
    assert _violations(injected) == set()


def test_two_servers_with_two_paths_are_examined_under_both():
    """Absolute links lead elsewhere in each of them."""
    of = _injected(_bare(containers=[vllm(), vllm("--model=/m", name="second", volumeMounts=[mount(path="/m")])]))
    arguments = of["spec"]["initContainers"][0]["args"]
    assert [word for word in arguments if word.startswith("--volume")] == ["--volume=/models", "--volume=/m"]
    assert _violations(of) == set()


def test_what_the_policy_says_is_in_the_gate():
    """Threshold, imports, waivers, limits, uid and resources come from the policy, and admission then accepts them."""
    spec = {
        "gate": {"image": GATE_IMAGE, "runAsUser": 99, "resources": {"limits": {"memory": "1Gi"}}},
        "failOn": "high",
        "allowedImports": ["churn.Encoder"],
        "emptyVolumes": ["models"],
        "limits": {"seconds": 300},
        "exceptions": [{"rule": "import-not-recognised", "reason": "x", "owner": "y", "expires": "2099-01-01"}],
    }
    known = Known(policy=policy(**spec))
    of = _injected(_bare(), known)
    made = of["spec"]["initContainers"][0]
    assert made["securityContext"]["runAsUser"] == 99
    assert made["resources"] == {"limits": {"memory": "1Gi"}}
    told = {"--fail-on=high", "--allow-import=churn.Encoder", "--max-seconds=300", "--volume-may-be-empty=/models"}
    assert told <= set(made["args"])
    assert _violations(of, known) == set()
    assert _violations(of) == {"gate-weakened"}


def test_other_injectors_are_kept_off_the_gate():
    """Their lists are added to, never replaced."""
    of = _bare()
    of["metadata"]["annotations"] = {"eks.amazonaws.com/skip-containers": "proxy"}
    annotations = _injected(of)["metadata"]["annotations"]
    assert annotations["eks.amazonaws.com/skip-containers"] == f"proxy,{GATE_NAME}"
    assert annotations["azure.workload.identity/skip-containers"] == GATE_NAME


@pytest.mark.parametrize("known", [Known(policy=None), Known(policy=policy(gate={})), Known(own_namespace="models")])
def test_without_policy_or_image_or_in_our_own_namespace_nothing_is_injected(known):
    """The validating webhook has the last word."""
    assert _patch(_bare(), known) == []


def test_without_the_policys_wish_mounts_stay_as_they_are():
    """`readOnlyMounts: false` leaves the refusal to admission."""
    known = Known(policy=policy(gate={"image": GATE_IMAGE, "readOnlyMounts": False}))
    of = _injected(_bare(containers=[server(mount(read_only=False))]), known)
    assert _violations(of, known) == {"model-mount-writable"}


def test_a_volume_in_the_place_of_the_empty_one_is_replaced():
    """A token under the reserved name would reach the gate."""
    of = pod()
    of["spec"]["volumes"][-1] = {"name": "weighbridge-no-token", "secret": {"secretName": "token"}}
    assert _violations(of) == {"gate-weakened"}
    assert _violations(_injected(of)) == set()


def test_random_pods_need_one_injection_at_most():
    """After injection nothing is left that injection mends, and a second one does nothing."""
    rng = random.Random(11)
    mended = 0
    for _ in range(800):
        before = random_pod(rng)
        after = _injected(before)
        left = _violations(after)
        # Where the server itself starts before a writer no place is right for the gate, and what an expression chooses no
        # gate can examine.
        hopeless = left & {"server-before-gate", "gate-before-writer", "subpath-expression"}
        assert not left & (MENDED_BY_INJECTION | {"model-mount-writable"}) or hopeless, before
        assert hopeless or _patch(after) == [], before
        mended += bool(_violations(before)) and not left
    assert mended > 50
