"""A package's door that opens one room at a time: names are imported from their modules when they are asked for (PEP 562)."""

from __future__ import annotations

import sys
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def door(package: str, homes: Mapping[str, tuple[str, ...]]) -> Callable[[str], object]:
    """
    Return the `__getattr__` of a package: `homes` says which of its modules exports which names.

    A name must not be that of a module as well, which would be found in its place.
    """

    def look_up(name: str) -> object:
        for module, exports in homes.items():
            if name in exports:
                value = getattr(import_module(f"{package}.{module}"), name)
                setattr(sys.modules[package], name, value)
                return value
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return look_up
