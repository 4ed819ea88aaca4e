"""Panels about admission: as the API server sees it, and as the webhook does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tools.dashboards.panels import ORANGE, RED, bars, lines
from tools.dashboards.queries import OURS

if TYPE_CHECKING:
    from tools.dashboards.panels import Panel

RATE: Final = "$__rate_interval"
CALLS: Final = "apiserver_admission_webhook_admission_duration_seconds"
REJECTED: Final = "apiserver_admission_webhook_rejection_count"
UNASKED: Final = "apiserver_admission_webhook_fail_open_count"
HOOK: Final = f'{OURS}, name=~"$webhook"'
_ANSWERED: Final = "weighbridge_admission_duration_seconds"


def api_server() -> list[Panel]:
    """Return what only the API server can tell."""
    return [
        lines(
            "Calls, by webhook",
            "Calls of our webhooks a second. A flat zero while pods are being created in labelled namespaces: the "
            "configuration is gone, or its selectors match nothing. Only the API server can tell.",
            (f"sum by (name) (rate({CALLS}_count{{{HOOK}}}[{RATE}]))", "{{name}}"),
            unit="reqps",
        ),
        lines(
            "Time of a call, as the API server waits",
            "Network, TLS and our answer together. At the webhook's timeoutSeconds (5 in the chart) the API server gives up.",
            (
                f"histogram_quantile(0.99, sum by (le, name) (rate({CALLS}_bucket{{{HOOK}}}[{RATE}])))",
                "99 % {{name}}",
            ),
            unit="s",
            steps=[(ORANGE, 1), (RED, 5)],
        ),
        bars(
            "Rejections, by reason",
            "no_error: we said no. calling_webhook_error: there was no answer (failurePolicy Fail). "
            "apiserver_internal_error: the answer was of no use to the API server.",
            (
                f"sum by (name, error_type) (increase({REJECTED}{{{HOOK}}}[{RATE}]))",
                "{{name}}: {{error_type}}",
            ),
        ),
        bars(
            "Let through unasked (fail-open)",
            "Requests admitted because the webhook did not answer and its failurePolicy is Ignore. Counted by Kubernetes "
            "1.24 and newer; empty elsewhere.",
            (
                f"sum by (name) (increase({UNASKED}{{{HOOK}}}[{RATE}]))",
                "{{name}}",
            ),
        ),
    ]


def webhook() -> list[Panel]:
    """Return what the webhook tells of its answers and of itself."""
    return [
        lines(
            "Reviews, by mode and decision",
            "Reviews decided a second. `decision` is what the policy says, whether or not the mode enforces it.",
            (
                f"sum by (mode, decision) (rate(weighbridge_admission_decisions_total[{RATE}]))",
                "{{mode}} {{decision}}",
            ),
            unit="reqps",
        ),
        lines(
            "Time to an answer",
            "From the head of a request to its answer, in the webhook itself. Low here and high at the API server: look at "
            "the network between them.",
            *(
                (
                    f"histogram_quantile({quantile}, sum by (le, mode) (rate({_ANSWERED}_bucket[{RATE}])))",
                    f"{name} {{{{mode}}}}",
                )
                for quantile, name in ((0.5, "50 %"), (0.99, "99 %"))
            ),
            unit="s",
            steps=[(ORANGE, 0.5), (RED, 4)],
        ),
        bars(
            "Reviews that could not be decided",
            "Not readable, too large, past the deadline, or failed. The enforce path denies them. Above 0: read the "
            "webhook's log.",
            (
                f"sum by (mode, reason) (increase(weighbridge_admission_undecided_total[{RATE}]))",
                "{{mode}}: {{reason}}",
            ),
            width=8,
        ),
        lines(
            "Ready, by replica",
            "1 while a replica calls itself ready.",
            ("weighbridge_admission_ready", "{{instance}}"),
            width=8,
            more={"min": 0, "decimals": 0},
        ),
        lines(
            "In flight, and requests to unknown paths",
            "Reviews being answered now; and requests a second for paths that are not served, which a webhook "
            "configuration with a typo makes.",
            ("sum(weighbridge_admission_in_flight)", "in flight"),
            (f"sum(rate(weighbridge_admission_unknown_paths_total[{RATE}]))", "unknown paths a second"),
            width=8,
        ),
    ]


def processes() -> list[Panel]:
    """Return what each process costs: memory and processor time."""
    return [
        lines(
            "Memory",
            "Resident memory of each process.",
            (
                "process_resident_memory_bytes and on (instance) weighbridge_build_info",
                "{{instance}}",
            ),
            unit="bytes",
        ),
        lines(
            "CPU",
            "Processor time of each process: 1 is one core.",
            (f"rate(process_cpu_seconds_total[{RATE}]) and on (instance) weighbridge_build_info", "{{instance}}"),
        ),
    ]
