"""The reporter's metrics: counters from stored totals, gauges from the pods that exist now."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from webhook.reporter.families import family
from webhook.reporter.ledger import SECONDS, Totals
from webhook.reporter.outcomes import SHUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prometheus_client import Metric

    from webhook.reporter.audit import Audit
    from webhook.reporter.outcomes import GatedPod

MOST_BLOCKED: Final = 1000
"""Series of the gauge of blocked workloads; what is beyond it is counted in one number."""


class OutcomeCollector(Collector):
    """Shows what it was last given; a scrape computes nothing else."""

    def __init__(self) -> None:
        self._totals = Totals()
        self._pods: Mapping[str, GatedPod] = {}

    def show(self, totals: Totals, pods: Mapping[str, GatedPod]) -> None:
        """Take stored totals and the pods that exist now."""
        self._totals, self._pods = totals, dict(pods)

    def collect(self) -> Iterator[Metric]:
        """Yield every metric family."""
        yield from self._counters()
        yield self._durations()
        yield from _gauges(self._pods.values())

    def describe(self) -> Iterable[Metric]:
        """Yield the families without samples."""
        return OutcomeCollector().collect()

    def _counters(self) -> Iterator[Metric]:
        totals = self._totals
        yield _counter(
            "weighbridge_gate_verdicts",
            "Pods whose gate came to a verdict, each verdict of a pod counted once.",
            ("namespace", "workload_kind", "verdict"),
            totals.verdicts,
        )
        yield _counter(
            "weighbridge_gate_findings",
            "Findings that gates reported and that are not waived; rule is `unnamed` where the message had no room.",
            ("namespace", "rule", "severity", "format"),
            {(*labels, family(labels[1])): count for labels, count in totals.findings.items()},
        )
        yield _counter(
            "weighbridge_gate_not_examined", "Things that gates could not examine.", ("namespace",), totals.gaps
        )
        yield _counter("weighbridge_gate_files", "Files that gates examined.", ("namespace",), totals.files)
        yield _counter(
            "weighbridge_gate_bytes", "Bytes of the files that gates examined.", ("namespace",), totals.bytes
        )

    def _durations(self) -> Metric:
        bounds = [*(str(bound) for bound in SECONDS), "+Inf"]
        found = HistogramMetricFamily("weighbridge_gate_duration_seconds", "Time from a gate's start to its verdict.")
        buckets = list(zip(bounds, accumulate(self._totals.buckets), strict=True))
        found.add_metric([], buckets, self._totals.milliseconds / 1000)
        return found


class AuditCollector(Collector):
    """Shows the last audit; nothing until there was one."""

    def __init__(self) -> None:
        self._audit: Audit | None = None
        self._ended = 0.0
        self._seconds = 0.0

    def show(self, audit: Audit, *, ended: float, seconds: float) -> None:
        """Take a finished audit, when it ended and how long it took."""
        self._audit, self._ended, self._seconds = audit, ended, seconds

    def describe(self) -> Iterable[Metric]:
        """Yield no families: they are there once there is something to show."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield every metric family."""
        if self._audit is None:
            return
        labels = ("namespace", "mode")
        yield _gauge(
            "weighbridge_audit_pods",
            "Pods that exist, by what a review of them would say now.",
            (*labels, "decision"),
            self._audit.pods,
        )
        yield _gauge(
            "weighbridge_audit_violations",
            "Pods that exist and break a check, by the check.",
            (*labels, "violation"),
            self._audit.violations,
        )
        workloads = Counter((found.namespace, found.workload.known_kind) for found in self._audit.ungated)
        yield _gauge(
            "weighbridge_audit_workloads",
            "Workloads with pods that exist and break a check; the log names them.",
            ("namespace", "workload_kind"),
            workloads,
        )
        yield _gauge(
            "weighbridge_audit_last_timestamp_seconds", "When the last audit ended, since 1970.", (), {(): self._ended}
        )
        yield _gauge("weighbridge_audit_duration_seconds", "How long the last audit took.", (), {(): self._seconds})


def _gauge(name: str, text: str, labels: tuple[str, ...], series: Mapping[Any, float]) -> Metric:
    found = GaugeMetricFamily(name, text, labels=labels)
    for values, count in sorted(series.items()):
        found.add_metric(values, count)
    return found


def _counter(
    name: str, text: str, labels: tuple[str, ...], series: Mapping[tuple[str, ...], int]
) -> CounterMetricFamily:
    found = CounterMetricFamily(name, text, labels=labels)
    for values, count in sorted(series.items()):
        found.add_metric(values, count)
    return found


def _gauges(pods: Iterable[GatedPod]) -> Iterator[Metric]:
    blocked: Counter[tuple[str, str, str, str]] = Counter()
    states: Counter[tuple[str, str]] = Counter()
    restarts: Counter[tuple[str]] = Counter()
    for pod in pods:
        now = pod.now
        states[pod.namespace, now.said.value if now else "PENDING"] += 1
        restarts[(pod.namespace,)] += pod.restarts
        if now and now.said in SHUT:
            blocked.update((pod.namespace, pod.workload.kind, pod.workload.name, rule) for rule in now.rules)
    yield from _blocked(blocked)
    yield _gauge(
        "weighbridge_gated_pods",
        "Pods with a gate that exist now, by its latest verdict; PENDING until the first.",
        ("namespace", "verdict"),
        states,
    )
    yield _gauge(
        "weighbridge_gate_restarts",
        "Restarts of the gates of pods that exist now; a gate that stays shut is started again and again.",
        ("namespace",),
        restarts,
    )


def _blocked(blocked: Counter[tuple[str, str, str, str]]) -> Iterator[Metric]:
    shown = GaugeMetricFamily(
        "weighbridge_blocked_workload",
        "Pods of a workload whose gate is shut now, by the rule that shuts it.",
        labels=("namespace", "kind", "name", "rule"),
    )
    for values in _fair_share(blocked):
        shown.add_metric(values, blocked[values])
    yield shown
    yield GaugeMetricFamily(
        "weighbridge_blocked_workload_overflow",
        "Series of weighbridge_blocked_workload that are not shown because there are too many.",
        value=max(0, len(blocked) - MOST_BLOCKED),
    )


def _fair_share(blocked: Iterable[tuple[str, str, str, str]]) -> list[tuple[str, str, str, str]]:
    """Return what is shown: namespaces take turns, so that one of them cannot crowd out the others."""
    places: Counter[str] = Counter()
    ranked = []
    for values in sorted(blocked):
        ranked.append((places[values[0]], values))
        places[values[0]] += 1
    return [values for _, values in sorted(ranked)[:MOST_BLOCKED]]
