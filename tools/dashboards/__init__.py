"""Grafana dashboards as code: `python -m tools.dashboards` writes them into the chart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from tools.dashboards.operations import operations
from tools.dashboards.overview import overview

if TYPE_CHECKING:
    from collections.abc import Mapping

CHART = Path(__file__).parents[2] / "helm" / "weighbridge"


def generated() -> Mapping[Path, str]:
    """Return every dashboard's file and what should stand in it."""
    made = {"overview": overview(), "operations": operations()}
    return {
        CHART / "dashboards" / f"weighbridge-{name}.json": json.dumps(dashboard, indent=2) + "\n"
        for name, dashboard in made.items()
    }
