"""`weighbridge reporter` as a process against an API server in memory: counts, events, restarts, change of leader."""

from __future__ import annotations

import contextlib
import json
import os
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from initcontainer.contract import Verdict
from tests.apiserver import api_server, namespace, policy, wait_for
from tests.fakeapi import FakeApi, fake_api
from tests.processes import Process, running
from tests.webhook.reporter.conftest import container, ended, message, pod

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STORE = ("configmaps", "weighbridge-reporter", "weighbridge-system")


@pytest.fixture
def api(tmp_path: Path) -> Iterator[FakeApi]:
    """An API server in memory with a namespace under a policy that trusts the gate of the samples."""
    with fake_api(tmp_path) as api:
        for each in (namespace("kube-system"), namespace("serving", enforce="default")):
            api.put("namespaces", each)
        api.put("modelpolicies", policy())
        yield api


@contextlib.contextmanager
def reporter(api: FakeApi, *arguments: str, name: str = "reporter-0") -> Iterator[Process]:
    """Run the reporter."""
    environment = {**os.environ, "KUBECONFIG": str(api.kubeconfig), "HOSTNAME": name}
    options = ["--host", "127.0.0.1", "--metrics-port", "0", "--store-interval", "0.1", "--list-interval", "0.5"]
    with running("webhook.reporter", *options, *arguments, environment=environment) as process:
        yield process


def verdicts(process: Process, verdict: str) -> float | None:
    """Return how many pods of the samples' Deployment came to a verdict."""
    labels = f'namespace="serving",verdict="{verdict}",workload_kind="Deployment"'
    return process.metric(f"weighbridge_gate_verdicts_total{{{labels}}}")


def blocked(uid: str | None = None, **fields: Any) -> dict[str, Any]:
    uid = uid or str(uuid.uuid4())
    return pod(uid, state=ended(), name=f"web-{uid}", **fields)


def passed(uid: str | None = None) -> dict[str, Any]:
    uid = uid or str(uuid.uuid4())
    return pod(uid, state=ended(message(Verdict.PASS), 0), name=f"web-{uid}")


def remove(api: FakeApi, gone: dict[str, Any]) -> None:
    api.delete("pods", gone["metadata"]["name"], "serving")


def test_verdicts_become_metrics_and_events(api: FakeApi) -> None:
    """What gates said is counted, shown by workload while it lasts, and told on the pod and its Deployment."""
    bad, forged = blocked(), blocked(gate=container(command=["true"]))
    owner = {"kind": "Deployment", "name": "web", "uid": "d1", "controller": True, "apiVersion": "apps/v1"}
    replica_set = {"metadata": {"name": "web-5d8f", "namespace": "serving", "uid": "r1", "ownerReferences": [owner]}}
    api.put("replicasets", replica_set)
    for each in (bad, forged, passed()):
        api.put("pods", each)
    stranger = passed()
    stranger["metadata"]["labels"] = {}
    api.put("pods", stranger)
    gauge = (
        'weighbridge_blocked_workload{kind="Deployment",name="web",namespace="serving",rule="pickle-import-dangerous"}'
    )
    with reporter(api) as process:
        wait_for("verdicts", lambda: verdicts(process, "PASS"))
        assert [verdicts(process, each) for each in ("PASS", "BLOCK", "UNVERIFIED")] == [1, 1, 1]
        assert process.metric(gauge) == 1
        events = wait_for("events", lambda: api.all("events") if len(api.all("events")) == 4 else None)
        told = {(event["involvedObject"]["kind"], event["reason"]) for event in events}
        kinds, reasons = ("Pod", "Deployment"), ("ModelBlocked", "GateUnverified")
        assert told == {(kind, reason) for kind in kinds for reason in reasons}
        assert {event["involvedObject"].get("uid") for event in events if event["involvedObject"]["kind"] != "Pod"} == {
            "d1"
        }
        remove(api, bad)
        wait_for("gauge to go", lambda: process.metric(gauge) is None)
        assert verdicts(process, "BLOCK") == 1
        assert process.stop() == 0


def test_deaths_in_the_middle_of_gates_count_exactly(api: FakeApi) -> None:
    """Killed again and again without a word: every verdict of every pod that still exists is counted once."""
    for death in range(2):
        with reporter(api) as process:
            for number in range(20):
                api.put("pods", blocked() if number % 4 == 0 else passed())
                if number == 10:
                    seen = 15 * death
                    wait_for("some of them", lambda seen=seen: (verdicts(process, "PASS") or 0) > seen)
            process.kill()
    with reporter(api) as process:
        wait_for("all of them", lambda: (verdicts(process, "PASS"), verdicts(process, "BLOCK")) == (30, 10))
        assert process.metric('weighbridge_reporter_stores_total{outcome="failed"}') in {None, 0}


