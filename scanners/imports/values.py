"""What the pickle interpreter knows of a value without making it: the words in which arguments are judged.

A value that is bigger than an argument rule could care about need not be kept: `UNKNOWN` stands for anything, and every
rule treats it as the worst that could be there.
"""

from __future__ import annotations

from typing import NamedTuple


class GlobalValue(NamedTuple):
    """What GLOBAL, STACK_GLOBAL, INST or an extension code imported, as spelt in the stream."""

    module: str
    name: str


class Constant(NamedTuple):
    """A constant held in memory."""

    value: bytes | str | float | None
    """Integers and booleans included."""


class Stretch(NamedTuple):
    """A bytes, bytearray or text constant left where it stands in the part."""

    offset: int
    length: int


class TupleValue(NamedTuple):
    """A tuple whose items are known."""

    items: tuple[Value, ...]


class DictValue(NamedTuple):
    """A dictionary whose items are all known, in order of insertion."""

    items: tuple[tuple[Value, Value], ...]


class Instance(NamedTuple):
    """What calling (REDUCE, OBJ, INST) or making anew (NEWOBJ, NEWOBJ_EX) a global gave."""

    made_by: GlobalValue
    arguments: Value


class Unknown(NamedTuple):
    """Anything at all."""


Value = GlobalValue | Constant | Stretch | TupleValue | DictValue | Instance | Unknown

UNKNOWN = Unknown()
