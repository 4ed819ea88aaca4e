"""Readiness checks, the log's form, and the metrics of what is known."""

from __future__ import annotations

import io
import json
import logging

import pytest
from prometheus_client import CollectorRegistry

from tests.apiserver import policy
from tests.webhook.server.conftest import allow, deny
from webhook.health import denies_bad_pod, policies_loaded
from webhook.logs import JsonFormatter
from webhook.metrics import KnowledgeMetrics
from webhook.policy import DEFAULT_POLICY
from webhook.serve import judge_by
from webhook.stores import POLICIES, Static, Stores


def test_the_real_decision_denies_the_canned_pod() -> None:
    """With the default policy, and for want of a gate."""
    assert denies_bad_pod(judge_by(Static(policies={"default": DEFAULT_POLICY}, default="default")))() == ""


@pytest.mark.parametrize(
    "judge", [allow, lambda review, mode: {}, lambda review, mode: 1 / 0], ids=["allows", "empty", "fails"]
)
def test_a_decision_that_does_not_deny_it_is_not_ready(judge) -> None:
    """Allowing, answering nonsense and failing are all the same."""
    assert denies_bad_pod(judge)()


def test_denying_for_another_reason_is_not_enough() -> None:
    """A decision that denies everything has not looked."""

    def other(review, mode):
        answer = deny(review, mode)
        answer["response"]["auditAnnotations"] = {"violations": "policy-not-found"}
        return answer

    assert denies_bad_pod(deny)() == ""
    assert denies_bad_pod(other)()


def test_ready_needs_knowledge() -> None:
    """Loaded, and at least one valid policy."""
    stores = Stores()
    check = policies_loaded(stores)
    assert "not loaded" in check()
    stores.loaded = True
    assert "no valid ModelPolicy" in check()
    stores.put(POLICIES, policy())
    assert check() == ""


def line(message: str, **extra) -> dict:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("webhook.test")
    logger.setLevel("INFO")
    logger.addHandler(handler)
    logger.info(message, **extra)
    logger.removeHandler(handler)
    (text,) = stream.getvalue().splitlines()
    return json.loads(text)


def test_a_record_is_one_line_of_json() -> None:
    """Whatever is in it: line breaks, control characters, lone surrogates, objects."""
    hostile = "a\r\nb\x1b[2J\u2028\ud800"
    read = line("said", extra={"fields": {"text": hostile, "object": object(), "number": 3}})
    assert (read["message"], read["level"], read["logger"]) == ("said", "info", "webhook.test")
    assert read["time"].endswith("+00:00")
    assert "a\r\nb" in read["text"]
    assert line("said", extra={"fields": {"number": 3}})["number"] == 3


def test_a_traceback_is_a_field() -> None:
    """Also one line."""
    try:
        int("x")
    except ValueError:
        assert "ValueError: invalid literal" in line("failed", exc_info=True)["traceback"]


def test_exceptions_of_policies_say_when_they_end() -> None:
    """The day is inclusive, so the end is the beginning of the next; a policy that goes takes its series along."""
    registry = CollectorRegistry()
    metrics = KnowledgeMetrics(registry)
    stores = Stores()
    exception = {"reason": "r", "owner": "o", "rule": "pickle-import-dangerous", "expires": "2027-01-31"}
    stores.put(POLICIES, policy(exceptions=[exception]))
    metrics.publish(stores)
    labels = {"policy": "default", "exception": "0"}
    name = "weighbridge_policy_exception_expires_timestamp_seconds"
    assert registry.get_sample_value(name, labels) == 1801440000.0
    stores.drop(POLICIES, "", "default")
    metrics.publish(stores)
    assert registry.get_sample_value(name, labels) is None
    assert registry.get_sample_value("weighbridge_policies", {"state": "compiled"}) == 0
