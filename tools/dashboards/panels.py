"""What a dashboard is put together from: panels and their queries.

Field names and their defaults are those of Grafana's dashboard schema, as grafana-foundation-sdk 11.6 has it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

Json = dict[str, Any]
SOURCE: Final[Json] = {"type": "prometheus", "uid": "${datasource}"}
GREEN, YELLOW, ORANGE, RED, BLUE, GREY = "green", "yellow", "orange", "red", "blue", "text"
VERDICT_COLORS: Final = {
    "PASS": "green",
    "WARN": "yellow",
    "BLOCK": "red",
    "ERROR": "orange",
    "UNVERIFIED": "purple",
    "LOST": "text",
    "PENDING": "blue",
}
SEVERITY_COLORS: Final = {"CRITICAL": "dark-red", "HIGH": "red", "MEDIUM": "orange", "LOW": "yellow"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel; `targets` are (expression, legend) pairs."""

    title: str
    description: str
    kind: str
    targets: Sequence[tuple[str, str]]
    width: int
    height: int
    unit: str = "short"
    steps: Sequence[tuple[str, float]] = ()
    """(color, from this value on) after green."""
    base: str = GREEN
    options: Json = field(default_factory=dict)
    custom: Json = field(default_factory=dict)
    more: Json = field(default_factory=dict)
    """Further fields of `fieldConfig.defaults`."""
    overrides: Sequence[Json] = ()
    transformations: Sequence[Json] = ()
    links: Sequence[Json] = ()
    instant: bool = False

    def to_json(self, number: int, x: int, y: int) -> Json:
        """Return the panel as Grafana reads it, at its place."""
        return {
            "id": number,
            "type": self.kind,
            "title": self.title,
            "description": self.description,
            "datasource": SOURCE,
            "gridPos": {"x": x, "y": y, "w": self.width, "h": self.height},
            "interval": "1m",
            "links": list(self.links),
            "targets": [self._target(*pair, letter) for pair, letter in zip(self.targets, "ABCDEFGH", strict=False)],
            "fieldConfig": {"defaults": self._defaults(), "overrides": list(self.overrides)},
            "options": self.options,
            "transformations": list(self.transformations),
        }

    def _target(self, expression: str, legend: str, letter: str) -> Json:
        return {
            "refId": letter,
            "datasource": SOURCE,
            "editorMode": "code",
            "expr": expression,
            "format": "table" if self.kind == "table" else "heatmap" if self.kind == "heatmap" else "time_series",
            "instant": self.instant,
            "legendFormat": legend,
            "range": not self.instant,
        }

    def _defaults(self) -> Json:
        steps = [{"color": self.base, "value": None}, *({"color": color, "value": at} for color, at in self.steps)]
        return {
            "unit": self.unit,
            "color": {"mode": "thresholds" if self.kind in {"stat", "table"} else "palette-classic"},
            "thresholds": {"mode": "absolute", "steps": steps},
            "custom": self.custom,
            **self.more,
        }


def stat(title: str, description: str, expression: str, *, width: int = 4, **rest: Any) -> Panel:
    """Return one big number, as of now; grey where nothing is known."""
    options = {
        "colorMode": "background",
        "graphMode": "none",
        "justifyMode": "center",
        "orientation": "auto",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "textMode": "value",
        "wideLayout": True,
    }
    more = {"noValue": "not known", **rest.pop("more", {})}
    return Panel(
        title=title,
        description=description,
        kind="stat",
        targets=[(expression, "")],
        width=width,
        height=4,
        options=options,
        more=more,
        instant=True,
        **rest,
    )


def lines(
    title: str, description: str, *targets: tuple[str, str], width: int = 12, height: int = 8, **rest: Any
) -> Panel:
    """Return lines over time; thresholds, where given, are drawn as lines."""
    custom = {
        "drawStyle": "line",
        "lineWidth": 1,
        "fillOpacity": 10,
        "showPoints": "never",
        "thresholdsStyle": {"mode": "dashed" if rest.get("steps") else "off"},
        **rest.pop("custom", {}),
    }
    return _over_time(title, description, targets, width, height, custom, **rest)


def bars(
    title: str, description: str, *targets: tuple[str, str], width: int = 12, height: int = 8, **rest: Any
) -> Panel:
    """Return stacked bars over time: how many in each interval."""
    custom = {
        "drawStyle": "bars",
        "lineWidth": 0,
        "fillOpacity": 80,
        "showPoints": "never",
        "stacking": {"mode": "normal", "group": "A"},
        "axisSoftMin": 0,
        "thresholdsStyle": {"mode": "off"},
    }
    more = {"decimals": 0, "min": 0, **rest.pop("more", {})}
    return _over_time(title, description, targets, width, height, custom, more=more, **rest)


def _over_time(
    title: str, description: str, targets: Sequence[tuple[str, str]], width: int, height: int, custom: Json, **rest: Any
) -> Panel:
    options = {
        "legend": {"calcs": ["lastNotNull", "max"], "displayMode": "table", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return Panel(
        title=title,
        description=description,
        kind="timeseries",
        targets=targets,
        width=width,
        height=height,
        options=options,
        custom=custom,
        **rest,
    )


def table(title: str, description: str, expression: str, columns: Sequence[tuple[str, str]], **rest: Any) -> Panel:
    """Return a table as of now: `columns` are (label, heading) in their order, `Value` the number."""
    organize = {
        "excludeByName": {"Time": True},
        "includeByName": {},
        "indexByName": {label: index for index, (label, _) in enumerate(columns)},
        "renameByName": dict(columns),
    }
    return Panel(
        title=title,
        description=description,
        kind="table",
        targets=[(expression, "")],
        custom={"align": "auto", "cellOptions": {"type": "auto"}, "filterable": True, "inspect": False},
        options={
            "cellHeight": "sm",
            "footer": {"countRows": False, "fields": [], "reducer": ["sum"], "show": False},
            "frameIndex": 0,
            "showHeader": True,
            "sortBy": [{"displayName": columns[-1][1], "desc": True}],
        },
        transformations=[{"id": "organize", "options": organize}],
        instant=True,
        more={"noValue": "none"},
        **rest,
    )


def colored(colors: dict[str, str]) -> list[Json]:
    """Return overrides that give each series its own color, by its name."""
    return [
        {
            "matcher": {"id": "byName", "options": name},
            "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": color}}],
        }
        for name, color in colors.items()
    ]


def column(heading: str, *properties: tuple[str, Any]) -> Json:
    """Return an override for one column of a table."""
    return {
        "matcher": {"id": "byName", "options": heading},
        "properties": [{"id": name, "value": value} for name, value in properties],
    }
