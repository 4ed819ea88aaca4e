"""Which family of formats a rule is about: the table that it stands in names it."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from typing import TYPE_CHECKING, Final

import scanners.rules

if TYPE_CHECKING:
    from collections.abc import Mapping

OTHER: Final = "other"
"""Of a rule that this version does not know: a newer gate's, or none at all."""


def family(rule: str) -> str:
    """Return the family, such as `pickles` or `keras`; `other` for a rule that is not known."""
    return _families().get(rule, OTHER)


@functools.cache
def _families() -> Mapping[str, str]:
    found = {}
    for module in pkgutil.iter_modules(scanners.rules.__path__):
        table = getattr(importlib.import_module(f"{scanners.rules.__name__}.{module.name}"), "TABLE", ())
        found.update({rule.id: module.name for rule in table})
    return found
