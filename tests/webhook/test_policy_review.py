"""A policy that could not be understood is refused when it is applied, and nothing else about policies ever is."""

from __future__ import annotations

import pytest

from tests.webhook.server.conftest import review_of
from webhook.objects import Undecodable
from webhook.policy_object import API_VERSION, GROUP, KIND
from webhook.policy_review import review_policy

DAY = {"reason": "checked", "owner": "ml", "expires": "2027-01-31"}


def _policy(spec, **metadata):
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": "default", **metadata}, "spec": spec}


def _review(policy, **request):
    request = {"kind": {"group": GROUP, "version": "v1alpha1", "kind": KIND}, "namespace": None, **request}
    return review_policy(review_of(policy, **request))["response"]


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"fialOn": "low"}, "fialOn"),
        ({"failOn": "severe"}, "spec.failOn"),
        ({"gate": {"image": "registry.example.com/gate:1"}}, "spec.gate.image"),
        ({"gate": {"digest": []}}, "spec.gate"),
        ({"allowedImports": ["os."]}, "spec.allowedImports[0]"),
        ({"allowedImports": "os.system"}, "spec.allowedImports"),
        ({"exceptions": [{**DAY, "rule": ""}]}, "spec.exceptions[0]"),
        ({"exceptions": [{**DAY, "rule": "No Rule"}]}, "spec.exceptions[0]"),
        ({"exceptions": [{**DAY, "rule": "x", "expires": "2027-02-31"}]}, "spec.exceptions[0]"),
        ({"nonModelVolumes": [{"reason": "r", "name": ""}]}, "spec.nonModelVolumes[0]"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_field(spec, told) -> None:
    """The message names the field, as the API server's own do."""
    response = _review(_policy(spec))
    assert response["allowed"] is False
    assert response["status"]["code"] == 422
    assert told in response["status"]["message"]


def test_a_policy_that_can_be_understood_is_stored() -> None:
    """With the fields that only the cluster writes."""
    policy = {**_policy({"failOn": "low"}, uid="1", managedFields=[]), "status": {"hash": "0" * 12}}
    assert _review(policy) == {"uid": review_of()["request"]["uid"], "allowed": True}


def test_a_name_that_no_gate_could_carry_is_refused() -> None:
    """The API server takes longer names than a label in a gate's arguments may have characters of."""
    assert not _review(_policy({}) | {"metadata": {"name": "Default"}})["allowed"]


def test_a_bad_policy_that_came_past_can_be_labelled_mended_and_removed() -> None:
    """Only an UPDATE of what it says is looked at; never a deletion, nor an object that is being deleted."""
    bad = _policy({"fialOn": "low"})
    assert _review(_policy({"fialOn": "low"}, labels={"a": "b"}), operation="UPDATE", oldObject=bad)["allowed"]
    assert _review(_policy({"failOn": "low"}), operation="UPDATE", oldObject=bad)["allowed"]
    assert not _review(_policy({"fialOn": "high"}), operation="UPDATE", oldObject=bad)["allowed"]
    going = _policy({"fialOn": "high"}, deletionTimestamp="2026-11-28T00:00:00Z")
    assert _review(going, operation="UPDATE", oldObject=bad)["allowed"]
    assert _review(None, operation="DELETE", object=None, oldObject=bad)["allowed"]


def test_other_kinds_are_none_of_its_business() -> None:
    """A rule that is too wide stops nobody."""
    assert _review(_policy({"fialOn": "low"}), kind={"group": "example.com", "version": "v1", "kind": KIND})["allowed"]


@pytest.mark.parametrize("broken", [[], {"request": []}, {"request": {"uid": 1}}])
def test_what_is_no_review_is_not_answered(broken) -> None:
    """The server turns it into a denial with a fixed sentence."""
    with pytest.raises(Undecodable):
        review_policy(broken)


def test_a_review_without_an_object_is_not_answered() -> None:
    """Nothing that was not read is called good."""
    with pytest.raises(Undecodable):
        _review(None, object=None)
