"""
Judge a template by what rendering it could reach, wherever it is rendered.

Transformers renders chat templates in a sandbox that refuses underscored attributes; llama-cpp-python did not before 0.2.72
(CVE-2024-34359), nor SGLang's reranking endpoint (CVE-2026-5760). The file does not decide where it is rendered, so the
sandbox is not counted upon. Every attribute and every call is held against what chat templates need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import nodes

from scanners.findings import Finding
from scanners.jinja import known
from scanners.jinja.cost import judge_cost
from scanners.jinja.operations import Unknown
from scanners.jinja.syntax import parse, walk
from scanners.jinja.values import Values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_ATTRIBUTE_PLACES: Mapping[str, int] = {"attr": 0, "groupby": 0, "rejectattr": 0, "selectattr": 0, "sum": 0, "map": -1}
"""Filters that read an attribute, and which of their arguments names it; `attribute=` does so for all."""
_NAMING_PLACES: Mapping[str, tuple[int, frozenset[str]]] = {
    "map": (0, known.FILTERS),
    "select": (0, known.TESTS),
    "reject": (0, known.TESTS),
    "selectattr": (1, known.TESTS),
    "rejectattr": (1, known.TESTS),
}
"""Filters that apply a filter or test, and which of their arguments names it."""


def judge(text: str) -> Iterator[Finding]:
    """Yield what is wrong with a template, each thing once; raise `Malformed` where it is none."""
    template = parse(text)
    values = Values(template)
    reported: set[tuple[str, str | None]] = set()
    for finding in (*_judge_nodes(template, values), *judge_cost(template, values)):
        if (finding.rule, finding.name) not in reported:
            reported.add((finding.rule, finding.name))
            yield finding


def _judge_nodes(template: nodes.Template, values: Values) -> Iterator[Finding]:
    for node in walk(template):
        judge_node = _JUDGES.get(type(node))
        if judge_node is not None:
            yield from judge_node(node, values)
        if isinstance(node, nodes.Expr):
            yield from _judge_text(node, values)


def _finding(rule: str, node: nodes.Node, evidence: str, name: str) -> Finding:
    return Finding(rule=rule, evidence=f"line {node.lineno}: {evidence}"[:300], name=name[:100] or None)


def _judge_text(node: nodes.Expr, values: Values) -> Iterator[Finding]:
    """Text that is the name of an inside of Python is there to be used as one, however it comes about."""
    value = values.of(node)
    if isinstance(value, str) and known.names_inside(value):
        how = "text" if isinstance(node, nodes.Const | nodes.TemplateData) else "text put together"
        yield _finding("template-escape", node, f"{how}: {value}", value)


def _attribute(node: nodes.Node, values: Values) -> Iterator[Finding]:
    assert isinstance(node, nodes.Getattr)
    if known.leads_inside(node.attr):
        yield _finding("template-escape", node, f"attribute {node.attr}", node.attr)
    yield from _object(node.node, values)


def _object(node: nodes.Node, values: Values) -> Iterator[Finding]:
    """Judge what an attribute is read from."""
    if isinstance(node, nodes.Name) and node.name in known.OBJECTS and node.name not in values.scope.values:
        yield _finding("template-object", node, f"reads from {node.name}", node.name)


def _subscript(node: nodes.Node, values: Values) -> Iterator[Finding]:
    """Jinja takes the attribute where there is no such item, so an item's name is an attribute's as well."""
    assert isinstance(node, nodes.Getitem)
    yield from _object(node.node, values)
    if not isinstance(node.arg, nodes.Slice):
        yield from _name(node.arg, values, node)


def _name(named: nodes.Node | None, values: Values, node: nodes.Node) -> Iterator[Finding]:
    """Judge the name of an attribute or item: constants by their value, what is put together must be settled."""
    value = values.of(named)
    if isinstance(value, str):
        if known.leads_inside(value) and (value.startswith("__") or known.names_inside(value)):
            yield _finding("template-escape", node, f"attribute {value}", value)
    elif named is not None and isinstance(value, Unknown) and values.built.is_built(named):
        yield _finding("template-computed-name", node, "an attribute's name is put together", "")


def _filter(node: nodes.Node, values: Values) -> Iterator[Finding]:
    assert isinstance(node, nodes.Filter)
    if node.name not in known.FILTERS:
        yield _finding("template-filter-not-recognised", node, f"filter {node.name}", node.name)
    for keyword in node.kwargs:
        if keyword.key == "attribute":
            yield from _named_attribute(keyword.value, values, node)
    place = _ATTRIBUTE_PLACES.get(node.name, -1)
    if 0 <= place < len(node.args):
        yield from _named_attribute(node.args[place], values, node)
    if node.name in _NAMING_PLACES:
        place, allowed = _NAMING_PLACES[node.name]
        yield from _applied_by_name(node.args[place : place + 1], allowed, values, node)
    if node.name == "format":
        yield from _format(node.node, values, node)


def _named_attribute(named: nodes.Expr, values: Values, node: nodes.Node) -> Iterator[Finding]:
    """Judge what the filters `attr`, `map` and their like read; a name that is not settled is not trusted."""
    value = values.of(named)
    if isinstance(value, str):
        if known.leads_inside(value):
            yield _finding("template-escape", node, f"attribute {value}", value)
    elif not isinstance(value, int):
        yield _finding("template-computed-name", node, "a filter reads an attribute whose name is put together", "")


def _applied_by_name(
    arguments: list[nodes.Expr], allowed: frozenset[str], values: Values, node: nodes.Filter
) -> Iterator[Finding]:
    for argument in arguments:
        value = values.of(argument)
        if not isinstance(value, str) or value not in allowed:
            name = value if isinstance(value, str) else "a name that is put together"
            yield _finding("template-filter-not-recognised", node, f"{node.name} applies {name}", name)
        elif value in _ATTRIBUTE_PLACES and value != "map":
            for named in node.args[1:2]:
                yield from _named_attribute(named, values, node)


def _test(node: nodes.Node, _values: Values) -> Iterator[Finding]:
    assert isinstance(node, nodes.Test)
    if node.name not in known.TESTS:
        yield _finding("template-filter-not-recognised", node, f"test {node.name}", node.name)


def _call(node: nodes.Node, values: Values) -> Iterator[Finding]:
    assert isinstance(node, nodes.Call)
    callee = node.node
    for keyword in node.kwargs:
        if known.names_inside(keyword.key) or keyword.key.startswith("__"):
            yield _finding("template-escape", node, f"keyword {keyword.key}", keyword.key)
    if isinstance(callee, nodes.Getattr):
        yield from _method(callee, values, node)
    elif not _is_known_function(callee, values):
        name = callee.name if isinstance(callee, nodes.Name) else "a value"
        yield _finding(_call_rule(name), node, f"calls {name}", name)


def _method(callee: nodes.Getattr, values: Values, node: nodes.Call) -> Iterator[Finding]:
    if callee.attr == "format":
        yield from _format(callee.node, values, node)
    if callee.attr not in known.METHODS and not known.leads_inside(callee.attr):
        yield _finding(_call_rule(callee.attr), node, f"calls the method {callee.attr}", callee.attr)


def _call_rule(name: str) -> str:
    return "template-escape" if name in known.REMARKABLE_CALLS else "template-call-not-recognised"


def _is_known_function(callee: nodes.Node, values: Values) -> bool:
    """Say whether what is called is a function of Jinja's, a macro, or an item of a list of them."""
    if isinstance(callee, nodes.Name):
        own = callee.name in known.FUNCTIONS and callee.name not in values.scope.values
        return own or values.scope.is_macro(callee.name)
    if isinstance(callee, nodes.Getitem) and isinstance(callee.node, nodes.Name):
        listed = values.scope.values.get(callee.node.name, ())
        return bool(listed) and all(_lists_functions(value, callee.node.name, values) for value in listed)
    return False