def test_pods_that_went_while_nobody_looked(api: FakeApi) -> None:
    """A counted pod is let go; one that was waiting is LOST; both by comparison with a list."""
    counted, waiting = blocked(), pod(str(uuid.uuid4()), name="web-waiting")
    for each in (counted, waiting):
        api.put("pods", each)
    with reporter(api) as process:
        wait_for("verdict", lambda: verdicts(process, "BLOCK"))
        wait_for("waiting pod", lambda: process.metric('weighbridge_gated_pods{namespace="serving",verdict="PENDING"}'))
        process.kill()
    for each in (counted, waiting):
        remove(api, each)
    with reporter(api) as process:
        wait_for("loss", lambda: verdicts(process, "LOST") == 1)
        assert verdicts(process, "BLOCK") == 1


def test_deletions_that_the_watch_did_not_tell(api: FakeApi) -> None:
    """The history is gone when the watch comes back: what is blocked now follows the list."""
    bad = blocked()
    api.put("pods", bad)
    with reporter(api) as process:
        wait_for("verdict", lambda: verdicts(process, "BLOCK"))
        api.stop()
        del api.objects["pods", "serving", bad["metadata"]["name"]]
        api.put("pods", passed())
        api.forget_history()
        api.start()
        wait_for("new verdict", lambda: verdicts(process, "PASS") == 1, 60)
        wait_for("gauge", lambda: process.metric('weighbridge_gated_pods{namespace="serving",verdict="BLOCK"}') is None)
        assert verdicts(process, "BLOCK") == 1


def test_policies_get_a_status(api: FakeApi) -> None:
    """The hash in force, the hashes before, and what is wrong with an edit that is not understood."""
    hashes = []
    with reporter(api) as process:
        for number, scope in enumerate(("Inference", "Everything", "nonsense"), start=1):
            body = {**(api.get("modelpolicies", "default") or {}), **policy(scope=scope)}
            body["metadata"] = {"name": "default", "generation": number}
            api.put("modelpolicies", body)
            status = wait_for("status", lambda number=number: observed(api, number))
            hashes.append(status["hash"])
            assert status["recentHashes"] == hashes[:1][: number - 1]
            assert ("spec.scope" in status.get("error", "")) is (scope == "nonsense")
        assert len(set(hashes)) == 2
        assert process.stop() == 0


def observed(api: FakeApi, generation: int) -> dict[str, Any] | None:
    """Return the status of the policy once it speaks of an edition."""
    status = (api.get("modelpolicies", "default") or {}).get("status", {})
    return status if status.get("observedGeneration") == generation else None


def test_what_runs_ungated_is_audited(api: FakeApi) -> None:
    """Pods that were there before: counted by namespace and check, also those without the label."""
    server = {"name": "s", "image": "vllm/vllm-openai", "args": ["--model=/m"]}
    server["volumeMounts"] = [{"name": "m", "mountPath": "/m"}]
    volumes = [{"name": "m", "persistentVolumeClaim": {"claimName": "m"}}]
    metadata = {"name": "old", "namespace": "serving", "uid": "old"}
    api.put("pods", {"metadata": metadata, "spec": {"containers": [server], "volumes": volumes}})
    with reporter(api) as process:
        gauge = 'weighbridge_audit_violations{mode="enforce",namespace="serving",violation="gate-missing"}'
        wait_for("audit", lambda: process.metric(gauge) == 1)
        assert process.logged("runs and would not be admitted now")["workload"] == "Pod/old"
        assert verdicts(process, "UNVERIFIED") is None


def test_one_reports_and_another_takes_over(api: FakeApi) -> None:
    """The second waits for the lease, gets it when the first ends in order, and counts on with its totals."""
    api.put("pods", blocked())
    with reporter(api, name="a") as first, reporter(api, name="b") as second:
        wait_for(
            "leader",
            lambda: first.metric("weighbridge_reporter_leader") or second.metric("weighbridge_reporter_leader"),
        )
        leader, other = (first, second) if first.metric("weighbridge_reporter_leader") else (second, first)
        wait_for("verdict", lambda: verdicts(leader, "BLOCK"))
        assert other.metric("weighbridge_reporter_leader") == 0
        assert verdicts(other, "BLOCK") is None
        assert leader.stop() == 0
        wait_for("succession", lambda: verdicts(other, "BLOCK") == 1)


def test_who_is_overwritten_ends(api: FakeApi) -> None:
    """A reporter that lost the lease without noticing cannot write over the other's totals."""
    api.put("pods", blocked())
    with reporter(api) as process:
        wait_for("verdict", lambda: verdicts(process, "BLOCK"))
        wait_for("totals", lambda: api.get(*STORE))
        api.put("configmaps", api.get(*STORE))
        api.put("pods", blocked())
        assert process.popen.wait(20) == 1
        assert process.logged("cannot go on")


def test_totals_that_cannot_be_read_are_not_begun_anew(api: FakeApi) -> None:
    """Better no numbers than numbers that fall."""
    body = {"metadata": {"name": STORE[1], "namespace": STORE[2]}, "binaryData": {"ledger": "bm9uc2Vuc2U="}}
    api.put("configmaps", body)
    with reporter(api) as process:
        assert process.popen.wait(20) == 1


