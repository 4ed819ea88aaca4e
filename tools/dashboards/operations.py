"""The dashboard for those who run Weighbridge: does the gate at the API server stand, answer, and know what it must."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tools.dashboards.panels import (
    BLUE,
    GREY,
    ORANGE,
    RED,
    YELLOW,
    arrange,
    bars,
    choice,
    column,
    dashboard,
    lines,
    link,
    stat,
    table,
)
from tools.dashboards.queries import OURS, begun_or_grown

if TYPE_CHECKING:
    from tools.dashboards.panels import Json, Panel

_RATE: Final = "$__rate_interval"
_CALLS: Final = "apiserver_admission_webhook_admission_duration_seconds"
_REJECTED: Final = "apiserver_admission_webhook_rejection_count"
_UNASKED: Final = "apiserver_admission_webhook_fail_open_count"
_ANSWERED: Final = "weighbridge_admission_duration_seconds"
_HOOK: Final = f'{OURS}, name=~"$webhook"'
_OVERVIEW: Final = link("Overview", "/d/weighbridge-overview")
_DAY: Final = 86400


def operations() -> Json:
    """Return the dashboard."""
    rows = [
        ("Now", _now()),
        ("As the API server sees it", _api_server()),
        ("As the webhook sees it", _webhook()),
        ("Certificates, policies, waivers", _knowledge()),
        ("Reporter", _reporter()),
    ]
    return dashboard(
        "operations",
        "Weighbridge / Operations",
        "Whether the API server asks Weighbridge and gets answers, and whether Weighbridge knows what it must.",
        [
            choice(
                "webhook",
                "Webhook",
                "Entries of our webhook configurations, as the API server names them.",
                f"label_values({_CALLS}_count{{{OURS}}}, name)",
            )
        ],
        arrange(rows),
    )


def _now() -> list[Panel]:
    return [
        stat(
            "Replicas ready",
            "Replicas of the webhook that call themselves ready: policies loaded, certificate valid, and a canned bad pod "
            "is refused. With none, enforced namespaces admit no pod.",
            "sum(weighbridge_admission_ready) or vector(0)",
            base=RED,
            steps=[(YELLOW, 1), ("green", 2)],
        ),
        stat(
            "API server could not ask",
            "Requests in the time shown that the API server refused because it got no answer from us. 'not known': the "
            "API server is not scraped, or it refused nothing.",
            f"sum({begun_or_grown('apiserver_admission_webhook_rejection_count', 'name', '$__range', _unreached())})"
            f" or 0 * sum({_CALLS}_count)",
            steps=[(RED, 1)],
            more={"decimals": 0},
        ),
        stat(
            "Let through unasked",
            "Requests in the time shown that the API server admitted although it got no answer (failurePolicy Ignore). "
            "For `enforce` this must be 0; `warn` and `audit` fail open by design. Kubernetes 1.24 and newer count this.",
            f"sum({begun_or_grown('apiserver_admission_webhook_fail_open_count', 'name', '$__range', _HOOK)})"
            f" or 0 * sum({_CALLS}_count)",
            steps=[(RED, 1)],
            more={"decimals": 0},
        ),
        stat(
            "Certificate ends in",
            "Until the first certificate in use by a replica ends. An ended one shuts all enforced namespaces.",
            "min(weighbridge_certificate_not_after_timestamp_seconds) - time()",
            unit="s",
            base=RED,
            steps=[(ORANGE, _DAY), (YELLOW, 7 * _DAY), ("green", 14 * _DAY)],
        ),
        stat(
            "Policies not understood",
            "ModelPolicy objects whose newest edition is not understood and so not in force. `kubectl get modelpolicy -o "
            "yaml` says why in status.error.",
            'max(weighbridge_policies{state="invalid"})',
            steps=[(ORANGE, 1)],
        ),
        stat(
            "Reporters at work",
            "Reporters that hold the lease. 0: nobody counts verdicts or tells of them; gates work all the same.",
            "sum(weighbridge_reporter_leader) or vector(0)",
            base=RED,
            steps=[("green", 1), (ORANGE, 2)],
            links=[_OVERVIEW],
        ),
    ]


def _unreached() -> str:
    return f'{_HOOK}, error_type=~"calling_webhook_error|apiserver_internal_error"'


def _api_server() -> list[Panel]:
    return [
        lines(
            "Calls, by webhook",
            "Calls of our webhooks a second. A flat zero while pods are being created in labelled namespaces: the "
            "configuration is gone, or its selectors match nothing. Only the API server can tell.",
            (f"sum by (name) (rate({_CALLS}_count{{{_HOOK}}}[{_RATE}]))", "{{name}}"),
            unit="reqps",
        ),
        lines(
            "Time of a call, as the API server waits",
            "Network, TLS and our answer together. At the webhook's timeoutSeconds (5 in the chart) the API server gives up.",
            (
                f"histogram_quantile(0.99, sum by (le, name) (rate({_CALLS}_bucket{{{_HOOK}}}[{_RATE}])))",
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
                f"sum by (name, error_type) (increase({_REJECTED}{{{_HOOK}}}[{_RATE}]))",
                "{{name}}: {{error_type}}",
            ),
        ),
        bars(
            "Let through unasked (fail-open)",
            "Requests admitted because the webhook did not answer and its failurePolicy is Ignore. Counted by Kubernetes "
            "1.24 and newer; empty elsewhere.",
            (
                f"sum by (name) (increase({_UNASKED}{{{_HOOK}}}[{_RATE}]))",
                "{{name}}",
            ),
        ),
    ]


def _webhook() -> list[Panel]:
    return [
        lines(
            "Reviews, by mode and decision",
            "Reviews decided a second. `decision` is what the policy says, whether or not the mode enforces it.",
            (
                f"sum by (mode, decision) (rate(weighbridge_admission_decisions_total[{_RATE}]))",
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
                    f"histogram_quantile({quantile}, sum by (le, mode) (rate({_ANSWERED}_bucket[{_RATE}])))",
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
                f"sum by (mode, reason) (increase(weighbridge_admission_undecided_total[{_RATE}]))",
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
            (f"sum(rate(weighbridge_admission_unknown_paths_total[{_RATE}]))", "unknown paths a second"),
            width=8,
        ),
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
            (f"rate(process_cpu_seconds_total[{_RATE}]) and on (instance) weighbridge_build_info", "{{instance}}"),
        ),
    ]


def _knowledge() -> list[Panel]:
    return [
        lines(
            "Certificate and authority end in",
            "Of the certificate in use by each replica; of the authority where certificates are self-managed. They are "
            "renewed when a third of their life is left.",
            ("weighbridge_certificate_not_after_timestamp_seconds - time()", "certificate {{instance}}"),
            ("max(weighbridge_authority_not_after_timestamp_seconds) - time()", "authority"),
            unit="s",
            width=8,
        ),
        bars(
            "Certificates made, and rounds that failed",
            "Renewals of the self-managed certificate and authority, reloads by the webhook, and comparisons with the "
            "cluster that failed: for one, because a webhook configuration is gone.",
            (f"sum by (what) (increase(weighbridge_certificate_renewals_total[{_RATE}]))", "made: {{what}}"),
            (f"sum by (outcome) (increase(weighbridge_certificate_reloads_total[{_RATE}]))", "reload {{outcome}}"),
            (
                f'sum by (outcome) (increase(weighbridge_certificate_rounds_total{{outcome="failed"}}[{_RATE}]))',
                "round {{outcome}}",
            ),
            width=8,
        ),
        lines(
            "Age of what decisions rest on",
            "Since the API server last confirmed policies, namespaces and claims in memory. Reviews go on with what is "
            "known.",
            (
                "time() - (weighbridge_knowledge_last_contact_timestamp_seconds > 0)",
                "{{instance}}",
            ),
            unit="s",
            width=8,
            steps=[(ORANGE, 900)],
        ),
        table(
            "Waivers, by their end",
            "Time until each exception of a policy ends, the next first. What it covered is blocked again then. The number "
            "is its place in the policy.",
            "sort(min by (policy, exception) (weighbridge_policy_exception_expires_timestamp_seconds) - time())",
            [("policy", "Policy"), ("exception", "Exception"), ("Value", "Ends in")],
            width=8,
            height=8,
            unit="s",
            base=RED,
            steps=[(ORANGE, 1), (YELLOW, 7 * _DAY), ("green", 14 * _DAY)],
            overrides=[column("Ends in", ("custom.cellOptions", {"type": "color-text"}))],
        ),
        lines(
            "Policies and objects in memory",
            "Policies in force and not understood, and what else reviews look things up in.",
            ("max by (state) (weighbridge_policies)", "policies {{state}}"),
            ("max by (resource) (weighbridge_knowledge_objects)", "{{resource}}"),
            width=8,
        ),
        bars(
            "Watches begun anew",
            "Watches that ended and were begun again. Now and then is normal; steadily is not.",
            (f"sum by (instance) (increase(weighbridge_knowledge_watch_restarts_total[{_RATE}]))", "{{instance}}"),
            width=8,
        ),
    ]


def _reporter() -> list[Panel]:
    return [
        lines(
            "Age of what the reporter did last",
            "Totals stored, gated pods compared with a list, all pods audited.",
            ("time() - max(weighbridge_reporter_last_store_timestamp_seconds)", "store"),
            ("time() - max(weighbridge_reporter_last_list_timestamp_seconds > 0)", "list"),
            ("time() - max(weighbridge_audit_last_timestamp_seconds)", "audit"),
            unit="s",
            width=8,
        ),
        bars(
            "Stores and events",
            "Attempts to store the totals, and Kubernetes events on verdicts. dropped: too many at once, the metrics hold "
            "them all the same.",
            (f"sum by (outcome) (increase(weighbridge_reporter_stores_total[{_RATE}]))", "store {{outcome}}"),
            (f"sum by (outcome) (increase(weighbridge_reporter_events_total[{_RATE}]))", "event {{outcome}}"),
            width=8,
        ),
        lines(
            "Blocked workloads not shown",
            "Series beyond the cap of weighbridge_blocked_workload. Above 0 the table of blocked workloads is not whole; "
            "the counters are.",
            ("sum(weighbridge_blocked_workload_overflow)", "not shown"),
            width=8,
            steps=[(ORANGE, 1)],
        ),
        lines(
            "Duration of the audit",
            "How long the last pass over all pods took.",
            ("max(weighbridge_audit_duration_seconds)", "audit"),
            unit="s",
            width=8,
        ),
        table(
            "Versions",
            "What runs. Two versions of one component: a rollout under way, or stuck.",
            "count by (component, version, python) (weighbridge_build_info)",
            [("component", "Component"), ("version", "Version"), ("python", "Python"), ("Value", "Processes")],
            width=16,
            height=8,
            base=GREY,
            steps=[(BLUE, 1)],
        ),
    ]
