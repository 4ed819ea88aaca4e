"""Every rule a finding can name. Identity is the id; words are rendered from here and never matched.

Each module of this package is one homogeneous table for one family of formats; `RULES` is their union and refuses
two rules with one id.
"""

from __future__ import annotations

from scanners.rules import (
    archives,
    directory,
    files,
    graphs,
    keras,
    models,
    pickles,
    python,
    templates,
    tensorflow,
    tensors,
)
from scanners.rules.rule import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLES = (
    archives.TABLE,
    files.TABLE,
    pickles.TABLE,
    tensors.TABLE,
    keras.TABLE,
    tensorflow.TABLE,
    directory.TABLE,
    python.TABLE,
    templates.TABLE,
    models.TABLE,
    graphs.TABLE,
)


def _union() -> Mapping[str, Rule]:
    rules: dict[str, Rule] = {}
    for table in _TABLES:
        for rule in table:
            if rule.id in rules:
                raise ValueError(f"two rules are called {rule.id}")
            rules[rule.id] = rule
    return rules


RULES: Mapping[str, Rule] = _union()

__all__ = ["RULES", "Rule"]
