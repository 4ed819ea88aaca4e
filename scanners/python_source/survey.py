"""
Which calls of a module run when it is imported, and which only when it is used.

Conservative where source is dynamic: a function that is named in a call at import counts as called, as do the methods of a
class that Python calls by itself once it is made, subclassed or is a metaclass.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    Function = ast.FunctionDef | ast.AsyncFunctionDef

_HOOKS = frozenset(
    {"__class_getitem__", "__del__", "__init_subclass__", "__mro_entries__", "__prepare__", "__set_name__"}
)
"""Methods that run without a call in the source."""
_MODULE_HOOKS = frozenset({"__getattr__", "__dir__"})
_METACLASSES = frozenset({"ABCMeta", "EnumMeta", "EnumType", "type"})


class Survey(NamedTuple):
    """What a module does, by time."""

    at_import: tuple[ast.Call, ...]
    later: tuple[ast.Call, ...]


def survey(tree: ast.Module) -> Survey:
    """Return the calls of a module; every one of them stands in exactly one of the two."""
    bodies = _Bodies(tree)
    at_import: list[ast.Call] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        root = waiting.pop()
        for node in _now(root):
            if isinstance(node, ast.Call):
                at_import.append(node)
            waiting.extend(bodies.started(node))
    run = {id(call) for call in at_import}
    later = tuple(node for node in ast.walk(tree) if isinstance(node, ast.Call) and id(node) not in run)
    return Survey(tuple(at_import), later)


class _Bodies:
    """The functions of a module that have not been started yet, by name and by class."""

    def __init__(self, tree: ast.Module) -> None:
        self._waiting: dict[str, list[Function]] = {}
        self._methods: dict[str, list[Function]] = {}
        self._hooks: list[Function] = [
            node for node in tree.body if isinstance(node, _FUNCTIONS) and node.name in _MODULE_HOOKS
        ]
        for node in ast.walk(tree):
            if isinstance(node, _FUNCTIONS):
                self._waiting.setdefault(node.name, []).append(node)
            elif isinstance(node, ast.ClassDef):
                self._add_class(node)
        self._names = frozenset(self._waiting)
        """The module's own functions: a function that one of them decorates counts as called."""
        self._started: set[int] = set()

    def _add_class(self, node: ast.ClassDef) -> None:
        methods = [item for item in node.body if isinstance(item, _FUNCTIONS)]
        self._methods.setdefault(node.name, []).extend(
            method for method in methods if method.decorator_list or method.name.startswith("__")
        )
        if any(_last(base) in _METACLASSES for base in node.bases):
            self._hooks.extend(methods)
        else:
            self._hooks.extend(method for method in methods if method.name in _HOOKS)

    def started(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the bodies that a node of running code may start, each body once."""
        functions = self._hooks
        self._hooks = []
        for name in _callable_names(node):
            functions += self._waiting.pop(name, ())
            functions += self._methods.pop(name, ())
        if isinstance(node, _FUNCTIONS) and any(name in self._names for name in _callable_names(node)):
            functions.append(node)
        for function in functions:
            if id(function) not in self._started:
                self._started.add(id(function))
                yield _Body(function)


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class _Body(ast.AST):
    """The body of a function that runs."""

    def __init__(self, function: Function) -> None:
        self.statements: list[ast.AST] = [*function.body]


def _callable_names(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node may call: of a call, its callee and its arguments; of a definition, its decorators."""
    if isinstance(node, ast.Call):
        expressions = [node.func, *node.args, *(keyword.value for keyword in node.keywords)]
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        expressions = [item.func if isinstance(item, ast.Call) else item for item in node.decorator_list]
    else:
        return
    for expression in expressions:
        if name := _last(expression):
            yield name


def _last(expression: ast.AST) -> str | None:
    """Return the last component of a name."""
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else None


def _now(root: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that run with a body: not those of the functions defined in it, nor what only `__main__` runs."""
    waiting: list[ast.AST] = [*root.statements] if isinstance(root, _Body) else [root]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, _FUNCTIONS):
            waiting.extend([*node.decorator_list, node.args])
            waiting.extend([node.returns] if node.returns else [])
        elif isinstance(node, ast.If) and _is_main(node.test):
            waiting.extend(node.orelse)
        else:
            waiting.extend(ast.iter_child_nodes(node))


def _is_main(test: ast.expr) -> bool:
    """Say whether a condition is `__name__ == "__main__"`, which no import fulfils."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return False
    sides = (test.left, test.comparators[0])
    named = any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
    return named and any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)
