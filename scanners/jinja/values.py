"""What the expressions of a template are worth, as far as its constants say: one pass, each node once, in text order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import nodes

from scanners.jinja import operations
from scanners.jinja.built import Built
from scanners.jinja.operations import HUGE, UNKNOWN, Huge, Unknown, Value
from scanners.jinja.scope import scope_of
from scanners.jinja.syntax import inner_first

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scanners.jinja.operations import Constant

_OPERATORS: Mapping[type[nodes.BinExpr], Callable[[Constant, Constant], Value]] = {
    nodes.Add: operations.add,
    nodes.Sub: operations.subtract,
    nodes.Mul: operations.multiply,
    nodes.Mod: operations.modulo,
    nodes.Pow: operations.power,
}


class Values:
    """The names of a template and the values of its expressions."""

    def __init__(self, template: nodes.Template) -> None:
        """Evaluate what can be; the tree must outlive the answer, which goes by the identity of its nodes."""
        self.scope = scope_of(template)
        self._by_node: dict[int, Value] = {}
        for node in inner_first(template):
            value = _value(node, self)
            if value is not UNKNOWN:
                self._by_node[id(node)] = value
        self.built = Built(template, self)

    def of(self, node: nodes.Node | None) -> Value:
        """Return the value of an expression; `UNKNOWN` for all that constants do not settle."""
        return UNKNOWN if node is None else self._by_node.get(id(node), UNKNOWN)


def _value(node: nodes.Node, values: Values) -> Value:
    if isinstance(node, nodes.BinExpr):
        return _both(_OPERATORS.get(type(node), _not_known), values.of(node.left), values.of(node.right))
    evaluate_node = _EVALUATORS.get(type(node))
    return UNKNOWN if evaluate_node is None else evaluate_node(node, values)


def _named(node: nodes.Node, values: Values) -> Value:
    match node:
        case nodes.Name(ctx="load"):
            return values.of(values.scope.value(node.name))
        case nodes.Getattr(node=nodes.Name() as holder):
            return values.of(values.scope.value(f"{holder.name}.{node.attr}"))
    return UNKNOWN


def _taken(node: nodes.Node, values: Values) -> Value:
    assert isinstance(node, nodes.Getitem)
    value, bounds = values.of(node.node), node.arg
    if not isinstance(bounds, nodes.Slice):
        return operations.item(value, values.of(bounds))
    parts = (bounds.start, bounds.stop, bounds.step)
    return operations.cut(value, [None if part is None else values.of(part) for part in parts])


def _called(node: nodes.Node, values: Values) -> Value:
    if isinstance(node, nodes.Filter):
        return _applied(node.name, node.node, node, values)
    assert isinstance(node, nodes.Call)
    return _applied(node.node.attr, node.node.node, node, values) if isinstance(node.node, nodes.Getattr) else UNKNOWN


def _constant(value: object) -> Value:
    if isinstance(value, str):
        return operations.written(value)
    return value if isinstance(value, int | float) or value is None else UNKNOWN


def _not_known(_left: Constant, _right: Constant) -> Value:
    return UNKNOWN


def _both(operation: Callable[[Constant, Constant], Value], left: Value, right: Value) -> Value:
    if isinstance(left, Huge) or isinstance(right, Huge):
        return HUGE
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return UNKNOWN
    return operation(left, right)


def _applied(name: str, subject: nodes.Node | None, node: nodes.Filter | nodes.Call, values: Values) -> Value:
    operation = operations.OPERATIONS.get(name)
    if operation is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
        return UNKNOWN
    known = operations.all_of([values.of(subject), *(values.of(argument) for argument in node.args)])
    return operation(known[0], known[1:]) if isinstance(known, list) else known


_EVALUATORS: Mapping[type[nodes.Node], Callable[[nodes.Node, Values], Value]] = {
    nodes.TemplateData: lambda node, _values: _constant(node.data),  # type: ignore[attr-defined] # by its key
    nodes.Const: lambda node, _values: _constant(node.value),  # type: ignore[attr-defined] # by its key
    nodes.Name: _named,
    nodes.Getattr: _named,
    nodes.Getitem: _taken,
    nodes.List: lambda node, values: operations.all_of([values.of(item) for item in node.iter_child_nodes()]),
    nodes.Tuple: lambda node, values: operations.all_of([values.of(item) for item in node.iter_child_nodes()]),
    nodes.Concat: lambda node, values: operations.concatenate([values.of(item) for item in node.iter_child_nodes()]),
    nodes.Neg: lambda node, values: _both(operations.subtract, 0, values.of(next(node.iter_child_nodes()))),
    nodes.Filter: _called,
    nodes.Call: _called,
}
"""Kinds of node whose value is looked for; operators have a table of their own."""
