"""
Read the JSON header of a safetensors file entry by entry, in little memory.

What the reference writer writes is matched by one pattern an entry, which costs neither a tree of the whole header nor
objects that are thrown away; whatever is spelt otherwise is read by `json`, as strictly as the reference reader does
(serde_json: no NaN, no surrogates on their own, no numbers that only Python takes).
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from functools import cache

from scanners.formats import Malformed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, NoReturn, TypeGuard

    Entry = tuple[str, "Tensor | Any"]

_SPACE = r"[ \t\n\r]*"
_NUMBER = r"(?:0|[1-9][0-9]{0,18})"
_KEYS = frozenset({"dtype", "shape", "data_offsets"})
MOST_ITEMS = 1 << 64


class Tensor:
    """A well-formed entry, in little room, since a header may have a hundred thousand."""

    __slots__ = ("dtype", "end", "items", "start")

    def __init__(self, start: int, end: int, items: int, dtype: str) -> None:
        """`items` are as many as the shape says, no more than `MOST_ITEMS`."""
        self.start = start
        self.end = end
        self.items = items
        self.dtype = dtype


class Object(dict[str, object]):
    """A JSON object that remembers which keys it had twice."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        counts = Counter(key for key, _ in pairs) if len(self) < len(pairs) else {}
        self.twice = [key for key, count in counts.items() if count > 1]

    def tensor(self) -> Tensor | None:
        """Return the tensor that the object describes, None where it is of another form."""
        dtype, shape, offsets = self.get("dtype"), self.get("shape"), self.get("data_offsets")
        if self.keys() != _KEYS or not isinstance(dtype, str):
            return None
        if not (_naturals(shape) and _naturals(offsets) and len(offsets) == 2):
            return None
        return Tensor(offsets[0], offsets[1], items_of(shape), sys.intern(dtype))


def _naturals(value: object) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(type(item) is int and 0 <= item < MOST_ITEMS for item in value)


def items_of(shape: list[int]) -> int:
    """Return the product, no larger than `MOST_ITEMS`: where it was that large once, no length of zero mends it."""
    items = 1
    for length in shape:
        items *= length
        if items >= MOST_ITEMS:
            return MOST_ITEMS
    return items


@cache
def _entry() -> re.Pattern[str]:
    """Return the pattern of one entry as the reference writer spells it, and of what follows."""
    number, space = _NUMBER, _SPACE
    return re.compile(
        rf'{space}"([^"\\\x00-\x1f]*)"{space}:{space}\{{{space}"dtype"{space}:{space}"(\w+)"{space},'
        rf'{space}"shape"{space}:{space}\[((?:{space}{number}{space}(?:,{space}{number}{space})*)?)\]{space},'
        rf'{space}"data_offsets"{space}:{space}\[{space}({number}){space},{space}({number}){space}\]{space}\}}{space}([,}}])'
    )


def entries(text: str) -> Iterator[Entry]:
    """Yield the entries, a `Tensor` or any other value each; raise `Malformed` where the text is no JSON object."""
    opening = re.compile(rf"{_SPACE}\{{{_SPACE}").match(text)
    if opening is None:
        raise Malformed(8, "a JSON object", text[:20])
    at = opening.end()
    match_entry = _entry().match
    follows = "}" if text.startswith("}", at) else ","
    at += follows == "}"
    while follows == ",":
        match = match_entry(text, at)
        if match is None:
            name, value, at, follows = _spelt_otherwise(text, at)
            yield name, value
            continue
        name, dtype, shape, start, end, follows = match.groups()
        at = match.end()
        lengths = [int(length) for length in shape.split(",")] if shape.strip() else []
        yield name, Tensor(int(start), int(end), items_of(lengths), sys.intern(dtype))
    if text[at:].strip(" \t\n\r"):
        raise Malformed(8 + at, "nothing behind the JSON object", text[at : at + 20])


def _spelt_otherwise(text: str, at: int) -> tuple[str, object, int, str]:
    """Read one entry by `json`; return its name, its value, where it ends, and whether one follows."""
    try:
        name, at = _decoder().raw_decode(text, _skip(text, at))
        if not isinstance(name, str):
            raise Malformed(8 + at, "a key", type(name).__name__)
        value, at = _decoder().raw_decode(text, _skip(text, _sign(text, at, ":")))
    except (ValueError, RecursionError) as error:
        raise Malformed(8 + at, "a JSON header", str(error)[:80]) from error
    at = _skip(text, at)
    if text[at : at + 1] not in (",", "}"):
        raise Malformed(8 + at, "a comma or the end of the object", text[at : at + 20] or "the end")
    return name, value, at + 1, text[at]


def _sign(text: str, at: int, sign: str) -> int:
    at = _skip(text, at)
    if not text.startswith(sign, at):
        raise Malformed(8 + at, sign, text[at : at + 20] or "the end")
    return at + 1


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\n", "\r"):
        at += 1
    return at


@cache
def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse, parse_int=_integer)


def _object(pairs: list[tuple[str, object]]) -> Object | Tensor:
    """Return a tensor's entry in little memory, anything else as it is."""
    holder = Object(pairs)
    return holder if holder.twice else holder.tensor() or holder


def _integer(digits: str) -> int | float:
    """Return a number; one with a sign in front of nothing is none of an index."""
    return float(digits) if digits.startswith("-") else int(digits)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
