"""The lease: one holder, renewal, and succession when it runs out."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from webhook.cluster import CONFLICT, ClusterError
from webhook.reporter.leadership import DURATION, Leadership

START = datetime(2026, 11, 22, 10, tzinfo=UTC)


class Leases:
    """The one lease, with versions as the API server keeps them."""

    def __init__(self) -> None:
        self.lease: dict[str, Any] | None = None
        self.away = False

    def read_lease(self, namespace: str, name: str) -> dict[str, Any] | None:
        if self.away:
            raise ClusterError(0, "away")
        return copy.deepcopy(self.lease)

    def write_lease(self, lease: dict[str, Any]) -> None:
        version = self.lease["metadata"]["resourceVersion"] if self.lease else None
        if lease["metadata"].get("resourceVersion") != version:
            raise ClusterError(CONFLICT, "Conflict")
        self.lease = copy.deepcopy(lease)
        self.lease["metadata"]["resourceVersion"] = str(int(version or 0) + 1)


def claim(leases: Leases, identity: str) -> Leadership:
    return Leadership(cluster=leases, namespace="n", name="l", identity=identity)  # type: ignore[arg-type]


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_the_first_takes_it_and_the_second_waits() -> None:
    """And the holder can renew as often as it likes."""
    leases = Leases()
    first, second = claim(leases, "a"), claim(leases, "b")
    assert first.hold(at(0))
    assert not second.hold(at(1))
    assert first.hold(at(5))
    assert not second.hold(at(12))
    assert leases.lease is not None
    assert leases.lease["spec"]["holderIdentity"] == "a"
    assert leases.lease["spec"]["acquireTime"] < leases.lease["spec"]["renewTime"]


def test_it_can_be_taken_once_it_was_not_renewed() -> None:
    """Counted from when the other saw it last, by its own clock: the holder's clock is not trusted."""
    leases = Leases()
    assert claim(leases, "a").hold(at(-9999))
    second = claim(leases, "b")
    assert not second.hold(at(0))
    assert not second.hold(at(DURATION - 1))
    assert second.hold(at(DURATION + 1))
    assert not claim(leases, "a").hold(at(DURATION + 2))
    assert leases.lease is not None
    assert leases.lease["spec"]["leaseTransitions"] == 1


def test_a_container_that_is_restarted_has_it_still() -> None:
    """The same identity need not wait."""
    leases = Leases()
    assert claim(leases, "a").hold(at(0))
    assert claim(leases, "a").hold(at(1))


def test_who_releases_it_lets_others_in_at_once() -> None:
    """And releasing another's does nothing."""
    leases = Leases()
    first, second = claim(leases, "a"), claim(leases, "b")
    assert first.hold(at(0))
    second.release()
    assert not second.hold(at(1))
    first.release()
    assert second.hold(at(2))


def test_two_that_try_at_once_cannot_both_have_it() -> None:
    """The write is bound to the version that was read."""
    leases = Leases()
    first = claim(leases, "a")
    stale = leases.read_lease("n", "l")
    assert first.hold(at(0))
    second = claim(leases, "b")
    leases.read_lease = lambda namespace, name: stale  # type: ignore[method-assign]
    assert not second.hold(at(1))


def test_an_api_server_that_is_away_leaves_it_open() -> None:
    """Neither held nor lost."""
    leases = Leases()
    leases.away = True
    with pytest.raises(ClusterError):
        claim(leases, "a").hold(at(0))
