"""
The operations on text and numbers by which templates put hidden names together, in bounded time and memory.

Jinja's own `as_const` would run filters, calls and powers of the template's choice. What is not listed here is not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MAX_LENGTH = 100_000
"""Characters, items, turns of a loop: no template needs more at once, and a server would hang on millions."""
KEPT = 512
"""Characters or items that are kept of a value; of a longer one only the length is known, names being short."""
_MAX_NUMBER = 10**36
_MAX_EXPONENT = 64


class Unknown:
    """The value depends on what the template is given, or on an operation that is not known here."""


class Huge:
    """The value is larger than any template needs."""


class Sized(NamedTuple):
    """Text or a list of which only the length is known."""

    length: int


UNKNOWN: Final = Unknown()
HUGE: Final = Huge()

Constant = str | int | float | list["Constant"] | Sized | None
Value = Constant | Unknown | Huge

_DIRECTIVE = re.compile(r"%(?:\(\w+\))?[-+ #0-9.]{0,4}[sdcxr%]")
_WIDE = re.compile(r"%[-+ #0-9.]*[0-9]{6}|\{[^{}]*:[^{}]*[0-9]{6}")
"""A field of a hundred thousand characters or more, in either kind of formatting."""
_BRACES = re.compile(r"\{\d{0,2}(?::c)?\}")


def keep(value: str | list[Constant]) -> Value:
    """Return a value in little memory."""
    return sized(len(value)) if len(value) > KEPT else value


def written(text: str) -> Value:
    """Return text as it stands in the template, which is never too long: the template is no longer than that."""
    return Sized(min(len(text), MAX_LENGTH)) if len(text) > KEPT else text


def sized(length: int) -> Value:
    """Return what is known of text or a list of this length."""
    return HUGE if length > MAX_LENGTH else Sized(length)


def all_of(values: Sequence[Value]) -> Value:
    """Return values as a list, if all of them are known."""
    if any(isinstance(value, Huge) for value in values):
        return HUGE
    known = [value for value in values if not isinstance(value, Unknown | Huge)]
    return keep(known) if len(known) == len(values) else UNKNOWN


def _length(value: Constant) -> int | None:
    if isinstance(value, str | list):
        return len(value)
    return value.length if isinstance(value, Sized) else None


def concatenate(values: Sequence[Value]) -> Value:
    """Return `a ~ b ~ ...`."""
    known = all_of(values)
    if not isinstance(known, list):
        return known
    if any(isinstance(value, Sized) for value in known):
        return sized(sum(_length(value) or 0 for value in known))
    return keep("".join(str(value) for value in known))


def add(left: Constant, right: Constant) -> Value:
    """Return `left + right`."""
    if isinstance(left, int | float) and isinstance(right, int | float):
        return _number(left + right)
    if isinstance(left, str) and isinstance(right, str):
        return keep(left + right)
    if isinstance(left, list) and isinstance(right, list):
        return keep(left + right)
    lengths = _length(left), _length(right)
    return sized(lengths[0] + lengths[1]) if lengths[0] is not None and lengths[1] is not None else UNKNOWN


def subtract(left: Constant, right: Constant) -> Value:
    """Return `left - right`."""
    return _number(left - right) if isinstance(left, int | float) and isinstance(right, int | float) else UNKNOWN


def multiply(left: Constant, right: Constant) -> Value:
    """Return `left * right`; text and lists repeat."""
    if isinstance(left, int | float) and isinstance(right, int | float):
        return _number(left * right)
    times, value = (left, right) if isinstance(left, int) else (right, left)
    length = _length(value)
    if not isinstance(times, int) or length is None:
        return UNKNOWN
    if length * max(times, 0) > KEPT or not isinstance(value, str | list):
        return sized(length * max(times, 0))
    return value * times


def modulo(left: Constant, right: Constant) -> Value:
    """Return `left % right`, which on text is formatting."""
    if isinstance(left, str):
        return _formatted(left, right if isinstance(right, list) else [right])
    if isinstance(left, int | float) and isinstance(right, int | float) and right:
        return left % right
    return UNKNOWN


def power(left: Constant, right: Constant) -> Value:
    """Return `left ** right`."""
    if not isinstance(left, int) or not isinstance(right, int) or right < 0:
        return UNKNOWN
    return HUGE if right > _MAX_EXPONENT or abs(left) > _MAX_NUMBER else _number(left**right)


def _number(value: float) -> Value:
    return HUGE if abs(value) > _MAX_NUMBER else value


def item(value: Value, place: Value) -> Value:
    """Return `value[place]`."""
    if isinstance(value, str | list) and isinstance(place, int) and -len(value) <= place < len(value):
        return value[place]
    return UNKNOWN


def cut(value: Value, bounds: Sequence[Value]) -> Value:
    """Return `value[start:stop:step]`."""
    whole = [bound for bound in bounds if bound is None or isinstance(bound, int)]
    if not isinstance(value, str | list) or len(whole) != len(bounds) or whole[2] == 0:
        return UNKNOWN
    return value[slice(*whole)]


def _formatted(text: str, values: list[Constant]) -> Value:
    """Apply `%` with plain directives; anything wider or odder is not known."""
    if _WIDE.search(text):
        return HUGE
    if "%" in _DIRECTIVE.sub("", text) or any(isinstance(value, Sized) for value in values):
        return UNKNOWN
    try:
        return keep(text % tuple(values))
    except (TypeError, ValueError, OverflowError, KeyError):
        return UNKNOWN


def _format(value: Constant, values: list[Constant]) -> Value:
    """Apply Jinja's filter, which is `%`, or the method of text, which has braces."""
    if not isinstance(value, str) or any(isinstance(item, Sized) for item in values):
        return UNKNOWN
    if _WIDE.search(value):
        return HUGE
    if not _BRACES.search(value):
        return _formatted(value, values)
    if "{" in _BRACES.sub("", value):
        return UNKNOWN
    try:
        return keep(value.format(*values))
    except (IndexError, KeyError, ValueError, TypeError, OverflowError):
        return UNKNOWN


