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
    registered: frozenset[str]
    """Classes as `register_keras_serializable` calls them, package and name."""


@cache
def known() -> Known:
    """Return the table; it is read once, when a configuration is first judged."""
    places: dict[str, list[tuple[str, list[str]]]] = {"class": [], "function": [], "registered": []}
    for line in files(__package__).joinpath("known.txt").read_text("ascii").splitlines():
        kind, place, *names = line.split(" ")
        if kind in places:
            places[kind].append((place, names))
    return Known(
        classes=_joined(places["class"], "."),
        functions=_joined(places["function"], "."),
        class_names=frozenset(name for _, names in places["class"] for name in names),
        function_names=frozenset(name for _, names in places["function"] for name in names),
        registered=_joined(places["registered"], ">"),
    )


def _joined(places: list[tuple[str, list[str]]], separator: str) -> frozenset[str]:
    return frozenset(f"{place}{separator}{name}" for place, names in places for name in names)
