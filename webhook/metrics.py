"""Every metric that admission and its watches export, with bounded labels; `docs/metrics.md` lists them.

Label values that come from a review (kind, operation, violation) pass through a table of known words: whatever is not
in it counts as `other`, so that nobody outside can make new series.
"""

from __future__ import annotations

import platform
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from prometheus_client import Counter, Gauge, Histogram

from scanners.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client import CollectorRegistry

    from webhook.stores import Static, Stores

OTHER: Final = "other"

KINDS: Final = frozenset({
    "CronJob",
    "DaemonSet",
    "Deployment",
    "InferenceService",
    "Job",
    "LLMInferenceService",
    "ModelPolicy",
    "Pod",
    "RayCluster",
    "RayJob",
    "RayService",
    "ReplicaSet",
    "ReplicationController",
    "ServingRuntime",
    "ClusterServingRuntime",
    "StatefulSet",
})  # fmt: skip
OPERATIONS: Final = frozenset({"CREATE", "UPDATE", "DELETE", "CONNECT"})

# Seconds. The API server gives up at the webhook's `timeoutSeconds`, 5 in our chart, and our own deadline lies before it.
DURATIONS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 4.0)


def bounded(value: str, known: frozenset[str]) -> str:
    """Return `value` where it is a known word, else `other`."""
    return value if value in known else OTHER


def build_info(registry: CollectorRegistry, component: str) -> None:
    """Register `weighbridge_build_info`, constantly 1, for joins on version."""
    Gauge(
        "weighbridge_build_info",
        "Version of Weighbridge and of Python that this process runs; constantly 1.",
        ("component", "version", "python"),
        registry=registry,
    ).labels(component, VERSION, platform.python_version()).set(1)


class AdmissionMetrics:
    """What the admission server counts."""

    def __init__(self, registry: CollectorRegistry, *, violations: Iterable[str]) -> None:
        self.registry = registry
        self._violations = frozenset(violations)
        self._decisions = Counter(
            "weighbridge_admission_decisions",
            "Reviews decided, by mode, by what the policy says of the object, by its kind and the operation.",
            ("mode", "decision", "kind", "operation"),
            registry=registry,
        )
        self._broken = Counter(
            "weighbridge_admission_violations",
            "Checks that a reviewed object broke; one review can break several.",
            ("mode", "kind", "violation"),
            registry=registry,
        )
        self.undecided = Counter(
            "weighbridge_admission_undecided",
            "Reviews that could not be read or decided; the enforce path denies them.",
            ("mode", "reason"),
            registry=registry,
        )
        self.duration = Histogram(
            "weighbridge_admission_duration_seconds",
            "Time from the head of a request to its answer.",
            ("mode",),
            buckets=DURATIONS,
            registry=registry,
        )
        self.in_flight = Gauge(
            "weighbridge_admission_in_flight",
            "Reviews received and not yet answered.",
            registry=registry,
        )
        self.strangers = Counter(
            "weighbridge_admission_unknown_paths",
            "Requests to a path or method that this server does not serve; answered with 404 or 405, never with allowed.",
            registry=registry,
        )
        self.ready = Gauge(
            "weighbridge_admission_ready",
            "1 while the server calls itself ready: policies loaded, certificate valid, self-review denies.",
            registry=registry,
        )

    def decided(self, *, mode: str, decision: str, kind: str, operation: str, violations: Iterable[str]) -> None:
        """Count one decided review."""
        kind = bounded(kind, KINDS)
        self._decisions.labels(mode, decision, kind, bounded(operation, OPERATIONS)).inc()
        for violation in violations:
            self._broken.labels(mode, kind, bounded(violation, self._violations)).inc()


