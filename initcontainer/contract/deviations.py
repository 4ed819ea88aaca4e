"""What speaks against a container as a gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scanners.escaping import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

CANONICAL = "take the container from `weighbridge inject`, or leave it out and let injection add it"
"""The remedy where more than one value is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One way in which a container is not an acceptable gate."""

    path: str
    """JSON path within the container, such as `volumeMounts[1].readOnly`."""
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}; {self.remedy}"


def shown(value: object) -> str:
    """Return what the pod's author wrote, short and safe to print."""
    return printable(str(value), 80)


def listed(parent: Mapping[str, Any], field: str) -> list[Any]:
    """Return a list field; anything else than a list, or nothing, stands as one wrong item."""
    value = parent.get(field)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
