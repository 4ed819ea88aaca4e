"""CatBoost's models in `.cbm`: a FlatBuffer of trees, then tables of categories. See `scanners.boosting.catboost`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.boosting.catboost import judge_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded, Finding, Gap
    from scanners.formats import Part


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what does not fit in the trees."""
    yield from judge_model(part.source)
