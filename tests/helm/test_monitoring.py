"""What the chart ships for Prometheus and Grafana is what was generated, and whole."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.helm.dashboards import FILES
from tests.helm.rendering import of_kind
from tools.alerts import ALERTS, FILE, RUNBOOKS

EVERYTHING = {"dashboards": {"enabled": True}, "prometheusRule": {"enabled": True}}
DIGEST = {"images": {"gate": {"digest": "sha256:" + "0" * 64}}}


@pytest.fixture(scope="module")
def objects(chart):
    """The chart's objects with all of it switched on."""
    return chart.objects({**DIGEST, **EVERYTHING})


def test_dashboards_are_what_was_generated(objects) -> None:
    """One ConfigMap each, with the label that Grafana's sidecar looks for, and the file's content to the byte."""
    maps = [each for each in of_kind(objects, "ConfigMap") if "grafana_dashboard" in each["metadata"]["labels"]]
    shipped = {name: text for each in maps for name, text in each["data"].items()}
    assert shipped == {path.name: path.read_text().strip() for path in FILES}
    assert all(len(json.dumps(each)) < 1 << 20 for each in maps)


def test_rules_are_what_was_generated(objects) -> None:
    """Helm leaves Prometheus' own templates alone."""
    (rule,) = of_kind(objects, "PrometheusRule")
    expected = yaml.safe_load(FILE.read_text().replace(f"{RUNBOOKS}/", "docs/runbooks/"))
    assert rule["spec"] == expected


def test_alerts_link_to_runbooks_where_they_are_served(chart) -> None:
    """With or without a slash at the end."""
    for base in ("https://runbooks.example.com/weighbridge", "https://runbooks.example.com/weighbridge/"):
        values = {**DIGEST, "prometheusRule": {"enabled": True, "runbooks": base, "labels": {"release": "prometheus"}}}
        rule = chart.one("PrometheusRule", values=values)
        assert rule["metadata"]["labels"]["release"] == "prometheus"
        links = [each["annotations"]["runbook_url"] for group in rule["spec"]["groups"] for each in group["rules"]]
        assert links == [f"https://runbooks.example.com/weighbridge/{alert.name}.md" for alert in ALERTS]


def test_nothing_of_it_is_there_unless_it_is_asked_for(chart) -> None:
    """The kinds may not be known to the cluster."""
    objects = chart.objects(DIGEST)
    assert not of_kind(objects, "PrometheusRule")
    assert not of_kind(objects, "ServiceMonitor")
    assert not [each for each in of_kind(objects, "ConfigMap") if "grafana_dashboard" in each["metadata"]["labels"]]
