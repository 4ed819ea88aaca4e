"""
Things that stand for others and are put in their place: functions of a model, entities of a document.

What names itself never ends, and what names another twice, which names a third twice, grows like powers of two. What all
of it becomes is counted without making it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

Key = TypeVar("Key", bound=Hashable)
_MOST = 1 << 63


@dataclass(slots=True)
class Body(Generic[Key]):
    """What stands for a name, or what names are used in."""

    size: int = 0
    """Nodes or letters, without what the names in it stand for."""
    uses: Counter[Key] = field(default_factory=Counter)
    """How often each name stands in it."""


def expanded(main: Body[Key], bodies: Mapping[Key, Body[Key]]) -> int | None:
    """Return what `main` comes to, no more than can be counted; None where a name stands for itself."""
    sizes: dict[Key, int] = {}
    if any(_loops(start, bodies, sizes) for start in bodies):
        return None
    return _size(main, bodies, sizes)


def _loops(start: Key, bodies: Mapping[Key, Body[Key]], sizes: dict[Key, int]) -> bool:
    """Note what a name comes to; say whether it stands for itself."""
    stack, entered = [start], {start}
    while stack:
        key = stack[-1]
        missing = next((name for name in bodies[key].uses if name in bodies and name not in sizes), None)
        if missing is None:
            sizes.setdefault(key, _size(bodies[key], bodies, sizes))
            entered.discard(stack.pop())
        elif missing in entered:
            return True
        else:
            stack.append(missing)
            entered.add(missing)
    return False


def _size(body: Body[Key], bodies: Mapping[Key, Body[Key]], sizes: Mapping[Key, int]) -> int:
    total = body.size
    for name, times in body.uses.items():
        if name in bodies:
            total = min(total + times * sizes[name], _MOST)
    return total
