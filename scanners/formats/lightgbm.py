"""LightGBM's models in text: a header, then each tree in lines of `key=values`. See `scanners.boosting.lightgbm`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.boosting.lightgbm import judge_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded, Finding, Gap
    from scanners.formats import Part


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what does not fit in the trees."""
    yield from judge_model(part.source)
