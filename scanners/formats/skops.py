"""
skops files (`.skops`): a ZIP of `schema.json` and the arrays it names.

The structure is read by `scanners.archives.zip_walk`. The schema says which classes are made of what; arrays are NumPy's, and are
told by their content. https://skops.readthedocs.io/en/stable/persistence.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.archives.names import folded
from scanners.archives.zip_walk import walk
from scanners.formats import Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded, Finding, Gap
    from scanners.formats import Part


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what is wrong with the archive, and its members."""
    yield from walk(part.source, part.budget, declare)


def declare(name: str) -> Format | None:
    """Say what skops takes a member for."""
    return Format.SKOPS_SCHEMA if folded(name) == "schema.json" else None
