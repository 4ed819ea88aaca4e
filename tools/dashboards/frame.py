"""What stands around panels: rows, variables, links, and the dashboard itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tools.dashboards.panels import SOURCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.dashboards.panels import Json, Panel

COLUMNS: Final = 24
TAG: Final = "weighbridge"
SCHEMA_VERSION: Final = 41


def link(title: str, url: str) -> Json:
    """Return a link of a panel to a dashboard, which keeps the time."""
    return {
        "title": title,
        "type": "link",
        "icon": "external link",
        "tooltip": "",
        "url": url,
        "tags": [],
        "asDropdown": False,
        "targetBlank": False,
        "includeVars": True,
        "keepTime": True,
    }


def arrange(rows: Sequence[tuple[str, Sequence[Panel]]]) -> list[Json]:
    """Lay rows of panels out from left to right and top to bottom, and number them."""
    placed: list[Json] = []
    y = 0
    for title, panels in rows:
        placed.append(_row(title, len(placed) + 1, y))
        y += 1
        x = tallest = 0
        for panel in panels:
            if x + panel.width > COLUMNS:
                x, y, tallest = 0, y + tallest, 0
            placed.append(panel.to_json(len(placed) + 1, x, y))
            x, tallest = x + panel.width, max(tallest, panel.height)
        y += tallest
    return placed


def _row(title: str, number: int, y: int) -> Json:
    place = {"x": 0, "y": y, "w": COLUMNS, "h": 1}
    return {"id": number, "type": "row", "title": title, "collapsed": False, "gridPos": place, "panels": []}


def dashboard(name: str, title: str, description: str, variables: Sequence[Json], panels: list[Json]) -> Json:
    """Return a dashboard around its panels."""
    others = {**link("Weighbridge", ""), "type": "dashboards", "tags": [TAG], "icon": "dashboard", "asDropdown": False}
    return {
        "uid": f"weighbridge-{name}",
        "title": title,
        "description": description,
        "tags": [TAG],
        "editable": True,
        "graphTooltip": 1,
        "links": [others],
        "panels": panels,
        "refresh": "1m",
        "schemaVersion": SCHEMA_VERSION,
        "templating": {"list": [_data_source(), *variables]},
        "time": {"from": "now-24h", "to": "now"},
        "timezone": "browser",
        "version": 1,
        "annotations": {"list": []},
    }


def _data_source() -> Json:
    return {
        "type": "datasource",
        "name": "datasource",
        "label": "Data source",
        "description": "The Prometheus that scrapes Weighbridge, and best the API server too.",
        "query": "prometheus",
        "regex": "",
        "hide": 0,
        "multi": False,
        "includeAll": False,
        "refresh": 1,
        "skipUrlSync": False,
    }


def choice(name: str, label: str, description: str, query: str) -> Json:
    """Return a variable over the values of a label; several can be chosen, all are at first."""
    return {
        "type": "query",
        "name": name,
        "label": label,
        "description": description,
        "datasource": SOURCE,
        "query": {"qryType": 1, "query": query, "refId": "variable"},
        "regex": "",
        "hide": 0,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
        "refresh": 2,
        "sort": 1,
        "skipUrlSync": False,
    }
