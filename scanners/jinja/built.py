"""
Which names of a template may hold text that was put together, and so the name of an attribute that nobody can read.

A name is followed to what it is ever given: assignments, loops, blocks, the arguments of macros. What comes from the messages
alone is data; what comes from words of the template by an operation that `scanners.jinja.values` could not work out is not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jinja2 import nodes

from scanners.jinja.operations import Unknown
from scanners.jinja.syntax import inner_first, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.jinja.values import Values

_WORD = re.compile(r"[^\W\d]")
_PLAIN_FILTERS = frozenset({"abs", "count", "d", "default", "float", "int", "length", "round", "tojson"})
"""Filters that leave what they are given, or make numbers and JSON of it."""
_NUMBERS = frozenset({"abs", "count", "float", "int", "length", "round", "wordcount"})
_PLAIN_METHODS = frozenset({"append", "get", "items", "keys", "pop", "values"})
"""Methods that look something up."""


class Built:
    """The names and expressions of one template that may be text put together."""

    def __init__(self, template: nodes.Template, values: Values) -> None:
        self._values = values
        self._here = self._built_here(template)
        sources: dict[str, list[nodes.Node]] = {}
        for name, node in _sources(template):
            sources.setdefault(name, []).append(node)
        self._names = self._reached(sources)

    def is_built(self, node: nodes.Node) -> bool:
        """Say whether an expression may be text that was put together."""
        return id(node) in self._here or any(name in self._names for name in _names_in(node))

    def _built_here(self, template: nodes.Template) -> frozenset[int]:
        """Find the expressions that put words together, and all around them; each node is looked at once."""
        words: set[int] = set()
        built: set[int] = set()
        for node in inner_first(template):
            if _is_no_text(node):
                continue
            children = [id(child) for child in node.iter_child_nodes()]
            if _is_word(node) or not words.isdisjoint(children):
                words.add(id(node))
            if not built.isdisjoint(children) or (id(node) in words and self._is_builder(node)):
                built.add(id(node))
        return frozenset(built)

    def _reached(self, sources: Mapping[str, list[nodes.Node]]) -> frozenset[str]:
        """Find the names that are built at once, and those that are given such names."""
        used_by: dict[str, set[str]] = {}
        for name, given in sources.items():
            for inner in {inner for node in given for inner in _names_in(node)}:
                used_by.setdefault(inner, set()).add(name)
        waiting = [name for name, given in sources.items() if any(id(node) in self._here for node in given)]
        names: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in names:
                names.add(name)
                waiting.extend(used_by.get(name, ()))
        return frozenset(names)

    def _is_builder(self, node: nodes.Node) -> bool:
        """Say whether a node makes text in a way that could not be worked out."""
        if not isinstance(self._values.of(node), Unknown):
            return False
        if isinstance(node, nodes.Filter):
            return node.name not in _PLAIN_FILTERS
        if isinstance(node, nodes.Call):
            return isinstance(node.node, nodes.Getattr) and node.node.attr not in _PLAIN_METHODS
        if isinstance(node, nodes.Output):
            return len(node.nodes) > 1
        cut = isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Slice)
        return cut or isinstance(node, nodes.Concat | nodes.Add | nodes.Mod | nodes.Mul)


def _is_word(node: nodes.Node) -> bool:
    if isinstance(node, nodes.TemplateData):
        return bool(_WORD.search(node.data))
    return isinstance(node, nodes.Const) and isinstance(node.value, str) and bool(_WORD.search(node.value))


def _is_no_text(node: nodes.Node) -> bool:
    """Say whether an expression is a number, a list of numbers or a truth, whatever stands in it."""
    if isinstance(node, nodes.Filter):
        return node.name in _NUMBERS
    if isinstance(node, nodes.Call):
        return isinstance(node.node, nodes.Name) and node.node.name == "range"
    return isinstance(
        node, nodes.Sub | nodes.Div | nodes.FloorDiv | nodes.Pow | nodes.Neg | nodes.Compare | nodes.Test | nodes.Not
    )


def _names_in(node: nodes.Node) -> Iterator[str]:
    """Yield the names that the text of an expression may come from; `.name` for the attributes of namespaces."""
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        if _is_no_text(inner):
            continue
        if isinstance(inner, nodes.Name) and inner.ctx == "load":
            yield inner.name
        elif isinstance(inner, nodes.Getattr):
            yield f".{inner.attr}"
        waiting.extend(inner.iter_child_nodes())


def _sources(template: nodes.Template) -> Iterator[tuple[str, nodes.Node]]:
    """Yield names with what they are made from."""
    macros = {
        node.name: [argument.name for argument in node.args] for node in walk(template) if isinstance(node, nodes.Macro)
    }
    for node in walk(template):
        match node:
            case nodes.Assign(node=nodes.Call(node=nodes.Name(name="namespace")) as made):
                yield from ((f".{keyword.key}", keyword.value) for keyword in made.kwargs)
            case nodes.Assign():
                yield from ((name, node.node) for name in _targets(node.target))
            case nodes.AssignBlock():
                yield from ((name, inner) for name in _targets(node.target) for inner in node.body)
            case nodes.For():
                yield from ((name, node.iter) for name in _targets(node.target))
            case nodes.With():
                for target, value in zip(node.targets, node.values, strict=False):
                    yield from ((name, value) for name in _targets(target))
            case nodes.Macro():
                yield from ((node.name, inner) for inner in node.body)
                yield from ((argument.name, value) for argument in node.args for value in node.defaults)
            case nodes.Call(node=nodes.Name() as callee) if callee.name in macros:
                yield from _arguments(node, macros[callee.name])


def _arguments(call: nodes.Call, names: list[str]) -> Iterator[tuple[str, nodes.Node]]:
    """Yield the arguments of a macro with what a call gives them; what is unpacked may be any of them."""
    yield from zip(names, call.args, strict=False)
    yield from ((keyword.key, keyword.value) for keyword in call.kwargs)
    for unpacked in (call.dyn_args, call.dyn_kwargs):
        if unpacked is not None:
            yield from ((name, unpacked) for name in names)


def _targets(target: nodes.Node) -> Iterator[str]:
    """Yield the names that are assigned to; an attribute of whatever namespace as `.name`."""
    for node in walk(target):
        if isinstance(node, nodes.NSRef):
            yield f".{node.attr}"
        elif isinstance(node, nodes.Name):
            yield node.name
