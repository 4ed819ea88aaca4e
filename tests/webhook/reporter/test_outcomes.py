"""What a pod's status is taken to say, and what it is not."""

from __future__ import annotations

import pytest

from initcontainer.contract import Verdict
from scanners.findings import Severity
from tests.webhook.reporter.conftest import FINDING, container, ended, message, pod, trusting
from webhook.reporter.outcomes import NOT_EXAMINED, UNNAMED, Said, Workload, read_pod


@pytest.mark.parametrize(
    ("verdict", "code"), [(Verdict.PASS, 0), (Verdict.WARN, 0), (Verdict.BLOCK, 1), (Verdict.ERROR, 2)]
)
def test_a_gate_is_believed(verdict: Verdict, code: int) -> None:
    """Each verdict of an accepted gate is what it says."""
    read = read_pod(pod(state=ended(message(verdict), code)), trusting)
    assert read.now is not None
    assert read.now.said.value == verdict.value
    assert (read.now.files, read.now.bytes, read.now.milliseconds) == (3, 1000, 420)
    assert read.workload == Workload(kind="Deployment", name="web")


def test_a_block_names_its_rules() -> None:
    """The gauge of blocked workloads gets the rules at or above the gate's threshold, the counter all findings."""
    low = type(FINDING)(rule="trailing-bytes", severity=Severity.LOW, path="/models/x")
    text = message(findings=(FINDING, low), counts={Severity.CRITICAL: 1, Severity.LOW: 3})
    now = read_pod(pod(state=ended(text)), trusting).now
    assert now is not None
    assert now.rules == ("pickle-import-dangerous",)
    assert set(now.findings) == {
        ("pickle-import-dangerous", "CRITICAL", 1),
        ("trailing-bytes", "LOW", 1),
        (UNNAMED, "LOW", 2),
    }


def test_an_error_is_shut_for_not_examined() -> None:
    """A gate that could not look names no rule; the gauge still has a reason."""
    now = read_pod(pod(state=ended(message(Verdict.ERROR, gaps=1), 2)), trusting).now
    assert now is not None
    assert now.rules == (NOT_EXAMINED,)


@pytest.mark.parametrize(
    "change",
    [
        {"image": "registry.example/gate:latest"},
        {"command": ["sh", "-c", "true"]},
        {"env": [{"name": "PYTHONPATH", "value": "/models"}]},
        {"args": ["gate"]},
    ],
    ids=["tag", "command", "env", "args"],
)
def test_a_container_that_is_no_gate_is_not_believed(change: dict[str, object]) -> None:
    """A hostile pod can bear the name and write a PASS: it is UNVERIFIED, and nothing it says is counted."""
    forged = pod(state=ended(message(Verdict.PASS), 0), gate=container(**change))
    now = read_pod(forged, trusting).now
    assert now is not None
    assert now.said is Said.UNVERIFIED
    assert (now.findings, now.files, now.rules) == ((), 0, ())


def test_a_message_without_a_container_is_not_believed() -> None:
    """A status that names a gate which the specification does not hold."""
    forged = pod(state=ended(message(Verdict.PASS), 0))
    forged["spec"]["initContainers"] = []
    now = read_pod(forged, trusting).now
    assert now is not None
    assert now.said is Said.UNVERIFIED


HOSTILE = {
    "empty": "",
    "text": "PASS",
    "html": "<script>alert(1)</script>",
    "control": "\x1b[2J\x00\r\n",
    "other-json": '{"verdict":"PASS"}',
    "behind": message(Verdict.PASS) + "}",
    "long": "x" * 5000,
    "deep": "[" * 4000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_message_forges_a_pass(text: str) -> None:
    """Exit code 0 without a message that reads is UNVERIFIED, any other exit code is ERROR."""
    opened = read_pod(pod(state=ended(text, 0)), trusting).now
    shut = read_pod(pod(state=ended(text, 137, reason="OOMKilled")), trusting).now
    assert opened is not None
    assert shut is not None
    assert (opened.said, shut.said) == (Said.UNVERIFIED, Said.ERROR)
    assert "OOMKilled" in shut.detail


@pytest.mark.parametrize(
    ("verdict", "code", "said"), [(Verdict.PASS, 1, Said.ERROR), (Verdict.BLOCK, 0, Said.UNVERIFIED)]
)
def test_the_exit_code_overrules_the_message(verdict: Verdict, code: int, said: Said) -> None:
    """What holds the server back is the exit code, so a message that contradicts it is not counted as its verdict."""
    now = read_pod(pod(state=ended(message(verdict), code)), trusting).now
    assert now is not None
    assert now.said is said


def test_both_states_are_read() -> None:
    """A quick crash loop can replace the state between two events; the one before is still shown."""
    both = pod(state=ended(message(Verdict.PASS), 0), last=ended())
    assert [outcome.said for outcome in read_pod(both, trusting).outcomes] == [Said.PASS, Said.BLOCK]


@pytest.mark.parametrize(
    "status", [None, {}, {"initContainerStatuses": None}, {"initContainerStatuses": [{"name": "x"}]}]
)
def test_a_gate_that_has_not_ended_has_said_nothing(status: object) -> None:
    """No status, no outcome."""
    waiting = pod()
    waiting["status"] = status
    assert read_pod(waiting, trusting).outcomes == ()


def test_workloads() -> None:
    """The controller, the Deployment above a ReplicaSet, and the pod itself where nobody owns it."""
    job = {"kind": "Job", "name": "train", "controller": True}
    foreign = {"kind": "ReplicaSet", "name": "by-hand", "controller": True}
    assert read_pod(pod(owner=job), trusting).workload == Workload(kind="Job", name="train")
    assert read_pod(pod(owner=foreign), trusting).workload == Workload(kind="ReplicaSet", name="by-hand")
    assert read_pod(pod(owner={}), trusting).workload == Workload(kind="Pod", name="web-1")


def test_an_owner_is_the_authors_word() -> None:
    """Its kind and name are any text for the API server: they are shown printable and short, and counted as known words."""
    claimed = {"kind": "<b>\x1f\n", "name": "\u202e" * 5000, "controller": True}
    workload = read_pod(pod(owner=claimed), trusting).workload
    assert workload.known_kind == "other"
    for text in (workload.kind, workload.name):
        assert text.isprintable()
        assert len(text) < 2000
