"""The gated pods that exist, what their gates said, and what of it is new. Pure: the rim feeds it and stores its ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from webhook.reporter.outcomes import read_pod

if TYPE_CHECKING:
    from collections.abc import Iterable

    from webhook.reporter.ledger import Ledger
    from webhook.reporter.outcomes import GatedPod, Json, Outcome, Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A verdict that was not counted before."""

    pod: GatedPod
    outcome: Outcome


class Journal:
    """Takes pods as they are told, in any order and as often as they come."""

    def __init__(self, ledger: Ledger, trust: Trust) -> None:
        self.ledger = ledger
        self.pods: dict[str, GatedPod] = {}
        self.changed = False
        """Whether the ledger holds something that is not stored yet."""
        self._trust = trust
        self._news: list[News] = []

    def see(self, pod: Json) -> None:
        """Take in a pod that exists."""
        read = read_pod(pod, self._trust)
        self.pods[read.uid] = read
        self._record(read)

    def miss(self, pod: Json) -> None:
        """Take in the last state of a pod that was deleted."""
        read = read_pod(pod, self._trust)
        self._record(read)
        self._drop(read.uid)

    def keep(self, present: Iterable[str], known_before: frozenset[str]) -> int:
        """
        Let go of pods that a list no longer holds; return how many went.

        `known_before` are those that were known when the list was asked for: what came since is not in it.
        """
        gone = known_before.difference(present)
        for uid in gone:
            self._drop(uid)
        return len(gone)

    def known(self) -> frozenset[str]:
        """Return the uids of all pods that are not known to be gone."""
        return self.ledger.living() | frozenset(self.pods)

    def news(self) -> list[News]:
        """Hand out what is new since the last call."""
        news, self._news = self._news, []
        return news

    def not_stored(self, news: list[News]) -> None:
        """Take back what was handed out, because the ledger could not be stored."""
        self._news = news + self._news
        self.changed = True

    def _record(self, read: GatedPod) -> None:
        before = self.ledger.living()
        fresh = self.ledger.record(read)
        self.changed |= bool(fresh) or read.uid not in before
        self._news += [News(pod=read, outcome=outcome) for outcome in fresh]

    def _drop(self, uid: str) -> None:
        self.pods.pop(uid, None)
        self.changed |= uid in self.ledger.living()
        self.ledger.forget(uid)
