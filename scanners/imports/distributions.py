"""Distributions of SciPy: classes that execute source from their state.

Their state holds the source of their argument parser, which `__setstate__` executes. SciPy generates it from the names of
the shape parameters alone, so the few forms it can have are known:
https://github.com/scipy/scipy/blob/v1.13.1/scipy/stats/_distn_infrastructure.py#L617
"""

from __future__ import annotations

import re

from scanners.imports.judgement import HARMLESS, Judgement
from scanners.imports.values import Constant, DictValue, TupleValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanners.imports.values import Value

_ARGUMENT_PARSER = re.compile(
    r"\ndef _parse_args\(self, (?P<shapes>(?:[A-Za-z_]\w*, )*) (?P<places>loc=0(?:, scale=1)?)\):\n"
    r"    return \((?P=shapes)\), (?P<given>loc(?:, scale|, 1)?)\n\n"
    r"def _parse_args_rvs\(self, (?P=shapes) (?P=places), size=None\):\n"
    r"    return self\._argcheck_rvs\((?P=shapes) (?P=given), size=size\)\n\n"
    r"def _parse_args_stats\(self, (?P=shapes) (?P=places), moments='mv'\):\n"
    r"    return \((?P=shapes)\), (?P=given), moments\n",
    re.ASCII,
)
_SHAPES = re.compile(r"[A-Za-z_]\w*(, [A-Za-z_]\w*)*", re.ASCII)
_CONSTRUCTOR_ARGUMENTS = frozenset(
    (
        "momtype",
        "a",
        "b",
        "xtol",
        "badvalue",
        "name",
        "longname",
        "shapes",
        "extradoc",
        "seed",
        "moment_tol",
        "values",
        "inc",
    )
)


def is_distribution(module: str, name: str) -> bool:
    """Say whether a name is a class of SciPy's distributions, which execute source from their state."""
    return module.startswith("scipy.stats.") and name.endswith("_gen") and "." not in name


def distribution_state(state: Value) -> Judgement | None:
    """
    Accept the state of a distribution whose argument parser, which SciPy executes, is the one it generates.

    Before 1.6 the state was a pair of constructor arguments, from which the parser is generated anew, and a random state.
    A newer SciPy that is given such a pair raises, but for a dictionary of two keys, which it would take for an attribute.
    """
    if isinstance(state, TupleValue) and len(state.items) == 2:
        return _constructor_state(state.items[0])
    if not isinstance(state, DictValue):
        return None
    parser: object = None
    for key, value in state.items:
        if not isinstance(key, Constant) or str(key.value).startswith("_attach"):
            return None
        if key.value == "_parse_arg_template":
            parser = value.value if isinstance(value, Constant) else value
    return HARMLESS if isinstance(parser, str) and _ARGUMENT_PARSER.fullmatch(parser) else None


def _constructor_state(arguments: Value) -> Judgement | None:
    if not isinstance(arguments, DictValue) or len(arguments.items) < 3:
        return None
    given = {key.value: value for key, value in arguments.items if isinstance(key, Constant)}
    shapes = given.get("shapes")
    if (
        len(given) < len(arguments.items)
        or not given.keys() <= _CONSTRUCTOR_ARGUMENTS
        or not isinstance(shapes, Constant)
    ):
        return None
    return HARMLESS if shapes.value is None or _SHAPES.fullmatch(str(shapes.value)) else None