def _replace(value: Constant, values: list[Constant]) -> Value:
    match value, values:
        case str(), [str() as old, str() as new, *_]:
            return keep(value.replace(old, new))
    return UNKNOWN


def _join(value: Constant, values: list[Constant]) -> Value:
    """Join as the filter does, whose list comes first, or as the method, whose list comes second."""
    match value, values:
        case list(), []:
            return concatenate(value)
        case (list() as items, [str() as separator, *_]) | (str() as separator, [list() as items]):
            return concatenate([part for item in items for part in (separator, item)][1:])
        case str(), []:
            return value
    return UNKNOWN


def _text(change: Callable[[str], str]) -> Callable[[Constant, list[Constant]], Value]:
    return lambda value, values: keep(change(value)) if isinstance(value, str) and not values else UNKNOWN


def _end(place: int) -> Callable[[Constant, list[Constant]], Value]:
    return lambda value, values: UNKNOWN if values or isinstance(value, Sized) else item(value, place)


def _reverse(value: Constant, values: list[Constant]) -> Value:
    return value[::-1] if isinstance(value, str | list) and not values else UNKNOWN


def _list(value: Constant, values: list[Constant]) -> Value:
    return [*value] if isinstance(value, str | list) and not values else UNKNOWN


def _string(value: Constant, values: list[Constant]) -> Value:
    return str(value) if not isinstance(value, list | Sized) and not values else UNKNOWN


def _pad(value: Constant, values: list[Constant]) -> Value:
    match value, values:
        case (str() | Sized(), [int() as width, *_]) if width > MAX_LENGTH:
            return HUGE
    return UNKNOWN


OPERATIONS: Mapping[str, Callable[[Constant, list[Constant]], Value]] = {
    "format": _format,
    "replace": _replace,
    "join": _join,
    "reverse": _reverse,
    "list": _list,
    "string": _string,
    "first": _end(0),
    "last": _end(-1),
    **dict.fromkeys(("center", "ljust", "rjust", "zfill", "indent", "expandtabs"), _pad),
    "lower": _text(str.lower),
    "upper": _text(str.upper),
    "casefold": _text(str.casefold),
    "capitalize": _text(str.capitalize),
    "title": _text(str.title),
    "swapcase": _text(str.swapcase),
    **dict.fromkeys(("strip", "trim"), _text(str.strip)),
    "lstrip": _text(str.lstrip),
    "rstrip": _text(str.rstrip),
    **dict.fromkeys(("safe", "e", "escape", "forceescape"), _text(str)),
}
"""Filters and methods of text, by name."""
