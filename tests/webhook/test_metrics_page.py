"""`docs/metrics.md` lists every metric that is exported, with its type and labels, and none that is not."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from initcontainer.contract import Verdict
from tests.apiserver import namespace, policy
from tests.webhook.reporter.conftest import ended, message, pod, trusting
from webhook.metrics import (
    AdmissionMetrics,
    AuthorityMetrics,
    CertificateMetrics,
    KnowledgeMetrics,
    ReporterMetrics,
    build_info,
)
from webhook.reporter.audit import audit
from webhook.reporter.collector import AuditCollector, OutcomeCollector
from webhook.reporter.ledger import Ledger
from webhook.reporter.outcomes import read_pod
from webhook.stores import NAMESPACES, POLICIES, Stores

PAGE, SCAN = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text().split("## In CI", 1)
"""What services export, and what `weighbridge scan` writes."""
ROW = re.compile(r"^\| `(weighbridge_\w+)` \| (\w+) \|([^|]*)\|", re.MULTILINE)


def exported() -> CollectorRegistry:
    """Return a registry in which every metric of both services has a sample."""
    registry = CollectorRegistry()
    build_info(registry, "test")
    admission = AdmissionMetrics(registry, violations=["gate-missing"])
    admission.decided(mode="enforce", decision="denied", kind="Pod", operation="CREATE", violations=["gate-missing"])
    admission.undecided.labels("enforce", "failed").inc()
    admission.duration.labels("enforce").observe(0.01)
    CertificateMetrics(registry)
    AuthorityMetrics(registry)
    stores = Stores()
    exception = {"reason": "r", "owner": "o", "rule": "pickle-import-dangerous", "expires": "2027-01-31"}
    stores.put(POLICIES, policy(exceptions=[exception]))
    stores.put(NAMESPACES, namespace("serving", enforce="default"))
    KnowledgeMetrics(registry).publish(stores)
    reporter = ReporterMetrics(registry)
    reporter.stores.labels("stored").inc()
    reporter.events.labels("created").inc()
    outcomes, audits, ledger = OutcomeCollector(), AuditCollector(), Ledger()
    registry.register(outcomes)
    registry.register(audits)
    pods = [
        read_pod(each, trusting) for each in (pod("a", state=ended()), pod("b", state=ended(message(Verdict.PASS), 0)))
    ]
    for each in pods:
        ledger.record(each)
    outcomes.show(ledger.totals(), {each.uid: each for each in pods})
    bare = {**pod("c"), "status": {"phase": "Running"}}
    bare["spec"].pop("initContainers")
    audits.show(audit([bare], stores), ended=1.0, seconds=0.1)
    return registry


def families() -> dict[str, tuple[str, frozenset[str]]]:
    """Return type and labels of every metric, by the name that its samples have."""
    found = {}
    for family in exported().collect():
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found[name] = (family.type, frozenset(labels))
    return found


def test_the_page_lists_exactly_what_is_exported() -> None:
    """Name, type and labels."""
    listed = {}
    for name, kind, labels in ROW.findall(PAGE):
        assert name not in listed
        listed[name] = (kind, frozenset(re.findall(r"`(\w+)`", labels)))
    assert listed == families()


def test_queries_name_metrics_that_exist() -> None:
    """And every metric is in one: a query that matches nothing teaches nothing, a metric without one neither."""
    used = {re.sub(r"_bucket$", "", name) for name in re.findall(r"weighbridge_\w+", queries(PAGE))}
    assert used == families().keys()


def queries(page: str) -> str:
    """Return the queries of a page."""
    return "\n".join(re.findall(r"```promql\n(.*?)```", page, re.DOTALL))


def test_every_metric_says_what_it_is() -> None:
    """Help is a sentence, and names follow the conventions for units and counters."""
    for family in exported().collect():
        assert family.documentation.endswith("."), family.name
        assert family.name.startswith("weighbridge_")
        assert not re.search(r"_(ms|milliseconds|minutes|kb|mb)$", family.name)


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
def test_promtool_has_no_complaint() -> None:
    """Prometheus' own check of names, types and help."""
    text = b"\n".join(line for line in generate_latest(exported()).splitlines() if b"_created" not in line) + b"\n"
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
