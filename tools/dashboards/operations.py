"""The dashboard for those who run Weighbridge: does the gate at the API server stand, answer, and know what it must."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tools.dashboards.admission import CALLS, HOOK, RATE, REJECTED, UNASKED, api_server, processes, webhook
from tools.dashboards.frame import arrange, choice, dashboard, link
from tools.dashboards.panels import (
    BLUE,
    GREY,
    ORANGE,
    RED,
    YELLOW,
    bars,
    column,
    lines,
    stat,
    table,
)
from tools.dashboards.queries import OURS, UNANSWERED, begun_or_grown

if TYPE_CHECKING:
    from tools.dashboards.panels import Json, Panel

_UNREACHED: Final = f'{UNANSWERED}, name=~"$webhook"'
_OVERVIEW: Final = link("Overview", "/d/weighbridge-overview")
_DAY: Final = 86400


def operations() -> Json:
    """Return the dashboard."""
    rows = [
        ("Now", [*_answering(), *_standing()]),
        ("As the API server sees it", api_server()),
        ("As the webhook sees it", [*webhook(), *processes()]),
        ("Certificates, policies, waivers", [*_certificates(), *_knowledge()]),
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
                f"label_values({CALLS}_count{{{OURS}}}, name)",
            )
        ],
        arrange(rows),
    )


def _answering() -> list[Panel]:
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
            "API server is not scraped, or calls no webhook.",
            f"sum({begun_or_grown(REJECTED, 'name', '$__range', _UNREACHED)}) or 0 * sum({CALLS}_count)",
            steps=[(RED, 1)],
            more={"decimals": 0},
        ),
        stat(
            "Let through unasked",
            "Requests in the time shown that the API server admitted although it got no answer (failurePolicy Ignore). "
            "For `enforce` this must be 0; `warn` and `audit` fail open by design. Kubernetes 1.24 and newer count this.",
            f"sum({begun_or_grown(UNASKED, 'name', '$__range', HOOK)}) or 0 * sum({CALLS}_count)",
            steps=[(RED, 1)],
            more={"decimals": 0},
        ),
    ]


def _standing() -> list[Panel]:
    return [
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


def _certificates() -> list[Panel]:
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
            (f"sum by (what) (increase(weighbridge_certificate_renewals_total[{RATE}]))", "made: {{what}}"),
            (f"sum by (outcome) (increase(weighbridge_certificate_reloads_total[{RATE}]))", "reload {{outcome}}"),
            (
                f'sum by (outcome) (increase(weighbridge_certificate_rounds_total{{outcome="failed"}}[{RATE}]))',
                "round {{outcome}}",
            ),
            width=8,
        ),
    ]


def _knowledge() -> list[Panel]:
    return [
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
            (f"sum by (instance) (increase(weighbridge_knowledge_watch_restarts_total[{RATE}]))", "{{instance}}"),
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
            (f"sum by (outcome) (increase(weighbridge_reporter_stores_total[{RATE}]))", "store {{outcome}}"),
            (f"sum by (outcome) (increase(weighbridge_reporter_events_total[{RATE}]))", "event {{outcome}}"),
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
