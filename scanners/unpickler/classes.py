"""Which objects a run may hold: those of which there is nothing to report, whatever their state."""

from __future__ import annotations

from scanners.records import Record


class Classes(Record):
    """Memo indices of imports that objects in a run may be instances of."""

    made: frozenset[int] = frozenset()
    """By NEWOBJ."""
    called: frozenset[int] = frozenset()
    """By REDUCE as well."""


NONE = Classes()
