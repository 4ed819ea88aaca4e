"""The dashboard one opens first: whose model is blocked, by which rule, and what is not examined at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tools.dashboards.frame import arrange, choice, dashboard, link
from tools.dashboards.panels import (
    GREY,
    ORANGE,
    RED,
    SEVERITY_COLORS,
    VERDICT_COLORS,
    YELLOW,
    bars,
    colored,
    column,
    lines,
    stat,
    table,
)
from tools.dashboards.queries import grown, or_zero

if TYPE_CHECKING:
    from tools.dashboards.panels import Json, Panel

_IN: Final = 'namespace=~"$namespace"'
_STEP: Final = "$__interval"
_OPERATIONS: Final = link("Operations", "/d/weighbridge-operations")


def overview() -> Json:
    """Return the dashboard."""
    rows = [
        ("Now", [*_held_back(), *_whole_picture(), _blocked(), _alerts()]),
        ("Outcomes over time", [*_outcomes(), *_gates()]),
        ("Not examined, not gated", _unexamined()),
        ("Volume", _volume()),
    ]
    return dashboard(
        "overview",
        "Weighbridge / Overview",
        "Which workloads' models are blocked, where and by which rule, and what is not examined at all.",
        [
            choice(
                "namespace",
                "Namespace",
                "Namespaces with gated pods, or with pods that the audit looks at.",
                'label_values({__name__=~"weighbridge_gated_pods|weighbridge_audit_pods"}, namespace)',
            )
        ],
        arrange(rows),
    )


def _held_back() -> list[Panel]:
    return [
        stat(
            "Workloads blocked",
            "Workloads with a pod that a finding holds back now. The table below names them. "
            "'not known': no reporter is scraped, and nobody can say.",
            or_zero(
                f'count(count by (namespace, kind, name) (weighbridge_blocked_workload{{{_IN}, rule!="not-examined"}}))'
            ),
            steps=[(RED, 1)],
        ),
        stat(
            "Pods not examined",
            "Pods whose gate is shut because something could not be examined: broken, unreadable or unknown content, "
            "or a gate that was ended. Nothing bad was found; nothing was cleared either.",
            or_zero(f'sum(weighbridge_gated_pods{{{_IN}, verdict="ERROR"}})'),
            steps=[(ORANGE, 1)],
        ),
        stat(
            "Verdicts not verified",
            "Pods in which something ended under the gate's name and what it said cannot be relied on: no gate that a "
            "policy of the namespace trusts, or one that others in the pod can reach. Their servers may run.",
            or_zero(f'sum(weighbridge_gated_pods{{{_IN}, verdict="UNVERIFIED"}})'),
            steps=[(RED, 1)],
        ),
        stat(
            "Pods against policy",
            "Pods that run in enforced namespaces although they would be refused today: they were there before the "
            "namespace was labelled, or before the policy said so. Nobody evicts them.",
            or_zero(f'sum(weighbridge_audit_pods{{{_IN}, mode="enforce", decision="denied"}})'),
            steps=[(ORANGE, 1)],
        ),
    ]


def _whole_picture() -> list[Panel]:
    return [
        stat(
            "Gated pods open",
            "Share of the gated pods that exist whose gate let the server start (PASS or WARN).",
            f'sum(weighbridge_gated_pods{{{_IN}, verdict=~"PASS|WARN"}}) / sum(weighbridge_gated_pods{{{_IN}}})'
            f" or 0 * sum(weighbridge_gated_pods{{{_IN}}})",
            unit="percentunit",
            base=ORANGE,
            steps=[(YELLOW, 0.9), ("green", 0.99)],
            more={"decimals": 0},
        ),
        stat(
            "Age of this picture",
            "Time since the reporter last stored and showed what it saw. Old: everything above is old.",
            "time() - max(weighbridge_reporter_last_store_timestamp_seconds)",
            unit="s",
            steps=[(YELLOW, 60), (RED, 300)],
            links=[_OPERATIONS],
            more={"decimals": 0},
        ),
    ]


def _alerts() -> Panel:
    return table(
        "Alerts that fire",
        "Weighbridge's own alerts, of all namespaces; docs/runbooks has a page for each. Empty as well where the rules are "
        "not installed (prometheusRule.enabled).",
        'sum by (severity, alertname, namespace) (ALERTS{alertname=~"Weighbridge.+", alertstate="firing"})',
        [("severity", "Severity"), ("alertname", "Alert"), ("namespace", "Namespace"), ("Value", "Series")],
        width=8,
        height=9,
        steps=[(ORANGE, 1)],
        overrides=[column("Severity", ("custom.width", 90)), column("Series", ("custom.width", 70))],
        links=[_OPERATIONS],
    )


def _blocked() -> Panel:
    here = "/d/weighbridge-overview?var-namespace=${__data.fields.Namespace}&${__url_time_range}"
    return table(
        "Blocked now, by workload",
        "Pods of each workload that its gate holds back now, by the rule that shuts it; not-examined: something could not "
        "be examined. `kubectl describe` of the workload shows the event, the gate's log every finding; docs/rules.md "
        "explains each rule and its remedy. A pod's author chooses the owner it claims: a name here is a claim.",
        f"sum by (namespace, kind, name, rule) (weighbridge_blocked_workload{{{_IN}}})",
        [
            ("namespace", "Namespace"),
            ("kind", "Kind"),
            ("name", "Workload"),
            ("rule", "Rule"),
            ("Value", "Pods"),
        ],
        width=16,
        height=9,
        steps=[(RED, 1)],
        overrides=[
            column("Namespace", ("links", [{"title": "Only this namespace", "url": here, "targetBlank": False}])),
            column("Pods", ("custom.cellOptions", {"type": "color-text"}), ("custom.width", 90)),
            column("Kind", ("custom.width", 160)),
        ],
    )


def _outcomes() -> list[Panel]:
    verdicts, findings = "weighbridge_gate_verdicts_total", "weighbridge_gate_findings_total"
    return [
        bars(
            "Verdicts",
            "Verdicts in each interval; every verdict of a pod counts once, however often its gate runs. LOST: the pod "
            "went before its verdict was seen.",
            (grown(verdicts, "verdict", _STEP, _IN), "{{verdict}}"),
            overrides=colored(VERDICT_COLORS),
        ),
        bars(
            "Gates shut, by namespace",
            "Pods whose gate came to BLOCK or ERROR in each interval.",
            (grown(verdicts, "namespace", _STEP, f'{_IN}, verdict=~"BLOCK|ERROR"'), "{{namespace}}"),
        ),
        bars(
            "Findings, by rule",
            "What gates found and no waiver covers, the ten commonest rules of the time shown. unnamed: findings that the "
            "gate counted and had no room to name.",
            (
                f"topk(10, {grown(findings, 'rule', _STEP, _IN)})",
                "{{rule}}",
            ),
            width=8,
        ),
        bars(
            "Findings, by format",
            "The same findings by the family of formats that their rules are about.",
            (grown(findings, "format", _STEP, _IN), "{{format}}"),
            width=8,
        ),
        bars(
            "Findings, by severity",
            "CRITICAL: code runs on load. HIGH: files, network, or code on use. MEDIUM: not recognised, so not trusted. "
            "LOW: hygiene.",
            (grown(findings, "severity", _STEP, _IN), "{{severity}}"),
            width=8,
            overrides=colored(SEVERITY_COLORS),
        ),
    ]


def _gates() -> list[Panel]:
    return [
        lines(
            "Gated pods, by latest verdict",
            "Pods with a gate that exist, by what their gate last said; PENDING: it has not ended yet.",
            (f"sum by (verdict) (weighbridge_gated_pods{{{_IN}}})", "{{verdict}}"),
            custom={"stacking": {"mode": "normal", "group": "A"}, "fillOpacity": 40},
            overrides=colored(VERDICT_COLORS),
        ),
        lines(
            "Restarts of gates",
            "Restarts of the gates of pods that exist. A gate that holds a pod back is started again and again: a line "
            "that climbs is a crash loop, which counts as one verdict and shows here.",
            (f"sum by (namespace) (weighbridge_gate_restarts{{{_IN}}})", "{{namespace}}"),
        ),
    ]


def _unexamined() -> list[Panel]:
    return [
        bars(
            "Not examined, by namespace",
            "Things that gates could not examine, in each interval. Each kept a gate shut.",
            (grown("weighbridge_gate_not_examined_total", "namespace", _STEP, _IN), "{{namespace}}"),
            base=GREY,
        ),
        lines(
            "Pods against policy, by namespace and mode",
            "Pods that exist and break a check of their namespace's policy, counted by the audit. `enforce`: they predate "
            "label or policy. `warn`, `audit`: they would be refused under `enforce`.",
            (
                f'sum by (namespace, mode) (weighbridge_audit_pods{{{_IN}, decision="denied"}})',
                "{{namespace}} ({{mode}})",
            ),
        ),
        table(
            "What they break",
            "Pods that exist and break a check, by the check. docs/threat-model.md says what each is for; the reporter's "
            "log names the workloads.",
            f"sum by (namespace, mode, violation) (weighbridge_audit_violations{{{_IN}}})",
            [("namespace", "Namespace"), ("mode", "Mode"), ("violation", "Check"), ("Value", "Pods")],
            width=12,
            height=8,
        ),
        bars(
            "Refused or warned at admission, by check",
            "Checks that reviewed objects broke in each interval, the ten commonest; all namespaces. One review can break "
            "several, and a client that tries again counts again.",
            (
                "topk(10, sum by (violation, mode) (increase(weighbridge_admission_violations_total[$__rate_interval])))",
                "{{violation}} ({{mode}})",
            ),
            links=[_OPERATIONS],
        ),
    ]


def _volume() -> list[Panel]:
    seconds = "weighbridge_gate_duration_seconds_bucket"
    return [
        bars(
            "Files examined, by namespace",
            "Files that gates examined in each interval.",
            (grown("weighbridge_gate_files_total", "namespace", _STEP, _IN), "{{namespace}}"),
            width=8,
        ),
        bars(
            "Bytes examined, by namespace",
            "Size of those files. Weights are passed over, not read: bytes say how much is served, not how much was read.",
            (grown("weighbridge_gate_bytes_total", "namespace", _STEP, _IN), "{{namespace}}"),
            unit="bytes",
            width=8,
        ),
        lines(
            "Duration of gates",
            "From a gate's start to its verdict, all namespaces: what the gate adds to the start of a pod.",
            *(
                (
                    f"histogram_quantile({quantile}, sum by (le) (increase({seconds}[$__rate_interval])) > 0)",
                    f"{name}",
                )
                for quantile, name in ((0.5, "half are faster"), (0.95, "95 % are faster"))
            ),
            unit="s",
            width=8,
            steps=[(ORANGE, 60)],
        ),
    ]
