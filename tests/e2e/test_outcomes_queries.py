"""Every query of dashboards, alerts and the metrics page on a real Prometheus. Last of its kind: alerts are fired by breaking."""

from __future__ import annotations

import math
import re
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.outcomes import FOR_EVER, HOSTILE, SERVING, filled, named, remove_what_is_wrong, send_nonsense
from tests.e2e.release import NAME, NAMESPACE, wait_for
from tests.helm.dashboards import DASHBOARDS, panels
from tools.alerts import ALERTS

pytestmark = pytest.mark.e2e

NOT_HERE = {"WeighbridgeWebhookFailsOpen"}
"""Kubernetes 1.20 does not count what it lets through unasked; tests/helm/alerts has recorded series."""
OF_WHAT_IS_DEPLOYED = {
    "WeighbridgeModelBlocked",
    "WeighbridgeModelNotExamined",
    "WeighbridgeGateUnverified",
    "WeighbridgePodsAgainstPolicy",
    "WeighbridgeWaiverNearExpiry",
}
EMPTY_PANELS = {"Let through unasked (fail-open)"}
"""As above; tests/helm/test_dashboards.py has recorded series."""


def test_every_panel_shows_something(watched, busy) -> None:
    """Each query of each panel has a series with a finite sample and every label that its legend names."""
    end = time.time()
    empty, unnamed = set(), []
    for panel in (panel for dashboard in DASHBOARDS.values() for panel in panels(dashboard)):
        for target in panel["targets"]:
            expression = filled(target["expr"])
            if target["instant"]:
                found = [each for each in watched.query(expression) if math.isfinite(each[1])]
            else:
                found = watched.over_time(expression, end - 600, end, 15)
            if not found:
                empty.add((panel["title"], target["expr"]))
            wanted = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            unnamed += [(panel["title"], labels) for labels, _ in found if not wanted <= labels.keys()]
    assert {title for title, _ in empty} == EMPTY_PANELS, empty
    assert not unnamed


def test_the_stats_say_what_is_the_case(watched, busy) -> None:
    """The numbers on top of both dashboards, against what was deployed."""
    numbers = {}
    for panel in (panel for dashboard in DASHBOARDS.values() for panel in panels(dashboard) if panel["type"] == "stat"):
        expression = filled(panel["targets"][0]["expr"])
        ((_, numbers[panel["title"]]),) = watched.query(expression)
    assert numbers["Workloads blocked"] >= len(HOSTILE)
    assert numbers["Pods not examined"] == 1
    assert numbers["Verdicts not verified"] == 1
    assert numbers["Pods against policy"] == 1
    assert 0 < numbers["Gated pods open"] < 1
    assert numbers["Age of this picture"] < 60
    assert numbers["Replicas ready"] == 2
    assert numbers["API server could not ask"] == 0
    assert numbers["Certificate ends in"] > 80 * 86400
    assert (numbers["Policies not understood"], numbers["Reporters at work"]) == (0, 1)


def test_every_query_of_the_page_is_one(watched, busy) -> None:
    """Prometheus understands what docs/metrics.md teaches."""
    page = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text()
    queries = [query for block in re.findall(r"```promql\n(.*?)```", page, re.DOTALL) for query in _queries(block)]
    assert len(queries) > 40
    for query in queries:
        watched.query(query)


def _queries(block: str) -> list[str]:
    """Return the queries of a block: a line that is indented goes on with the one before."""
    return [query for query in re.split(r"\n(?!\s)", re.sub(r"(?m)^#.*\n|^\n", "", block)) if query.strip()]


def test_alerts_fire_and_end(release, watched, busy) -> None:
    """Each for its cause and no longer; what Kubernetes 1.20 cannot cause is listed with the reason."""
    seen: set[str] = set()

    def fires(name: str) -> bool:
        seen.update(watched.firing())  # some are over soon
        return name in seen

    def fire(*names: str) -> None:
        before = set(seen)
        for name in names:
            wait_for(f"alert {name}", lambda name=name: fires(name), 90)
        assert seen - before == set(names)

    bare = named("unasked", {"containers": [{"name": "c", "image": "example.com/c"}]})
    create = ("-n", SERVING, "create", "--dry-run=server", "-f", "-")
    release.must(*create, manifest=bare)
    send_nonsense(watched)
    fire(*FOR_EVER, *OF_WHAT_IS_DEPLOYED, "WeighbridgeWebhookErrors")
    release.must("-n", NAMESPACE, "scale", f"deployment/{NAME}-webhook", "--replicas=0")
    wait_for("refusal", lambda: release.run(*create, manifest=bare).returncode)
    fire("WeighbridgeWebhookAbsent", "WeighbridgeWebhookUnreachable")
    remove_what_is_wrong(release)
    release.must("delete", "validatingwebhookconfiguration", NAME)
    release.must("apply", "-f", "-", manifest=_misspelt())
    fire("WeighbridgeCertificatesNotKept", "WeighbridgePolicyNotUnderstood")
    release.must("delete", "modelpolicy", "misspelt")
    release.must("-n", NAMESPACE, "scale", f"deployment/{NAME}-reporter", "--replicas=0")
    fire("WeighbridgeReporterStalled")
    assert seen == {alert.name for alert in ALERTS} - NOT_HERE
    for name, replicas in (("webhook", 2), ("reporter", 1)):
        release.must("-n", NAMESPACE, "scale", f"deployment/{NAME}-{name}", f"--replicas={replicas}")
    release.apply("upgrade")
    wait_for("end of all alerts that can end", lambda: watched.firing() <= FOR_EVER, 120)


def _misspelt() -> dict[str, Any]:
    kind = {"apiVersion": "weighbridge.dev/v1alpha1", "kind": "ModelPolicy"}
    return {**kind, "metadata": {"name": "misspelt"}, "spec": {"failOnn": "medium"}}
