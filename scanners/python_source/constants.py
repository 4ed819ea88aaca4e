"""Texts that source puts together from constants, so that a search does not find them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_DEEPEST = 60
_LONGEST = 4096


def folded(expression: ast.expr, depth: int = 0) -> str | None:
    """Return the text that an expression of constants gives, None for any other."""
    if depth > _DEEPEST:
        return None
    match expression:
        case ast.Constant():
            text = _plain(expression.value)
        case ast.BinOp(op=ast.Add()):
            text = _concatenated((expression.left, expression.right), depth)
        case ast.JoinedStr():
            text = _concatenated(expression.values, depth)
        case ast.FormattedValue():
            text = folded(expression.value, depth + 1)
        case ast.Subscript() if _reverses(expression.slice):
            text = (folded(expression.value, depth + 1) or "")[::-1] or None
        case ast.Call():
            text = _folded_call(expression, depth)
        case _:
            text = None
    return text


def _plain(value: object) -> str | None:
    if isinstance(value, bytes):
        return value[:_LONGEST].decode("latin-1")
    return value[:_LONGEST] if isinstance(value, str) else None


def _concatenated(parts: Iterable[ast.expr], depth: int) -> str | None:
    texts = [folded(part, depth + 1) for part in parts]
    return None if None in texts else "".join(filter(None, texts))[:_LONGEST]


def _reverses(index: ast.expr) -> bool:
    return isinstance(index, ast.Slice) and isinstance(index.step, ast.UnaryOp) and index.lower is index.upper is None


def _folded_call(call: ast.Call, depth: int) -> str | None:
    """Fold `chr(111)`, `str("os")`, `"".join([...])` and `b"os".decode()`."""
    if isinstance(call.func, ast.Name) and len(call.args) == 1:
        return _folded_function(call.func.id, call.args[0], depth)
    if not isinstance(call.func, ast.Attribute):
        return None
    text = folded(call.func.value, depth + 1)
    if text is None:
        return None
    if call.func.attr == "join" and len(call.args) == 1:
        return _folded_join(text, call.args[0], depth)
    return {"decode": text, "lower": text.lower(), "strip": text.strip()}.get(call.func.attr)


def _folded_function(name: str, argument: ast.expr, depth: int) -> str | None:
    if name == "str":
        return folded(argument, depth + 1)
    value = argument.value if isinstance(argument, ast.Constant) else None
    return chr(value) if name == "chr" and isinstance(value, int) and 0 <= value < 0x110000 else None


def _folded_join(glue: str, pieces: ast.expr, depth: int) -> str | None:
    texts = [folded(item, depth + 1) for item in pieces.elts] if isinstance(pieces, ast.List | ast.Tuple) else [None]
    return None if None in texts else glue.join(filter(None, texts))[:_LONGEST]


def is_put_together(expression: ast.expr) -> bool:
    """Say whether a name in an expression is not written down but put together from pieces."""
    return any(_built(node) for node in _bounded(expression))


def _built(node: ast.AST) -> bool:
    named = node.args[:2] if isinstance(node, ast.Call) else [node.slice] if isinstance(node, ast.Subscript) else []
    return any(
        not isinstance(part, ast.Constant | ast.Name | ast.Attribute) and folded(part) is not None for part in named
    )


def _bounded(expression: ast.expr) -> Iterator[ast.AST]:
    for count, node in enumerate(ast.walk(expression)):
        if count > 1000:
            return
        yield node
