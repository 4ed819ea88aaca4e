"""What the names of a template stand for: which are macros, and which values the others are ever given."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jinja2 import nodes

from scanners.jinja.syntax import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Scope(NamedTuple):
    """All names of a template together: blocks are not told apart, so that a name has every value it may have."""

    macros: frozenset[str]
    values: Mapping[str, tuple[nodes.Node | None, ...]]
    """Name, or `namespace.attribute`, -> what is assigned to it; None for what is not known when the text is read."""

    def is_macro(self, name: str) -> bool:
        """Say whether a name is a macro and never anything else."""
        return name in self.macros and name not in self.values

    def value(self, name: str) -> nodes.Node | None:
        """Return what a name always stands for, None where that is not one expression."""
        values = self.values.get(name, ())
        return values[0] if len(values) == 1 else None


def scope_of(template: nodes.Template) -> Scope:
    """Collect the names of a template."""
    values: dict[str, list[nodes.Node | None]] = {}
    macros: set[str] = set()
    for node in walk(template):
        if isinstance(node, nodes.Macro):
            macros.add(node.name)
        for name, value in _assigned(node):
            values.setdefault(name, []).append(value)
    return Scope(frozenset(macros), {name: tuple(given) for name, given in values.items()})


def _assigned(node: nodes.Node) -> Iterator[tuple[str, nodes.Node | None]]:
    match node:
        case nodes.Assign():
            yield from _targets(node.target, node.node)
            yield from _made_namespace(node.target, node.node)
        case nodes.AssignBlock():
            yield from _targets(node.target, None)
        case nodes.For():
            yield from _iterated(node.target, node.iter)
        case nodes.With():
            for target, value in zip(node.targets, node.values, strict=False):
                yield from _targets(target, value)
        case nodes.Macro() | nodes.CallBlock():
            for argument in node.args:
                yield argument.name, None


def _targets(target: nodes.Node, value: nodes.Node | None) -> Iterator[tuple[str, nodes.Node | None]]:
    match target:
        case nodes.Name():
            yield target.name, value
        case nodes.NSRef():
            yield f"{target.name}.{target.attr}", value
        case nodes.Tuple() if isinstance(value, nodes.Tuple | nodes.List) and len(value.items) == len(target.items):
            for inner, item in zip(target.items, value.items, strict=True):
                yield from _targets(inner, item)
        case nodes.Tuple():
            for inner in target.items:
                yield from _targets(inner, None)


def _iterated(target: nodes.Node, iterable: nodes.Node) -> Iterator[tuple[str, nodes.Node | None]]:
    """Yield what a loop gives its target: each of the values of a list that stands there."""
    if isinstance(iterable, nodes.List | nodes.Tuple):
        for item in iterable.items:
            yield from _targets(target, item)
    else:
        yield from _targets(target, None)


def _made_namespace(target: nodes.Node, value: nodes.Node) -> Iterator[tuple[str, nodes.Node | None]]:
    """`namespace(a=1)` gives the namespace's attributes their first values."""
    if isinstance(target, nodes.Name) and isinstance(value, nodes.Call):
        for keyword in value.kwargs:
            yield f"{target.name}.{keyword.key}", keyword.value
