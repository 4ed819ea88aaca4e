"""
A graph by itself: GraphDef, as frozen graphs are saved, and MetaGraphDef, the `.meta` file of a checkpoint.

https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/graph.proto
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.protobuf.wire import Span
from scanners.tensorflow.graph import judge_graph
from scanners.tensorflow.meta_graph import judge_meta_graph
from scanners.tensorflow.paths import Given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded, Finding, Gap
    from scanners.formats import Part


def read(part: Part) -> Iterator[Finding]:
    """Yield what is wrong with a GraphDef."""
    span = Span(0, part.source.size)
    yield from judge_graph(part.source, [span], Given(), part.allowed_imports)


def read_meta_graph(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what is wrong with a MetaGraphDef."""
    yield from judge_meta_graph(part.source, Span(0, part.source.size), part.allowed_imports)
