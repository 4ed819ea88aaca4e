"""Which imports a run may recall, and for what: where there is nothing to report."""

from __future__ import annotations

from scanners.records import Record


class Classes(Record):
    """Memo indices of imports that objects in a run may be instances of."""

    made: frozenset[int] = frozenset()
    """By NEWOBJ."""
    called: frozenset[int] = frozenset()
    """By REDUCE as well."""
    watched: frozenset[int] = frozenset()
    """Memo indices of what a run must not recall for anything else."""


NONE = Classes()
