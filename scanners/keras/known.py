"""The exact Keras classes and functions that configurations may name, from the generated table beside this file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Known(NamedTuple):
    """The table, as the judgement asks for it."""

    classes: frozenset[str]
    """Dotted names, of the defining modules and of the exports."""
    functions: frozenset[str]
    class_names: frozenset[str]
    """Last components: HDF5 files of older versions name classes by these alone."""
    function_names: frozenset[str]


@cache
def known() -> Known:
    """Return the table; it is read once, when a configuration is first judged."""
    dotted: dict[str, set[str]] = {"class": set(), "function": set()}
    bare: dict[str, set[str]] = {"class": set(), "function": set()}
    for line in files(__package__).joinpath("known.txt").read_text("ascii").splitlines():
        kind, module, *names = line.split(" ")
        if kind in dotted:
            dotted[kind].update(f"{module}.{name}" for name in names)
            bare[kind].update(names)
    return Known(*map(frozenset, (dotted["class"], dotted["function"], bare["class"], bare["function"])))
