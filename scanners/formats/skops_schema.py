"""The schema inside a skops file: JSON whose objects name the classes that loading makes (see `scanners.skops`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.findings import Finding, Gap, Reason
from scanners.skops import judge_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded
    from scanners.formats import Part

MAX_SCHEMA_BYTES = 16 << 20
"""A schema costs about six times its size in memory; a forest of a thousand trees has some five megabytes."""


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what loading by this schema would import."""
    text = part.source.read(0, MAX_SCHEMA_BYTES + 1)
    if len(text) > MAX_SCHEMA_BYTES:
        yield Gap(reason=Reason.BUDGET, detail=f"a schema of more than {MAX_SCHEMA_BYTES:,} bytes is not parsed")
        return
    yield from judge_schema(text, part.allowed_imports)
