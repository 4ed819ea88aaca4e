"""
XGBoost's models in JSON and in UBJSON.

Both hold the same objects (https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html), which `scanners.boosting.xgboost`
holds against each other. What the trees decide is not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.boosting.ubjson import Reader
from scanners.boosting.xgboost import MAX_JSON_BYTES, judge_model
from scanners.cursor import Cursor
from scanners.findings import Embedded, Finding, Gap
from scanners.formats import Format, Malformed
from scanners.json_documents import parse
from scanners.sources import SliceSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.formats import Part


def read_json(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what is wrong with a model in JSON."""
    document = parse(part.source.read(0, MAX_JSON_BYTES + 1), "a model of XGBoost", MAX_JSON_BYTES)
    yield from judge_model(document.root, document.repeated)


def read_ubjson(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what is wrong with a model in UBJSON, and bytes behind it."""
    cursor = Cursor(part.source)
    reader = Reader(cursor)
    root = reader.value()
    if not isinstance(root, dict):
        raise Malformed(0, "an object", type(root).__name__)
    yield from judge_model(root, reader.repeated)
    if cursor.left():
        evidence = f"{cursor.left()} bytes behind the model"
        yield Finding(rule="boosted-trees-disagree", evidence=evidence, name="end", offset=cursor.position)
        rest = SliceSource(part.source, cursor.position, cursor.left())
        yield Embedded(source=rest, member=f"<bytes from {cursor.position}>", format=Format.TENSOR_DATA)
