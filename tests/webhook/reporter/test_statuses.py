"""What a policy's status says, and that it is written only where it differs."""

from __future__ import annotations

from tests.apiserver import policy
from webhook.reporter.statuses import status_for
from webhook.stores import POLICIES, Stores


def _stores(*bodies) -> Stores:
    stores = Stores()
    for body in bodies:
        stores.put(POLICIES, body)
    return stores


def _policy(**spec):
    body = policy(**spec)
    return {**body, "metadata": {**body["metadata"], "generation": 1, "resourceVersion": "7"}}


def _patched(body, status):
    """Apply a merge patch of the status (RFC 7386): None takes a field away."""
    merged = {**(body.get("status") or {}), **status}
    return {**body, "status": {name: value for name, value in merged.items() if value is not None}}


def test_a_policy_in_force_has_a_hash_and_no_error() -> None:
    """`error` is absent rather than empty, so that `kubectl get -o jsonpath` of it prints nothing."""
    body = _policy()
    status = status_for(body, _stores(body))
    assert status["error"] is None
    assert len(status["hash"]) == 12
    assert set(_patched(body, status)["status"]) == {"observedGeneration", "hash", "recentHashes"}


def test_what_is_there_already_is_not_written_again() -> None:
    """Else every look would be a write."""
    body = _policy()
    body = _patched(body, status_for(body, _stores(body)))
    assert status_for(body, _stores(body)) is None


def test_an_error_goes_when_the_edit_is_mended() -> None:
    """A merge patch leaves what it does not name."""
    bad = _policy(failOnn="high")
    bad = _patched(bad, status_for(bad, _stores(bad)))
    assert "failOnn" in bad["status"]["error"]
    good = {**_policy(), "status": bad["status"]}
    assert "error" not in _patched(good, status_for(good, _stores(good)))["status"]


def test_an_edition_that_the_watch_has_not_told_is_left_alone() -> None:
    """Its status would be that of another edition."""
    body = _policy()
    newer = {**body, "metadata": {**body["metadata"], "resourceVersion": "next"}}
    assert status_for(newer, _stores(body)) is None
