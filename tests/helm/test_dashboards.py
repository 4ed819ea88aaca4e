"""Dashboards: generated from code, loadable by Grafana's own types, laid out without overlap, described throughout."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from itertools import combinations, pairwise
from typing import Any

import pytest

from tests.helm.dashboards import DASHBOARDS, FILES, panels
from tests.webhook.test_metrics_page import families
from tools.dashboards import generated

API_SERVER = {
    "apiserver_admission_webhook_admission_duration_seconds",
    "apiserver_admission_webhook_rejection_count",
    "apiserver_admission_webhook_fail_open_count",
}
"""Metrics of the API server:
https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#monitoring-admission-webhooks"""
OTHERS = {"process_resident_memory_bytes", "process_cpu_seconds_total", "ALERTS"}

each_dashboard = pytest.mark.parametrize("dashboard", list(DASHBOARDS.values()), ids=list(DASHBOARDS))


def expressions(dashboard: dict[str, Any]) -> list[str]:
    """Return the query of every target."""
    return [target["expr"] for panel in panels(dashboard) for target in panel["targets"]]


def test_the_dashboards_are_those_of_the_code() -> None:
    """`python -m tools.dashboards` would change nothing, and nothing else lies there."""
    assert {path: path.read_text() for path in FILES} == generated()


@each_dashboard
def test_grafanas_own_types_lose_no_key(dashboard) -> None:
    """Read into grafana-foundation-sdk and written back, every key and value is still there."""
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.cog.plugins import register_default_plugins
    from grafana_foundation_sdk.models.dashboard import Dashboard

    register_default_plugins()
    back = json.loads(json.dumps(Dashboard.from_json(dashboard), cls=JSONEncoder))
    assert list(_lost(dashboard, back, "")) == []


def _lost(given: Any, back: Any, at: str):
    if isinstance(given, dict) and isinstance(back, dict):
        for key, value in given.items():
            if key not in back:
                yield f"{at}.{key}"
            else:
                yield from _lost(value, back[key], f"{at}.{key}")
    elif isinstance(given, list) and isinstance(back, list) and len(given) == len(back):
        for index, pair in enumerate(zip(given, back, strict=True)):
            yield from _lost(*pair, f"{at}[{index}]")
    elif given != back:
        yield f"{at}: {given!r} became {back!r}"


@each_dashboard
def test_no_panels_overlap(dashboard) -> None:
    """Nor reach over the edge of the 24 columns, nor leave a hole in a line."""
    places = [panel["gridPos"] for panel in dashboard["panels"]]
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below, (one, other)
    assert all(place["x"] >= 0 and place["x"] + place["w"] <= 24 for place in places)
    for one, other in pairwise(places):
        assert other["x"] in {0, one["x"] + one["w"]}


@each_dashboard
def test_ids_are_unique_and_everything_is_described(dashboard) -> None:
    """Every panel says in a sentence what it shows, has a unit and thresholds, and the dashboard links to the other."""
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
    titles = [panel["title"] for panel in panels(dashboard)]
    assert len(set(titles)) == len(titles)
    for panel in panels(dashboard):
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
        refs = [target["refId"] for target in panel["targets"]]
        assert len(set(refs)) == len(refs) > 0
    assert dashboard["links"][0]["tags"] == dashboard["tags"] == ["weighbridge"]
    names = {variable["name"] for variable in dashboard["templating"]["list"]}
    used = set(re.findall(r"\$\{?(\w+)", json.dumps(dashboard["panels"])))
    assert used <= names | {"__interval", "__rate_interval", "__range", "__data", "__url_time_range"}
    assert names <= used


@each_dashboard
def test_queries_name_metrics_that_exist(dashboard) -> None:
    """Ours are exported; the rest are the API server's, the process's and Prometheus' own."""
    known = families().keys() | API_SERVER | OTHERS
    for expression in expressions(dashboard):
        used = set(
            re.findall(r"\b(?:(?:weighbridge|apiserver|process)_\w+|ALERTS)\b", re.sub(r'"[^"]*"', "", expression))
        )
        assert used, expression
        assert {re.sub(r"_(bucket|count|sum)$", "", name) if name not in known else name for name in used} <= known


@each_dashboard
def test_links_lead_to_dashboards_that_exist(dashboard) -> None:
    """By uid."""
    uids = {each["uid"] for each in DASHBOARDS.values()}
    assert set(re.findall(r"/d/([\w-]+)", json.dumps(dashboard))) <= uids


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
def test_fail_open_panels_show_what_an_api_server_of_1_24_counts(tmp_path) -> None:
    """The test cluster is older, so recorded series stand in for it: the first count of a webhook shows."""
    queries = [text for each in DASHBOARDS.values() for text in expressions(each) if "fail_open" in text]
    assert len(queries) == 2
    series = 'apiserver_admission_webhook_fail_open_count{name="warn.weighbridge.dev", type="validating"}'
    calls = 'apiserver_admission_webhook_admission_duration_seconds_count{name="warn.weighbridge.dev"}'
    values = {"$webhook": ".*", "$__range": "1h", "$__rate_interval": "10m"}
    checks = []
    for query in queries:
        expression = re.sub(r"\$\w+", lambda found: values[found[0]], query)
        labels = "{}" if expression.startswith("sum(") else '{name="warn.weighbridge.dev"}'
        checks.append({"expr": expression, "eval_time": "35m", "exp_samples": [{"labels": labels, "value": 4}]})
    case = {
        "interval": "1m",
        "input_series": [
            {"series": series, "values": "_x9 0x16 4x30"},
            {"series": calls, "values": "0+1x60"},
        ],
        "promql_expr_test": checks,
    }
    path = tmp_path / "fail_open.json"
    path.write_text(json.dumps({"rule_files": [], "evaluation_interval": "1m", "tests": [case]}))
    done = subprocess.run(["promtool", "test", "rules", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
