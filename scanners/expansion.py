"""
Things that stand for others and are put in their place: functions of a model, entities of a document.

What names itself never ends, and what names another twice, which names a third twice, grows like powers of two. What all
of it becomes is counted without making it.
"""

from __future__ import annotations

from collections import Counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from typing import Any, TypeVar

    Key = TypeVar("Key", bound=Hashable)

_MOST = 1 << 63


class Body:
    """What stands for a name, or what names are used in."""

    __slots__ = ("size", "uses")

    def __init__(self, size: int = 0, uses: Counter[Any] | None = None) -> None:
        self.size = size
        """Nodes or letters, without what the names in it stand for."""
        self.uses: Counter[Any] = Counter() if uses is None else uses
        """How often each name stands in it."""


def expanded(main: Body, bodies: Mapping[Key, Body]) -> int | None:
    """Return what `main` comes to, no more than can be counted; None where a name stands for itself."""
    sizes: dict[Key, int] = {}
    if any(_loops(start, bodies, sizes) for start in bodies):
        return None
    return _size(main, bodies, sizes)


def _loops(start: Key, bodies: Mapping[Key, Body], sizes: dict[Key, int]) -> bool:
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


def _size(body: Body, bodies: Mapping[Key, Body], sizes: Mapping[Key, int]) -> int:
    total = body.size
    for name, times in body.uses.items():
        if name in bodies:
            total = min(total + times * sizes[name], _MOST)
    return total
