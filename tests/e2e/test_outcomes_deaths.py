"""The reporter dies ten times without a word while Jobs run two hundred gates: every verdict counts once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.outcomes import BATCH, BENIGN, HOSTILE, LEAN
from tests.e2e.release import NAMESPACE, message, server_pod, volume, wait_for
from tools.dashboards.queries import grown

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.prometheus import Prometheus

pytestmark = pytest.mark.e2e

ROUNDS, GOOD, BAD = 10, 15, 5
"""Deaths of the reporter, and in each round the gate runs that pass and those that block."""


def test_totals_are_exact_however_often_the_reporter_dies(release, watched, volumes, serving) -> None:
    """Ten deaths without a word, each in the middle of twenty gate runs of Jobs; queries over all of it say the same."""
    namespace = release.namespace(BATCH, enforce=LEAN)
    folders = {
        "good": volume(volumes, "batch-good", "model.pkl", BENIGN),
        "bad": volume(volumes, "batch-bad", "model.pkl", HOSTILE["pickle"][1]()),
    }
    begun = time.monotonic()
    for number in range(ROUNDS):
        release.must("-n", namespace, "create", "-f", "-", manifest=_jobs(number, folders))
        wait_for("some of the gates", lambda number=number: _ended(release) > (number + 0.25) * (GOOD + BAD), 180)
        _kill_the_reporter(release, watched)
    wait_for("all gates", lambda: _ended(release) == ROUNDS * (GOOD + BAD), 180)
    print(f"{ROUNDS * (GOOD + BAD)} gate runs, {ROUNDS} deaths in {time.monotonic() - begun:.0f} s")
    expected = {("Job", "PASS"): ROUNDS * GOOD, ("Job", "BLOCK"): ROUNDS * BAD}
    query = f'weighbridge_gate_verdicts_total{{namespace="{namespace}"}}'
    wait_for("totals", lambda: watched.values(query, "workload_kind", "verdict") == expected, 60)
    over_all = grown("weighbridge_gate_verdicts_total", "verdict", "30m", f'namespace="{namespace}"')
    assert watched.values(over_all, "verdict") == {("PASS",): ROUNDS * GOOD, ("BLOCK",): ROUNDS * BAD}
    seconds = watched.values("sum(weighbridge_gate_duration_seconds_count)")
    assert seconds == watched.values('sum(weighbridge_gate_verdicts_total{verdict!~"UNVERIFIED|LOST"})')


def _jobs(number: int, folders: dict[str, Path]) -> dict[str, Any]:
    """Return a Job of runs that pass, and Jobs of one run each that block."""
    items = [_job(f"good-{number}", folders["good"], completions=GOOD, parallelism=GOOD)]
    items += [_job(f"bad-{number}-{each}", folders["bad"]) for each in range(BAD)]
    return {"apiVersion": "v1", "kind": "List", "items": items}


def _job(name: str, folder: Path, **spec: int) -> dict[str, Any]:
    pod = server_pod(folder, "model.pkl", restartPolicy="Never")
    pod["containers"][0]["command"] = ["true"]
    template = {"metadata": {"labels": {"app": "batch"}}, "spec": pod}
    kind = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}}
    return {**kind, "spec": {"backoffLimit": 0, "template": template, **spec}}


def _ended(release) -> int:
    """Return how many gates of the Jobs have said something."""
    return sum(message(pod) is not None for pod in release.get("-n", BATCH, "pods")["items"])


def _kill_the_reporter(release, watched: Prometheus) -> None:
    """Kill it as a node that is lost would, and wait until another one reports."""
    (pod,) = release.get("-n", NAMESPACE, "pods", "--selector=app.kubernetes.io/component=reporter")["items"]
    name = pod["metadata"]["name"]
    release.must("-n", NAMESPACE, "delete", "pod", name, "--grace-period=0", "--force")
    wait_for("another reporter", lambda: set(watched.values("weighbridge_reporter_leader == 1", "pod")) - {(name,)}, 90)
