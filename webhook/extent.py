"""How much one object may ask to be looked at, so that no review costs more than a stated amount of work.

Everything is counted before it is worked on. The figures are far above what runs on a cluster, and low enough that a
review at all of them together stays well within its deadline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from webhook.objects import Undecodable

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST: Final[Mapping[str, int]] = {
    "templates": 128,
    "containers": 512,
    "volumes": 512,
    "mounts": 2_048,
    "variables": 10_000,
    "characters in commands and variables": 512 << 10,
    "words in commands": 20_000,
    "references to models": 500,
}
"""What is counted -> how much of it one object may have, all its templates together."""

_CONTAINER_LISTS = ("initContainers", "containers", "ephemeralContainers")
_CHARACTERS = "characters in commands and variables"


class Excessive(Undecodable):
    """An object of which more would have to be looked at than is looked at."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(path, f"at most {MOST[what]} {what}", None)

    def __str__(self) -> str:
        return f"the object has more than is looked at: {self.expected} are judged in one object"


class Extent:
    """What one object has had to be looked at so far."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts = dict.fromkeys(MOST, 0)

    def add(self, what: str, count: int, at: str) -> None:
        """Count something; raise `Excessive` where it is too much."""
        self._counts[what] += count
        if self._counts[what] > MOST[what]:
            raise Excessive(at, what)

    def left(self, what: str) -> int:
        """Return how much more there may be of something."""
        return MOST[what] - self._counts[what]

    def add_pod(self, spec: Mapping[str, Any], at: str) -> None:
        """Count what a pod's specification has written in it. Values of a wrong type are refused by who reads them."""
        self.add("templates", 1, at)
        self.add("volumes", len(_listed(spec, "volumes")), f"{at}.volumes")
        for field in _CONTAINER_LISTS:
            containers = _listed(spec, field)
            self.add("containers", len(containers), f"{at}.{field}")
            for index, container in enumerate(containers):
                if isinstance(container, dict):
                    self.add_container(container, f"{at}.{field}[{index}]")

    def add_container(self, raw: Mapping[str, Any], at: str) -> None:
        """Count what a container has written in it."""
        for field in ("volumeMounts", "volumeDevices"):
            self.add("mounts", len(_listed(raw, field)), f"{at}.{field}")
        for field in ("env", "envFrom"):
            self.add("variables", len(_listed(raw, field)), f"{at}.{field}")
        for field in ("command", "args"):
            words = _listed(raw, field)
            self.add("words in commands", len(words), f"{at}.{field}")
            self.add(_CHARACTERS, sum(len(word) for word in words if isinstance(word, str)), f"{at}.{field}")
        self.add(_CHARACTERS, sum(map(_length, _listed(raw, "env"))), f"{at}.env")


def _length(entry: object) -> int:
    if not isinstance(entry, dict):
        return 0
    name, value = entry.get("name"), entry.get("value")
    return (len(name) if isinstance(name, str) else 0) + (len(value) if isinstance(value, str) else 0)


def _listed(parent: Mapping[str, Any], field: str) -> list[Any]:
    value = parent.get(field)
    return value if isinstance(value, list) else []
