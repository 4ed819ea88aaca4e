"""
What Keras 2 notes about the layers of a SavedModel: configurations, as JSON, of which it rebuilds layers.

Classes that Keras does not know are no finding here: it revives such layers from the graph's functions and asks no code of
the file's choice for it. Lambdas, however, are rebuilt from their bytecode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.findings import Finding, Gap, Reason
from scanners.formats import Malformed
from scanners.keras.config import MAX_CONFIG_BYTES
from scanners.keras.judge import judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded
    from scanners.tensorflow.objects import Metadata


def judge_metadata(metadata: Metadata, allowed: frozenset[str]) -> Iterator[Finding | Gap | Embedded]:
    """Yield what is wrong with the configuration of one layer."""
    source, span, where = metadata
    length = span.end - span.start
    if not length:
        return
    if length > MAX_CONFIG_BYTES:
        detail = f"{where}: metadata of {length} bytes; more than {MAX_CONFIG_BYTES} are not read"
        yield Gap(reason=Reason.BUDGET, detail=detail, offset=span.start)
        return
    try:
        for fact in judge(source.read(span.start, length), where, allowed):
            if not isinstance(fact, Finding) or fact.rule != "keras-object-not-recognised":
                yield fact
    except Malformed as error:
        yield Gap(reason=Reason.MALFORMED, detail=f"metadata of {where}: {error}", offset=span.start)
