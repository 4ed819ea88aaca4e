"""The names known to be dangerous, each with a reason: they decide severity and wording, never what passes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scanners.imports.denylist.denial import Denial


def _index(denials: Iterable[Denial]) -> Mapping[str, Denial]:
    return {name: denial for denial in denials for name in denial.names}


@cache
def modules() -> Mapping[str, Denial]:
    """Return the modules that are denied with everything in and below them."""
    from scanners.imports.denylist import libraries, standard_library

    return _index((*standard_library.MODULES, *libraries.MODULES))


@cache
def names() -> Mapping[str, Denial]:
    """Return the single names that are denied."""
    from scanners.imports.denylist import libraries, standard_library

    return _index((*standard_library.NAMES, *libraries.NAMES))


def find_denial(module: str, name: str) -> Denial | None:
    """Return why a name is denied: by itself, by its module, or by what one of its components reaches."""
    parts = (*module.split("."), *name.split("."))
    own = len(module.split("."))
    for start in (0, *range(own, len(parts))):
        for stop in range(start + 1, len(parts) + 1):
            dotted = ".".join(parts[start:stop])
            found = names().get(dotted) or (modules().get(dotted) if stop < len(parts) or start else None)
            if found is not None:
                return found
    return None
