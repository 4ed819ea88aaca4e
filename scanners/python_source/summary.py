"""What a person wants to read of a module first: what it defines, imports, and runs."""

from __future__ import annotations

import ast
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanners.python_source.judge import Judge
    from scanners.python_source.names import Names
    from scanners.python_source.survey import Survey

_MOST = 6
_LONGEST = 80


def summary(tree: ast.Module, names: Names, judge: Judge, calls: Survey) -> str:
    """Return one line: definitions, imports, calls on import."""
    parts = [
        ("defines", _definitions(tree)),
        ("imports", dict.fromkeys(module.lstrip(".").split(".", 1)[0] or "." for module in names.imported)),
        ("on import runs", _called(judge, calls.at_import)),
    ]
    told = [f"{what} {listed}" for what, items in parts if (listed := _listed([*items]))]
    return "; ".join(told) or "statements without calls"


def _definitions(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            bases = ", ".join(_shown(base) for base in node.bases[:3])
            yield f"class {node.name}({bases})" if bases else f"class {node.name}"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{node.name}()"


def _called(judge: Judge, calls: Iterable[ast.Call]) -> Iterable[str]:
    """Return the names of what is called, the short ones of builtins as they are."""
    found: dict[str, None] = {}
    for call in calls:
        meanings = judge.called(call) or {_shown(call.func)}
        found.update(dict.fromkeys(sorted(name.removeprefix("builtins.") for name in meanings)))
    return found


def _shown(expression: ast.expr) -> str:
    """Return a name as it is written; anything else stands as dots, since it may be of any size."""
    steps: list[str] = []
    while isinstance(expression, ast.Attribute) and len(steps) < _MOST:
        steps.append(expression.attr)
        expression = expression.value
    steps.append(expression.id if isinstance(expression, ast.Name) else "(...)")
    return ".".join(reversed(steps))[:_LONGEST]


def _listed(items: list[str]) -> str:
    shown = ", ".join(item[:_LONGEST] for item in islice(items, _MOST))
    more = len(items) - _MOST
    return f"{shown} and {more} more" if more > 0 else shown
