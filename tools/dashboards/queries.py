"""Pieces of PromQL that dashboards and alerts share."""

from __future__ import annotations

from typing import Final

OURS: Final = 'name=~".+[.]weighbridge[.]dev"'
"""Selects our entries among all webhooks that an API server tells of; the chart names them so."""
UNANSWERED: Final = f'{OURS}, error_type=~"calling_webhook_error|apiserver_internal_error"'
"""Selects requests that an API server refused because it got no answer of ours that it could use."""
GAP: Final = "10m"
"""How long the reporter may be away without its counters seeming to start anew."""

_LABELS: Final = {
    "weighbridge_gate_verdicts_total": ("namespace", "workload_kind", "verdict"),
    "weighbridge_gate_findings_total": ("namespace", "rule", "severity", "format"),
    "weighbridge_gate_not_examined_total": ("namespace",),
    "weighbridge_gate_files_total": ("namespace",),
    "weighbridge_gate_bytes_total": ("namespace",),
}


def grown(metric: str, by: str, window: str, selector: str = "") -> str:
    """
    Return by how much one of the reporter's stored counters grew in a window, summed by labels (`""`: into one).

    `increase` would not do. A verdict is rare, and the first one makes its series: `increase` sees a series that begins
    at 1 and never grew. The totals are stored, so what was there at the window's start can be taken away instead; a new
    pod of the reporter has another `instance` and goes on counting where the former one was, hence `max`.
    """
    labels = ", ".join(_LABELS[metric])
    clause = f"sum by ({by})" if by else "sum"
    now = f"{clause} (max by ({labels}) (last_over_time({metric}{{{selector}}}[{GAP}])))"
    before = f"{clause} (max by ({labels}) (last_over_time({metric}{{{selector}}}[{GAP}] offset {window})))"
    return f"clamp_min({now} - ({before} or 0 * {now}), 0)"


def begun_or_grown(metric: str, by: str, window: str, selector: str = "") -> str:
    """
    Return by how much a counter of a process grew in a window, its first value counted where its series is younger.

    For counters that start anew with their process and whose single steps matter.
    """
    series = f"{metric}{{{selector}}}" if selector else metric
    young = f"sum by ({by}) ({series} unless {series} offset {window})"
    old = f"sum by ({by}) (increase({series}[{window}]))"
    return f"({young} > 0 or {old})"


def or_zero(expression: str) -> str:
    """Return 0 where there is nothing and a reporter says so; without a reporter nothing is known, and nothing shown."""
    return f"{expression} or 0 * max(weighbridge_reporter_leader == 1)"
