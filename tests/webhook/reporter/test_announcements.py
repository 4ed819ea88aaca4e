"""Events: what they say, that they are said once, and not too often."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from initcontainer.contract import Verdict
from tests.webhook.reporter.conftest import container, ended, message, pod, trusting
from webhook.reporter.announcements import Rate, event, reference_to_pod
from webhook.reporter.journal import News
from webhook.reporter.outcomes import read_pod

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def news(**fields) -> News:
    read = read_pod(pod(**fields), trusting)
    assert read.now is not None
    return News(pod=read, outcome=read.now)


def told(item: News) -> dict | None:
    return event(item, reference_to_pod(item), now=NOW)


@pytest.mark.parametrize(
    ("verdict", "code", "reason", "kind"),
    [
        (Verdict.WARN, 0, "ModelFindings", "Normal"),
        (Verdict.BLOCK, 1, "ModelBlocked", "Warning"),
        (Verdict.ERROR, 2, "ModelNotExamined", "Warning"),
    ],
)
def test_each_verdict_has_its_reason(verdict: Verdict, code: int, reason: str, kind: str) -> None:
    """What happened in one word, and whether it is a warning."""
    body = told(news(state=ended(message(verdict), code)))
    assert body is not None
    assert (body["reason"], body["type"]) == (reason, kind)
    assert body["involvedObject"]["uid"] == "u1"
    assert body["firstTimestamp"] == "2026-11-22T10:00:00Z"


def test_a_pass_is_no_event() -> None:
    """It is the rule."""
    assert told(news(state=ended(message(Verdict.PASS), 0))) is None


def test_a_forgery_is_an_event() -> None:
    """Somebody took the gate's name."""
    body = told(news(state=ended(message(Verdict.PASS), 0), gate=container(command=["true"])))
    assert body is not None
    assert body["reason"] == "GateUnverified"


def test_a_block_names_rules() -> None:
    """Which rule, in which pod."""
    body = told(news(state=ended()))
    assert body is not None
    assert body["message"] == "gate BLOCK in pod web-1 (pickle-import-dangerous): 1 finding"


def test_names_follow_from_what_is_told() -> None:
    """The same verdict of the same pod has one name, after a restart too; another verdict another one."""
    first, again = told(news(state=ended())), told(news(state=ended()))
    other = told(news(state=ended(message(Verdict.ERROR), 2)))
    assert first is not None
    assert again is not None
    assert other is not None
    assert first["metadata"]["name"] == again["metadata"]["name"] != other["metadata"]["name"]


def test_messages_are_short_and_printable() -> None:
    """Whatever a file is called, the event is one readable line of at most 1,024 characters."""
    body = told(news(state=ended("\x1b[2J" * 900, 0, reason="x" * 5000)))
    assert body is not None
    assert len(body["message"]) <= 1024
    assert body["message"].isprintable()


def test_the_rate_allows_a_burst_and_then_an_average() -> None:
    """Three at once, then one for every half second."""
    now = [0.0]
    rate = Rate(each_second=2, at_once=3, clock=lambda: now[0])
    assert [rate.take() for _ in range(5)] == [True, True, True, False, False]
    now[0] = 0.5
    assert [rate.take() for _ in range(2)] == [True, False]
    now[0] = 100
    assert [rate.take() for _ in range(4)] == [True, True, True, False]
