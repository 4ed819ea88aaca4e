"""Pods as they come and go, and what is new about them."""

from __future__ import annotations

from initcontainer.contract import Verdict
from tests.webhook.reporter.conftest import container, ended, message, pod, trusting
from webhook.reporter.journal import Journal
from webhook.reporter.ledger import Ledger
from webhook.reporter.outcomes import Said


def journal() -> Journal:
    return Journal(Ledger(), trusting)


def test_news_are_told_once() -> None:
    """The same pod seen again is no news; a further verdict of it is."""
    book = journal()
    book.see(pod(state=ended()))
    assert [news.outcome.said for news in book.news()] == [Said.BLOCK]
    book.see(pod(state=ended()))
    assert book.news() == []
    book.see(pod(state=ended(message(Verdict.PASS), 0), last=ended()))
    assert [news.outcome.said for news in book.news()] == [Said.PASS]


def test_what_could_not_be_stored_stays_news() -> None:
    """Nothing is told that a restart would not remember."""
    book = journal()
    book.see(pod("a", state=ended()))
    book.changed = False
    first = book.news()
    book.see(pod("b", state=ended()))
    book.not_stored(first)
    assert book.changed
    assert [news.pod.uid for news in book.news()] == ["a", "b"]


def test_the_last_state_of_a_deleted_pod_counts() -> None:
    """A deletion that tells the verdict is a verdict, and then the pod is let go."""
    book = journal()
    book.see(pod())
    book.miss(pod(state=ended()))
    assert book.ledger.totals().verdicts == {("serving", "Deployment", "BLOCK"): 1}
    assert book.known() == frozenset()


def test_a_pod_never_seen_that_is_deleted_without_a_verdict_is_lost() -> None:
    """The first that is heard of it is its end."""
    book = journal()
    book.miss(pod())
    assert book.ledger.totals().verdicts == {("serving", "Deployment", "LOST"): 1}


def test_a_list_lets_go_of_what_was_known_before_it() -> None:
    """What came while the list was under way is not in it and stays."""
    book = journal()
    book.see(pod("old", state=ended()))
    known = book.known()
    book.see(pod("new", state=ended()))
    assert book.keep({"other"}, known) == 1
    assert book.known() == {"new"}


def test_a_verdict_that_was_believed_is_not_disowned() -> None:
    """A policy that no longer trusts the image does not turn a counted verdict into a forgery; a new pod is another case."""
    book = journal()
    book.see(pod("a", state=ended(message(Verdict.PASS), 0)))
    forged = container(command=["true"])
    book.see(pod("a", state=ended(message(Verdict.PASS), 0), gate=forged))
    book.see(pod("b", state=ended(message(Verdict.PASS), 0), gate=forged))
    verdicts = {labels[2]: count for labels, count in book.ledger.totals().verdicts.items()}
    assert verdicts == {"PASS": 1, "UNVERIFIED": 1}