def test_a_flood_of_findings_breaks_nothing(api: FakeApi) -> None:
    """500 findings with control characters and HTML: one verdict, readable events, bounded labels."""
    from scanners.findings import Severity
    from tests.webhook.reporter.conftest import FINDING

    nasty = type(FINDING)(
        rule="pickle-import-dangerous", severity=Severity.HIGH, path="/models/<script>\r\n\u202e" + "x" * 3000
    )
    text = message(findings=(nasty,) * 500, counts={Severity.HIGH: 500}, reason="<script>\x1b[2J\n")
    uid = str(uuid.uuid4())
    api.put("pods", pod(uid, state=ended(text), name=f"web-{uid}"))
    with reporter(api) as process:
        wait_for("verdict", lambda: verdicts(process, "BLOCK"))
        findings = 'weighbridge_gate_findings_total{{format="other",namespace="serving",rule="{}",severity="HIGH"}}'
        named = process.metric(findings.format("pickle-import-dangerous"))
        assert named + process.metric(findings.format("unnamed")) == 500
        for event in wait_for("events", lambda: api.all("events")):
            assert event["message"].isprintable()
        assert "\x1b" not in process.metrics()


def test_an_owner_that_cannot_exist_breaks_nothing(api: FakeApi) -> None:
    """The API server takes any text for an owner: labels stay printable, short and few, and totals can be read again."""
    nasty = {
        "apiVersion": "v1",
        "kind": "<b>\x1f\x1b[2J",
        "uid": "o1",
        "controller": True,
        "name": "../a\n" + "x" * 5000,
    }
    elsewhere = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-5d8f", "uid": "other", "controller": True}
    owner = {"kind": "Deployment", "name": "web", "uid": "d1", "controller": True, "apiVersion": "apps/v1"}
    api.put(
        "replicasets",
        {"metadata": {"name": "web-5d8f", "namespace": "serving", "uid": "r1", "ownerReferences": [owner]}},
    )
    for each in (nasty, elsewhere):
        api.put("pods", blocked(owner=each))
    counted = 'weighbridge_gate_verdicts_total{namespace="serving",verdict="BLOCK",workload_kind="other"}'
    with reporter(api) as process:
        wait_for("verdict", lambda: process.metric(counted) == 1)
        events = wait_for("events", lambda: api.all("events") if len(api.all("events")) == 3 else None)
        told = [(event["involvedObject"]["kind"], event["involvedObject"]["uid"]) for event in events]
        assert [each for each in told if each[0] != "Pod"] == [("ReplicaSet", "other")]
        (line,) = [line for line in process.metrics().splitlines() if 'rule="' in line and "../a" in line]
        assert line.isprintable()
        assert len(line) < 600
        process.kill()
    with reporter(api) as process:
        wait_for("totals", lambda: process.metric(counted) == 1)


@pytest.mark.e2e
def test_a_real_api_server(tmp_path: Path) -> None:
    """Lease, totals and events are what a real API server accepts, and kubectl shows them."""
    for name in ("api", "files"):
        (tmp_path / name).mkdir()
    policy_file = tmp_path / "files" / "policy.json"
    policy_file.write_text(json.dumps(policy()))
    with api_server(tmp_path / "api") as processes:
        server = processes.server
        server.apply(namespace("serving", enforce="default"), namespace("weighbridge-system"))
        body = {**blocked("ignored"), "apiVersion": "v1", "kind": "Pod"}
        status = body.pop("status")
        body["metadata"] = {"name": "web-1", "namespace": "serving", "labels": body["metadata"]["labels"]}
        server.apply(body)
        created = {**server.get("pod", "web-1", "-n", "serving"), "status": status}
        path = tmp_path / "files" / "pod.json"
        path.write_text(json.dumps(created))
        server.kubectl("replace", "--raw", "/api/v1/namespaces/serving/pods/web-1/status", "-f", str(path))
        environment = {**server.environment, "HOSTNAME": "reporter-0"}
        options = ["--host", "127.0.0.1", "--metrics-port", "0", "--policy", str(policy_file)]
        with running("webhook.reporter", *options, environment=environment) as process:
            series = 'weighbridge_gate_verdicts_total{namespace="serving",verdict="BLOCK",workload_kind="Pod"}'
            wait_for("verdict", lambda: process.metric(series) == 1)
            events = wait_for("event", lambda: server.get("events", "-n", "serving")["items"])
            assert [event["reason"] for event in events] == ["ModelBlocked"]
            assert process.stop() == 0
        lease = server.get("lease", "weighbridge-reporter", "-n", "weighbridge-system")
        assert lease["spec"].get("holderIdentity", "") == ""
        with running("webhook.reporter", *options, environment=environment) as process:
            wait_for("totals", lambda: process.metric(series) == 1)
            server.kubectl("delete", "pod", "web-1", "-n", "serving", "--grace-period=0", "--force")
            wait_for(
                "pod to go",
                lambda: process.metric('weighbridge_gated_pods{namespace="serving",verdict="BLOCK"}') is None,
            )
            assert process.metric(series) == 1
