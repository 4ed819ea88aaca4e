"""The dashboards that the chart ships, and their panels."""

from __future__ import annotations

import json
from typing import Any

from tools.dashboards import CHART

FILES = sorted((CHART / "dashboards").glob("*.json"))
DASHBOARDS = {path.stem: json.loads(path.read_text()) for path in FILES}


def panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    """Return all panels that are not rows."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]
