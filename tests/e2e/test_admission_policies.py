"""Policies on a real API server: made, changed and deleted while reviews run; bad ones refused when they are applied."""

from __future__ import annotations

import collections
import threading

import pytest

from tests.e2e.admission import SPEC, await_true, policy, remove, unique, validating
from tests.webhook.builders import deployment, pod

pytestmark = pytest.mark.e2e


class Reviews:
    """A client that never rests: one dry run after another, and what came of the last one."""

    def __init__(self, kubectl) -> None:
        self._kubectl = kubectl
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.last = ""
        self.count: collections.Counter[str] = collections.Counter()

    def _run(self) -> None:
        manifest = deployment(pod())
        manifest["metadata"].pop("namespace")
        while not self._stopped.is_set():
            done = self._kubectl.run("create", "--dry-run=server", "--filename=-", manifest=manifest)
            self.last = _outcome(done)
            self.count[self.last] += 1

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error) -> None:
        self._stopped.set()
        self._thread.join()


def _outcome(done) -> str:
    """Return `allowed`, the violation of a denial, or what nobody should ever read."""
    if done.returncode == 0:
        return "allowed"
    known = ("policy-not-found", "volume-live")
    return next((name for name in known if f"weighbridge: {name}" in done.stderr), done.stderr)


@pytest.fixture
def named(cluster, webhook):
    """Return the name of a policy that is not there yet, and kubectl in a namespace that names it."""
    name = unique("changing")
    try:
        cluster.apply(validating(name, webhook, name))
        yield name, cluster.serving("changing", name)
    finally:
        remove(cluster, name)


def test_a_policy_is_in_force_at_once_while_reviews_run(cluster, named) -> None:
    """Made, changed twice, deleted: each is seen by a review that begins within moments, and no review is ever lost."""
    name, inside = named
    steps = [
        ("allowed", lambda: cluster.apply(policy(name))),
        ("volume-live", lambda: cluster.apply(policy(name, liveVolumes="Deny"))),
        ("allowed", lambda: cluster.apply(policy(name))),
        ("policy-not-found", lambda: cluster.must("delete", "modelpolicy", name)),
    ]
    with Reviews(inside) as reviews:
        await_true("first denial", lambda: reviews.last == "policy-not-found")
        for expected, change in steps:
            change()
            seconds = await_true(f"review that says {expected}", lambda wanted=expected: reviews.last == wanted)
            print(f"{expected}: {seconds:.2f} s after it was stored, a review of about 0.2 s included")
    assert set(reviews.count) == {"policy-not-found", "allowed", "volume-live"}


def _misspelt():
    return {**policy(unique("bad")), "spec": {**SPEC, "fialOn": "low"}}


@pytest.mark.parametrize("how", [[], ["--dry-run=server"]], ids=["stored", "dry-run"])
def test_a_misspelt_field_is_refused_by_the_webhook(cluster, kubectl, how) -> None:
    """The schema keeps what it does not know, so that the webhook can name it."""
    told = cluster.refused(_misspelt(), *how)
    assert 'admission webhook "policies.weighbridge.dev" denied the request' in told
    assert "fialOn" in told
    assert cluster.run("get", "modelpolicy", unique("bad")).returncode


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"failOn": "severe"}, "spec.failOn"),
        ({"gate": {"image": "registry.example.com/gate:1"}}, "spec.gate.image"),
        ({"exceptions": [{"rule": "x", "reason": "r", "owner": "o"}]}, "spec.exceptions.expires"),
        ({"nonModelVolumes": [{"reason": "r"}]}, "spec.nonModelVolumes"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_what_a_schema_can_say_is_refused_without_the_webhook(cluster, kinds, spec, told) -> None:
    """By the API server itself, field by field."""
    done = cluster.run("apply", "--filename=-", manifest=policy(unique("bad"), **spec))
    assert done.returncode == 1
    assert told in done.stderr
    assert "admission webhook" not in done.stderr


def test_a_day_that_is_in_no_calendar_is_refused(cluster, kubectl) -> None:
    """What no schema can say."""
    exception = {"rule": "import-not-recognised", "reason": "r", "owner": "o", "expires": "2027-02-31"}
    told = cluster.refused(policy(unique("bad"), exceptions=[exception]))
    assert "spec.exceptions[0]" in told


def test_a_bad_edit_leaves_the_policy_as_it_was(cluster, kubectl) -> None:
    """It is refused, and what was in force stays stored and in force."""
    cluster.refused({**policy(kubectl.namespace), "spec": {**SPEC, "liveVolume": "Deny"}})
    assert cluster.get("modelpolicy", kubectl.namespace)["spec"] == SPEC
    cluster.must("annotate", "modelpolicy", kubectl.namespace, "example.com/owner=security")