def _lists_functions(value: nodes.Node | None, own: str, values: Values) -> bool:
    """Say whether an expression is made of lists of known functions, and of the name that it is assigned to."""
    return value is not None and all(
        isinstance(node, nodes.List | nodes.Tuple | nodes.Add)
        or (isinstance(node, nodes.Name) and (node.name == own or _is_known_function(node, values)))
        for node in walk(value)
    )


def _format(text: nodes.Expr | None, values: Values, node: nodes.Node) -> Iterator[Finding]:
    """`str.format` reads attributes by itself: `'{0.__class__}'.format(x)`."""
    value = values.of(text)
    if isinstance(value, str) and known.reads_attributes(value):
        rule = "template-escape" if "__" in value else "template-computed-name"
        yield _finding(rule, node, f"format {value[:80]}", "format")


def _loads(node: nodes.Node, values: Values) -> Iterator[Finding]:
    what = values.of(getattr(node, "template", None))
    name = what if isinstance(what, str) else "a template named elsewhere"
    yield _finding("template-loads-template", node, f"{type(node).__name__.lower()} {name}", name)


_JUDGES: Mapping[type[nodes.Node], Callable[[nodes.Node, Values], Iterator[Finding]]] = {
    nodes.Getattr: _attribute,
    nodes.Getitem: _subscript,
    nodes.Filter: _filter,
    nodes.Test: _test,
    nodes.Call: _call,
    nodes.Include: _loads,
    nodes.Import: _loads,
    nodes.FromImport: _loads,
    nodes.Extends: _loads,
}
"""Which kinds of node are looked at, and how; text is looked at in all of them."""