class CertificateMetrics:
    """What is known of the serving certificate."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.not_after = Gauge(
            "weighbridge_certificate_not_after_timestamp_seconds",
            "When the certificate in use expires, in seconds since 1970.",
            registry=registry,
        )
        self.reloads = Counter(
            "weighbridge_certificate_reloads",
            "Changed certificate files: applied, or refused because the pair could not be loaded as a whole.",
            ("outcome",),
            registry=registry,
        )
        for outcome in ("applied", "refused"):
            self.reloads.labels(outcome)


class AuthorityMetrics:
    """How the self-managed certificates are kept; only a reporter that keeps them exports these."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.authority_not_after = Gauge(
            "weighbridge_authority_not_after_timestamp_seconds",
            "When the authority that signs the webhook's certificates expires, in seconds since 1970.",
            registry=registry,
        )
        self.renewals = Counter(
            "weighbridge_certificate_renewals",
            "Certificates made: the webhook's, or an authority's.",
            ("what",),
            registry=registry,
        )
        self.rounds = Counter(
            "weighbridge_certificate_rounds",
            "Comparisons of what is held and published with what should be, by outcome.",
            ("outcome",),
            registry=registry,
        )
        for what in ("authority", "certificate"):
            self.renewals.labels(what)
        for outcome in ("done", "failed"):
            self.rounds.labels(outcome)


class KnowledgeMetrics:
    """What the decisions rest on, and how old it is."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.policies = Gauge(
            "weighbridge_policies",
            "ModelPolicy objects in memory, by state: compiled, or invalid and therefore not in force.",
            ("state",),
            registry=registry,
        )
        self.objects = Gauge(
            "weighbridge_knowledge_objects",
            "Objects in memory that decisions read, by resource.",
            ("resource",),
            registry=registry,
        )
        self.loaded = Gauge(
            "weighbridge_knowledge_loaded",
            "1 once everything that decisions read has been loaded; it stays 1 when the API server goes away.",
            registry=registry,
        )
        self.last_contact = Gauge(
            "weighbridge_knowledge_last_contact_timestamp_seconds",
            "When the API server last confirmed what is in memory, in seconds since 1970; 0 for never.",
            registry=registry,
        )
        self.restarts = Counter(
            "weighbridge_knowledge_watch_restarts",
            "How often the watches ended and were begun anew.",
            registry=registry,
        )
        self.exception_expires = Gauge(
            "weighbridge_policy_exception_expires_timestamp_seconds",
            "When an exception of a policy ends, in seconds since 1970.",
            ("policy", "exception"),
            registry=registry,
        )

    def publish(self, knowledge: Static | Stores) -> None:
        """Bring the gauges up to date with what is in memory."""
        compiled = knowledge.compiled()
        self.policies.labels("compiled").set(len(compiled))
        self.policies.labels("invalid").set(len(knowledge.errors()))
        for resource, count in knowledge.counts().items():
            self.objects.labels(resource).set(count)
        self.loaded.set(1 if knowledge.loaded else 0)
        self.last_contact.set(knowledge.last_contact)
        self.exception_expires.clear()
        for policy in compiled:
            for index, exception in enumerate(policy.spec.exceptions):
                self.exception_expires.labels(policy.name, str(index)).set(_end_of(exception.expires))


def _end_of(day: str) -> float:
    """Return when a day, inclusive and in UTC, is over."""
    return (datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=1)).timestamp()


class ReporterMetrics:
    """How the reporter itself is doing; what it reports is in `webhook.reporter.collector`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.leader = Gauge(
            "weighbridge_reporter_leader",
            "1 in the replica that holds the lease and reports.",
            registry=registry,
        )
        self.stored = Gauge(
            "weighbridge_reporter_last_store_timestamp_seconds",
            "When the totals were last stored, or found unchanged, in seconds since 1970.",
            registry=registry,
        )
        self.stores = Counter(
            "weighbridge_reporter_stores",
            "Attempts to store the totals, by outcome.",
            ("outcome",),
            registry=registry,
        )
        self.events = Counter(
            "weighbridge_reporter_events",
            "Kubernetes events on verdicts: created, existing already, dropped for rate, or failed.",
            ("outcome",),
            registry=registry,
        )
        self.listed = Gauge(
            "weighbridge_reporter_last_list_timestamp_seconds",
            "When the gated pods were last compared with a list of the API server, in seconds since 1970.",
            registry=registry,
        )
