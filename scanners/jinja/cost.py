"""What rendering a template could cost: loops and values that no chat needs, as far as constants tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jinja2 import nodes

from scanners.findings import Finding
from scanners.jinja.operations import MAX_LENGTH, Huge, Sized
from scanners.jinja.syntax import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.jinja.values import Values

MAX_TURNS = 1_000_000
"""Turns of nested loops over constants."""
MAX_SAME = 3
"""Loops over one and the same list, each in the other; honest templates have two."""
_SMALLEST_FACTOR = 2


class _Loops(NamedTuple):
    """The loops around a place."""

    turns: int
    over: tuple[str, ...]
    """What the loops run over, as far as it is a name."""


def judge_cost(template: nodes.Template, values: Values) -> Iterator[Finding]:
    """Yield loops and values that grow out of all bounds."""
    yield from _judge_values(template, values)
    waiting: list[tuple[nodes.Node, _Loops]] = [(template, _Loops(1, ()))]
    while waiting:
        node, loops = waiting.pop()
        if isinstance(node, nodes.For):
            loops = _Loops(min(loops.turns * _turns(node.iter, values), MAX_TURNS + 1), (*loops.over, _over(node.iter)))
            yield from _judge_loops(node, loops)
        if isinstance(node, nodes.Assign) and loops.over and _doubles(node):
            yield _finding(node, "a value that multiplies itself in each turn of a loop")
        waiting.extend((child, loops) for child in node.iter_child_nodes())


def _finding(node: nodes.Node, evidence: str) -> Finding:
    return Finding(rule="template-unbounded", evidence=f"line {node.lineno}: {evidence}")


def _judge_values(template: nodes.Template, values: Values) -> Iterator[Finding]:
    """Yield values that are larger than any template needs, at the innermost expression that makes them so."""
    for node in walk(template):
        if isinstance(values.of(node), Huge) and not any(
            isinstance(values.of(child), Huge) for child in node.iter_child_nodes()
        ):
            yield _finding(node, f"a value of more than {MAX_LENGTH:,} characters or items")
        if isinstance(node, nodes.Call) and _range_length(node, values) > MAX_LENGTH:
            yield _finding(node, f"a range of more than {MAX_LENGTH:,} items")


def _judge_loops(node: nodes.For, loops: _Loops) -> Iterator[Finding]:
    if loops.turns > MAX_TURNS:
        yield _finding(node, f"loops in loops of more than {MAX_TURNS:,} turns")
    name = loops.over[-1]
    if name and loops.over.count(name) > MAX_SAME:
        yield _finding(node, f"{loops.over.count(name)} loops over {name} in one another")


def _turns(iterable: nodes.Node, values: Values) -> int:
    """Return how often a loop over constants turns, 1 where that is not known."""
    value = values.of(iterable)
    if isinstance(value, str | list):
        return max(1, len(value))
    return value.length if isinstance(value, Sized) else max(1, _range_length(iterable, values))


def _range_length(node: nodes.Node, values: Values) -> int:
    """Return how many items `range(...)` has, 0 where that is not known or something else is called."""
    if not (isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name == "range"):
        return 0
    bounds = [values.of(argument) for argument in node.args]
    whole = [MAX_TURNS + 1 if isinstance(bound, Huge) else bound for bound in bounds]
    numbers = [bound for bound in whole if isinstance(bound, int)]
    if not 1 <= len(numbers) == len(bounds) <= 3 or (len(numbers) == 3 and numbers[2] == 0):
        return 0
    span = range(*numbers)
    return (span.stop - span.start) // span.step if span else 0


def _over(iterable: nodes.Node) -> str:
    """Return the name a loop runs over, through filters and slices; empty for anything else."""
    while isinstance(iterable, nodes.Filter | nodes.Getitem):
        if iterable.node is None:
            return ""
        iterable = iterable.node
    return iterable.name if isinstance(iterable, nodes.Name) else ""


def _doubles(node: nodes.Assign) -> bool:
    """Say whether an assignment gives a name more than once what the name was: `x = x ~ x`."""
    own = _spelling(node.target)
    if not own or not isinstance(node.node, nodes.Concat | nodes.Add | nodes.Mul | nodes.Pow):
        return False
    times = sum(_spelling(inner) == own for inner in walk(node.node))
    return times >= _SMALLEST_FACTOR or (times == 1 and isinstance(node.node, nodes.Pow))


def _spelling(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.NSRef):
        return f"{node.name}.{node.attr}"
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return f"{node.node.name}.{node.attr}"
    return ""
