"""
What a dtype description in a `.npy` header means: how wide an item is, and whether it holds objects.

A description is what `numpy.lib.format.descr_to_dtype` takes: a string, a (description, shape) pair for a subarray, or a
list of fields. A string that is not understood raises `ValueError`, since NumPy reads more spellings than these.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CODE = re.compile(r"[<>|=]?([A-Za-z?])([0-9]*)(?:\[[0-9A-Za-z/]+\])?\Z")
_OBJECT = re.compile(r"O|object", re.ASCII)
_WIDTHS: Mapping[str, int] = {
    **dict.fromkeys("?bBcSaVU", 1),
    **dict.fromkeys("hHe", 2),
    **dict.fromkeys("iIf", 4),
    **dict.fromkeys("lLqQpPnNdFmMO", 8),
    **dict.fromkeys("DgT", 16),
    "G": 32,
}
_NAMED = re.compile(r"(?:u?int|float|complex)([0-9]+)\Z")
_DEPTH = 64


def holds_objects(descr: object) -> bool:
    """Say whether an item is, or has a field that is, a Python object."""
    return any(_OBJECT.search(code) is not None for code, _ in _leaves(descr, 0))


def item_size(descr: object) -> int:
    """Return the bytes of one item."""
    return sum(_width(code) * count for code, count in _leaves(descr, 0))


def _leaves(descr: object, depth: int) -> Iterator[tuple[str, int]]:
    """Yield (string description, number of times it stands in one item)."""
    if depth > _DEPTH:
        raise ValueError("a dtype nested too deeply")
    if isinstance(descr, str):
        yield descr, 1
    elif isinstance(descr, tuple) and len(descr) == 2:
        for code, count in _leaves(descr[0], depth + 1):
            yield code, count * _product(descr[1])
    elif isinstance(descr, list):
        for field in descr:
            if not isinstance(field, tuple) or len(field) not in (2, 3):
                raise ValueError("a field that is not (name, dtype) or (name, dtype, shape)")
            for code, count in _leaves(field[1], depth + 1):
                yield code, count * (_product(field[2]) if len(field) == 3 else 1)
    else:
        raise ValueError(f"a dtype that is a {type(descr).__name__}")


def _product(shape: object) -> int:
    lengths = shape if isinstance(shape, tuple) else (shape,)
    product = 1
    for length in lengths:
        if not isinstance(length, int) or length < 0:
            raise ValueError("a subarray shape that is not of natural numbers")
        product *= length
    return product


def _width(code: str) -> int:
    if match := _NAMED.match(code):
        return int(match[1]) // 8
    if code in ("bool", "bool_"):
        return 1
    match = _CODE.match(code)
    if match is None:
        raise ValueError(f"the dtype {code[:40]!r}")
    kind, digits = match.groups()
    if kind not in _WIDTHS and not (kind == "u" and digits):
        raise ValueError(f"the dtype {code[:40]!r}")
    if not digits:
        return 0 if kind in "SaUV" else _WIDTHS[kind]
    return int(digits) * (4 if kind == "U" else 1)
