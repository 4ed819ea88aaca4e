"""What the names of a module stand for: imports, aliases, and names that are put together at run time."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from scanners.python_source.constants import folded

if TYPE_CHECKING:
    from collections.abc import Iterable

_BUILTINS = frozenset(dir(builtins)) | {"execfile", "reload", "unicode"}
_DEEPEST = 60
_MEANINGS = 64
_ROUNDS = 3
"""Aliases of aliases of aliases; a longer chain is left alone."""
_GETTER = ".__getattribute__"
_ATTRIBUTE_GETTERS = frozenset({"operator.attrgetter", "operator.methodcaller"})
_IMPORTERS = frozenset({"builtins.__import__", "importlib.import_module", "importlib.__import__"})


class Names:
    """The names of one module, whatever scope they are bound in: a name that may stand for two things stands for both."""

    def __init__(self, nodes: Iterable[ast.AST]) -> None:
        self._meanings: dict[str, set[str]] = {"__builtins__": {"builtins"}}
        self._stars: list[str] = []
        self.imported: dict[str, None] = {}
        """Dotted modules in the order of their imports."""
        self.overloaded = False
        """Whether a name stands for more things than are followed."""
        self._local: set[str] = set()
        assignments: list[tuple[str, ast.expr]] = []
        for node in nodes:
            self._note(node, assignments)
        for _ in range(_ROUNDS):
            for name, value in assignments:
                meanings = self._meanings.setdefault(name, set())
                if len(meanings) <= _MEANINGS:
                    meanings.update(self.resolve(value))

    def _note(self, node: ast.AST, assignments: list[tuple[str, ast.expr]]) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.imported[alias.name] = None
                meaning = alias.name if alias.asname else alias.name.split(".", 1)[0]
                self._meanings.setdefault(alias.asname or meaning, set()).add(meaning)
        elif isinstance(node, ast.ImportFrom):
            self._note_from(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self._local.add(node.name)
        elif isinstance(node, ast.Assign):
            assignments.extend((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.NamedExpr | ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            assignments.append((node.target.id, node.value))

    def _note_from(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        self.imported[module] = None
        for alias in node.names:
            if alias.name == "*":
                self._stars.append(module)
            else:
                joint = "" if module.endswith(".") else "."
                self._meanings.setdefault(alias.asname or alias.name, set()).add(f"{module}{joint}{alias.name}")

    def resolve(self, expression: ast.expr, depth: int = 0) -> frozenset[str]:
        """Return the dotted names that an expression may stand for; none where that cannot be told."""
        if depth > _DEEPEST:
            return frozenset()
        match expression:
            case ast.Name():
                found = self._name(expression.id)
            case ast.Attribute():
                found = _joined(self.resolve(expression.value, depth + 1), expression.attr)
            case ast.Call():
                found = self._call(expression, depth)
            case ast.Subscript():
                found = self._item(expression, depth)
            case ast.NamedExpr():
                found = self.resolve(expression.value, depth + 1)
            case ast.IfExp():
                found = self.resolve(expression.body, depth + 1) | self.resolve(expression.orelse, depth + 1)
            case ast.BoolOp():
                found = frozenset().union(*(self.resolve(value, depth + 1) for value in expression.values))
            case _:
                found = frozenset()
        return self._bounded(found)

    def _bounded(self, found: frozenset[str]) -> frozenset[str]:
        """Return no more meanings than people give to a name; source with more of them is noted."""
        if len(found) <= _MEANINGS:
            return found
        self.overloaded = True
        return frozenset(sorted(found)[:_MEANINGS])

    def _name(self, name: str) -> frozenset[str]:
        meanings = self._meanings.get(name)
        if meanings:
            return frozenset(meanings)
        if name in self._local:
            return frozenset()
        if name in _BUILTINS:
            return frozenset({f"builtins.{name}"})
        return (
            frozenset()
            if name.startswith("_")
            else frozenset(f"{module}.{name}" for module in self._stars[: _MEANINGS + 1])
        )

    def _call(self, call: ast.Call, depth: int) -> frozenset[str]:
        """Return what an import by name, or an attribute by name, stands for."""
        callees = self.resolve(call.func, depth + 1)
        if not call.args:
            return frozenset({"builtins"} if "builtins.globals" in callees else ())
        if callees & _IMPORTERS:
            name = folded(call.args[0])
            return frozenset({name} if name else ())
        if "builtins.getattr" in callees and len(call.args) > 1:
            name = folded(call.args[1])
            return _joined(self.resolve(call.args[0], depth + 1), name) if name else frozenset()
        if found := self._getters(call, callees, depth):
            return found
        if "builtins.vars" in callees:
            return _joined(self.resolve(call.args[0], depth + 1), "__dict__")
        return frozenset()

    def _getters(self, call: ast.Call, callees: frozenset[str], depth: int) -> frozenset[str]:
        """Return what `os.__getattribute__("system")` and `operator.attrgetter("system")(os)` stand for."""
        name = folded(call.args[0])
        holders = {callee.removesuffix(_GETTER) for callee in callees if callee.endswith(_GETTER)}
        if name and holders:
            return _joined(holders, name)
        getter = call.func
        if isinstance(getter, ast.Call) and getter.args and _ATTRIBUTE_GETTERS & self.resolve(getter.func, depth + 1):
            attribute = folded(getter.args[0])
            return _joined(self.resolve(call.args[0], depth + 1), attribute) if attribute else frozenset()
        return frozenset()

    def _item(self, item: ast.Subscript, depth: int) -> frozenset[str]:
        """Return what stands in a module's dictionary, or in the dictionary of modules, under a name."""
        name = folded(item.slice)
        if not name:
            return frozenset()
        found: set[str] = set()
        for holder in self.resolve(item.value, depth + 1):
            if holder == "sys.modules":
                found.add(name)
            elif holder == "builtins":
                found |= self._name(name)
            elif holder.endswith(".__dict__"):
                found.add(f"{holder.removesuffix('.__dict__')}.{name}")
        return frozenset(found)


def _joined(names: Iterable[str], attribute: str) -> frozenset[str]:
    return frozenset(f"{name}.{attribute}" for name in names)
