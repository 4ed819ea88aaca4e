"""
Read JSON that configures something: every value of it reachable, and both readings where a key stands twice.

Python's `json` takes the last of two equal keys, other readers take the first. Both are returned.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from scanners.formats import Malformed
from scanners.limits import BudgetExceeded

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOO_DEEP = "JSON nested too deeply to be read"
_TOO_LONG = "JSON with a number of too many digits"
NOT_FOR_US = frozenset({_TOO_DEEP, _TOO_LONG})
"""What `Malformed` says of a text that another parser may read, or the same one as another release or process has it."""


class Document(NamedTuple):
    """One parsed document."""

    root: Any
    shadowed: tuple[Any, ...]
    """Objects as a reader sees them that takes the first of two equal keys."""
    repeated: tuple[str, ...]
    """The keys that stand twice in one object."""


class Place(NamedTuple):
    """Where a value stands: a linked list, since most places are never shown."""

    parent: Place | None
    step: str | int

    def __str__(self) -> str:
        steps: list[str] = []
        place: Place | None = self
        while place is not None:
            steps.append(f"[{place.step}]" if isinstance(place.step, int) else f".{place.step}")
            place = place.parent
        return "".join(reversed(steps)).removeprefix(".") or "the outermost object"


def parse(text: bytes | str, what: str, limit: int) -> Document:
    """
    Parse a document of at most `limit` bytes; `what` names it in errors ("a Keras configuration").

    Raises `Malformed` where it is no JSON or nested too deeply, `BudgetExceeded` where it is too big to hold.
    """
    if len(text) > limit:
        raise BudgetExceeded(f"bytes of {what.removeprefix('a ')}", limit)
    shadowed: list[Any] = []
    repeated: list[str] = []

    def from_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        last = dict(pairs)
        if len(last) != len(pairs):
            shadowed.append(dict(reversed(pairs)))
            counts = Counter(key for key, _ in pairs)
            repeated.extend(key for key, count in counts.items() if count > 1)
        return last

    try:
        root = json.loads(text, object_pairs_hook=from_pairs)
    except RecursionError as error:
        raise Malformed(0, what, _TOO_DEEP) from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Malformed(getattr(error, "pos", 0), what, f"no JSON: {error}") from error
    except ValueError as error:
        raise Malformed(0, what, _TOO_LONG) from error
    return Document(root, tuple(shadowed), tuple(dict.fromkeys(repeated)))


def walk(value: Any, name: str = "") -> Iterator[tuple[Place, Any]]:
    """Yield every object and every string below a value with its place, the value itself first, in file order."""
    waiting: list[tuple[Place, Any]] = [(Place(None, name), value)]
    while waiting:
        place, item = waiting.pop()
        if isinstance(item, dict):
            yield place, item
            outer = place if place.step != "" else None
            waiting.extend((Place(outer, key), inner) for key, inner in reversed(item.items()))
        elif isinstance(item, list):
            waiting.extend((Place(place, index), inner) for index, inner in reversed([*enumerate(item)]))
        elif isinstance(item, str):
            yield place, item
