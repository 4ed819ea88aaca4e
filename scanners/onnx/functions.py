"""
Functions of a model: runtimes replace each call by the body, so that what calls itself never ends.

A function that calls another twice, which calls a third twice, and so on, grows like powers of two: the nodes that all
calls become are counted without making them. https://github.com/onnx/onnx/blob/main/docs/IR.md#functions
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

Key = tuple[str, str]
"""Domain and name."""
MOST_NODES = 10_000_000
"""Nodes that the biggest graphs have many times fewer of, and that no runtime survives."""


@dataclass(slots=True)
class Body:
    """What a function, or the graph itself, is made of."""

    offset: int = 0
    nodes: int = 0
    calls: Counter[Key] = field(default_factory=Counter)
    """How often each operator stands in it."""


def excess(main: Body, functions: dict[Key, Body]) -> str | None:
    """Say why the calls of the functions come to no end that a runtime could reach, None where they do."""
    sizes: dict[Key, int] = {}
    for start in functions:
        if (reason := _measure(start, functions, sizes)) is not None:
            return reason
    total = _size(main, functions, sizes)
    return f"the graph becomes {total:,} nodes" if total > MOST_NODES else None


def _measure(start: Key, functions: dict[Key, Body], sizes: dict[Key, int]) -> str | None:
    """Note how many nodes a call of a function becomes; say so where it calls itself."""
    stack, entered = [start], {start}
    while stack:
        key = stack[-1]
        missing = next((call for call in functions[key].calls if call in functions and call not in sizes), None)
        if key in sizes:
            entered.discard(stack.pop())
        elif missing is None:
            sizes[key] = _size(functions[key], functions, sizes)
            entered.discard(stack.pop())
        elif missing in entered:
            return f"{'::'.join(missing)} calls itself"
        else:
            stack.append(missing)
            entered.add(missing)
    return None


def _size(body: Body, functions: dict[Key, Body], sizes: dict[Key, int]) -> int:
    """Return how many nodes a body becomes; no more than has to be known."""
    total = body.nodes
    for call, times in body.calls.items():
        if call in functions:
            total = min(total + times * sizes[call], 1 << 63)
    return total
