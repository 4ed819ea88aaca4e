"""
SavedModel: `saved_model.pb`, a list of meta graphs.

Ops are judged by `scanners.tensorflow` in graphs and functions; constants are stepped over by offset. Variables and assets
are files of their own beside it. https://www.tensorflow.org/guide/saved_model
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.protobuf.wire import Span
from scanners.tensorflow.meta_graph import judge_meta_graph
from scanners.tensorflow.nodes import children
from scanners.tensorflow.schema import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded, Finding, Gap
    from scanners.formats import Part

_META_GRAPHS = SCHEMA["SavedModel"]["meta_graphs"][0]


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what is wrong with each meta graph."""
    for span in children(part.source, Span(0, part.source.size), _META_GRAPHS):
        part.budget.spend_member()
        yield from judge_meta_graph(part.source, span, part.allowed_imports)
