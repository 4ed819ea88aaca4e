"""The schema inside a skops file: JSON whose objects name the classes that loading makes (see `scanners.skops`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.skops import MAX_SCHEMA_BYTES, judge_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded, Finding, Gap
    from scanners.formats import Part


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what loading by this schema would import; raise `BudgetExceeded` for one that is too long to hold."""
    yield from judge_schema(part.source.read(0, MAX_SCHEMA_BYTES + 1), part.allowed_imports)
