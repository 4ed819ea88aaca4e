"""A requirements file of pip, told by its name, since that is what installers go by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.directory.requirements import judge_requirement, lines
from scanners.limits import BudgetExceeded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Finding
    from scanners.formats import Part

_LIMIT = 1 << 20
"""Bytes; a lock file of a large project with hashes stays below."""


def read(part: Part) -> Iterator[Finding]:
    """Yield each line that takes a package from elsewhere than a public index."""
    text = part.source.read(0, _LIMIT + 1)
    if len(text) > _LIMIT:
        raise BudgetExceeded("bytes of requirements", _LIMIT)
    for number, line in lines(text.decode("utf-8-sig", "replace")):
        yield from judge_requirement(line, f"line {number}")
