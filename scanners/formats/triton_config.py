"""Triton's model configuration, told from TensorFlow's texts by its first field and its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.directory.triton import judge_config
from scanners.limits import BudgetExceeded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Finding
    from scanners.formats import Part

_LIMIT = 4 << 20
"""Bytes; a configuration has a few hundred lines."""


def read(part: Part) -> Iterator[Finding]:
    """Yield what the configuration has the server run or open."""
    text = part.source.read(0, _LIMIT + 1)
    if len(text) > _LIMIT:
        raise BudgetExceeded("bytes of Triton configuration", _LIMIT)
    yield from judge_config(text)
