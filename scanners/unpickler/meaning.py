"""Values of the machine in the words that `scanners.imports` judges."""

from __future__ import annotations

from scanners.imports import spellings
from scanners.imports.values import (
    UNKNOWN,
    Constant,
    DictValue,
    GlobalValue,
    Instance,
    Stretch,
    TupleValue,
    Value,
)
from scanners.unpickler.values import Bytes, Container, Global, Made, Text

_DEEPEST = 8
"""Levels of nesting that are translated; no rule looks further."""
_MOST = 64
"""Items of one tuple or dict that are translated."""


def translate(value: object, *, mapped: bool, depth: int = 0) -> Value:
    """Translate a value; with `mapped`, imports stand under the name that Python 3 maps them to."""
    if depth > _DEEPEST:
        return UNKNOWN
    match value:
        case None | bool() | int() | str():
            return Constant(value)
        case Bytes() | Text():
            return Stretch(value.offset, value.length)
        case tuple() if len(value) <= _MOST:
            return TupleValue(tuple(translate(item, mapped=mapped, depth=depth + 1) for item in value))
        case Global():
            return GlobalValue(*spelling(value, mapped=mapped))
        case Made():
            return _translate_made(value, mapped=mapped, depth=depth)
        case Container(kind="dict") if value.complete and len(value.items) <= 2 * _MOST:
            items = [translate(item, mapped=mapped, depth=depth + 1) for item in value.items]
            return DictValue(tuple(zip(items[::2], items[1::2], strict=True)))
    return UNKNOWN


def spelling(what: Global, *, mapped: bool) -> tuple[str, str]:
    """Return module and name as written, or as Python 3 maps them."""
    return spellings(what.module, what.name, what.protocol)[-1 if mapped else 0]


def _translate_made(value: Made, *, mapped: bool, depth: int) -> Value:
    if value.by is None:
        return UNKNOWN
    arguments = translate(value.arguments, mapped=mapped, depth=depth + 1)
    return Instance(GlobalValue(*spelling(value.by, mapped=mapped)), arguments)
