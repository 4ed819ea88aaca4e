"""
Tell ONNX models by their shape: the wire format has no signature, and fields may come in any order.

Fields of other types and numbers may stand in between: every parser steps over them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.formats import Malformed
from scanners.onnx.schema import GRAPH, IR_VERSION, OPSET_IMPORT
from scanners.pages import PagedSource
from scanners.protobuf.wire import BYTES, VARINT, Span, fields

if TYPE_CHECKING:
    from scanners.sources import Source

_PAGES = 8
_OF_A_GRAPH = frozenset({1, 2, 5, 10, 11, 12, 13, 14, 15, 16})
"""Fields of GraphProto, all of them texts or messages."""
_OF_A_SET = frozenset({1, 2})


def is_model(source: Source) -> bool:
    """Say whether a part is a ModelProto: a version or sets of operators, and a graph."""
    source = PagedSource(source, _PAGES)
    versioned = graph = False
    try:
        for field in fields(source, Span(0, source.size)):
            versioned |= field.number == IR_VERSION and field.wire == VARINT
            versioned |= field.number == OPSET_IMPORT and field.wire == BYTES and _has(source, field.span, _OF_A_SET)
            graph |= field.number == GRAPH and field.wire == BYTES and _has(source, field.span, _OF_A_GRAPH)
            if versioned and graph:
                return True
    except Malformed:
        return False
    return False


def _has(source: Source, span: Span, numbers: frozenset[int]) -> bool:
    """Say whether a message has a field of the numbers; of other ones it may have any, also in front of it."""
    try:
        return any(field.number in numbers for field in fields(source, span))
    except Malformed:
        return False
