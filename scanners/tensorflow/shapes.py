"""
Tell TensorFlow's messages by their shape: the wire format has no signature, and fields may come in any order.

Every field of the outermost message is looked at, since fields of other types and numbers may precede those that a loader
reads. Several answers are possible for a file that is made to be two things; all that fit are given.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from scanners.formats import Format, Malformed
from scanners.pages import PagedSource
from scanners.protobuf.wire import BYTES, VARINT, Field, Span, fields
from scanners.sentencepiece import is_piece
from scanners.tensorflow.schema import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.sources import Source

_PAGES = 64
_OP = re.compile(rb"[A-Za-z_][A-Za-z0-9_.>]*\Z")
_KERAS = b"_tf_keras"
_KERAS_FILE = "keras_metadata.pb"
"""What Keras reads beside a SavedModel (keras/saving/legacy/saved_model/constants.py)."""
_GLANCE = 64
"""Functions looked at where a message is what its name says: a graph of nodes alone is searched for functions in vain."""
_SAVED_MODEL, _META_GRAPH = "saved_model.pb", ".meta"
"""The one name that SavedModels are read by, and the suffix that TensorFlow gives meta graphs."""
_FINGERPRINT_BYTES = 512
_FINGERPRINT = {(1, VARINT), (2, VARINT), (3, VARINT), (4, VARINT), (5, VARINT), (6, BYTES), (7, BYTES)}
"""Fields of FingerprintDef: five hashes, a version, an identifier."""
_DEBUG_INFO = frozenset({1, 2, 4, 5, 6})
"""Fields of GraphDebugInfo: files, then traces in its older and its newer form."""
_PATH = re.compile(rb"[\x20-\x7e]*\.py|<[\x20-\x7e]+>")
_LONGEST_PATH = 4096
_NAME, _OP_FIELD = SCHEMA["NodeDef"]["name"][0], SCHEMA["NodeDef"]["op"][0]


def tensorflow_shapes(source: Source, name: str) -> tuple[Format, ...]:
    """Return the formats of TensorFlow that a part called `name` fits, `INERT` for notes beside a SavedModel."""
    found: dict[Format, None] = {}
    source = PagedSource(source, _PAGES)
    try:
        for field in fields(source, Span(0, source.size)):
            if field.wire == BYTES and field.number in (1, 2) and field.end > field.start:
                found.update(dict.fromkeys(_fits(source, field, found, name.casefold())))
    except Malformed:
        return tuple(found)
    if not found and (_is_fingerprint(source) or _is_debug_info(source)):
        return (Format.INERT,)
    return tuple(found)


def _fits(source: Source, field: Field, found: dict[Format, None], name: str) -> Iterator[Format]:
    """Yield what the outermost message is, going by one of its fields; `name` says what else is worth a long search."""
    if field.number == 1:
        if is_piece(source, field.span):
            return
        if Format.TENSORFLOW_GRAPH not in found and _is_node(source, field.span):
            yield Format.TENSORFLOW_GRAPH
        if (
            (name == _KERAS_FILE or not found)
            and Format.KERAS_METADATA not in found
            and _is_keras_object(source, field.span)
        ):
            yield Format.KERAS_METADATA
        return
    saved = _is_meta_graph(source, field.span)
    if saved:
        yield Format.SAVED_MODEL
    expected = saved and name == _SAVED_MODEL
    meta = _is_graph(source, field.span, _GLANCE if expected else None)
    if meta:
        yield Format.TENSORFLOW_META_GRAPH
    expected |= meta and name.endswith(_META_GRAPH)
    if Format.TENSORFLOW_GRAPH not in found and _is_library(source, field.span, _GLANCE if expected else None):
        yield Format.TENSORFLOW_GRAPH


def _inside(source: Source, span: Span, number: int) -> Iterator[Field]:
    """Yield the messages and texts of one number, whatever stands in front of them; it ends where the bytes are no message."""
    try:
        yield from (field for field in fields(source, span) if field.number == number and field.wire == BYTES)
    except Malformed:
        return


def _whole(source: Source, span: Span) -> list[Field]:
    """Return the fields of a message, none where it is no message to its end."""
    try:
        return list(fields(source, span))
    except Malformed:
        return []


def _is_node(source: Source, span: Span) -> bool:
    """NodeDef: a name and an op, of several the last."""
    named = operated = False
    for field in _whole(source, span):
        named |= field.number == _NAME and field.wire == BYTES
        operated |= field.number == _OP_FIELD and _is_op(source, field)
    return named and operated


def _is_op(source: Source, field: Field) -> bool:
    length = field.end - field.start
    return field.wire == BYTES and 0 < length < 256 and _OP.match(source.read(field.start, length)) is not None


def _is_graph(source: Source, span: Span, most: int | None = None) -> bool:
    """GraphDef: nodes or functions, of which at `most` so many are looked at."""
    return any(_is_node(source, node.span) for node in _inside(source, span, 1)) or any(
        _is_library(source, library.span, most) for library in _inside(source, span, 2)
    )


def _is_library(source: Source, span: Span, most: int | None = None) -> bool:
    """FunctionDefLibrary: functions, each a signature with a name, and nodes; at `most` so many are looked at."""
    return any(_is_function(source, function.span) for function in islice(_inside(source, span, 1), most))


def _is_function(source: Source, span: Span) -> bool:
    signed = next(_inside(source, span, 1), None) is not None
    return signed and any(_is_node(source, node.span) for node in _inside(source, span, 3))


def _is_meta_graph(source: Source, span: Span) -> bool:
    """MetaGraphDef: a graph, and what goes with it."""
    return any(_is_graph(source, graph.span) for graph in _inside(source, span, 2))


def _is_keras_object(source: Source, span: Span) -> bool:
    """SavedObject of `keras_metadata.pb`: its identifier begins as all of Keras's do."""
    return any(source.read(name.start, len(_KERAS)) == _KERAS for name in _inside(source, span, 4))


def _is_fingerprint(source: Source) -> bool:
    if not 0 < source.size <= _FINGERPRINT_BYTES:
        return False
    found = {(field.number, field.wire) for field in _whole(source, Span(0, source.size))}
    return len(found) > 2 and found <= _FINGERPRINT


def _is_debug_info(source: Source) -> bool:
    """
    Say whether a message is the debug information of a SavedModel: names of source files, and where nodes were made.

    All fields are texts or messages (tensorflow/core/framework/graph_debug_info.proto); no loader runs anything of it.
    """
    files = 0
    for field in fields(source, Span(0, source.size)):
        if field.wire != BYTES or field.number not in _DEBUG_INFO:
            return False
        if field.number == 1:
            files += 1
            if (
                field.end - field.start > _LONGEST_PATH
                or _PATH.fullmatch(source.read(field.start, field.end - field.start)) is None
            ):
                return False
        elif field.end > field.start and not _whole(source, field.span):
            return False
    return files > 0
