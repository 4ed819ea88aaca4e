"""
The object graph of a SavedModel: what functions are bound to, and what Keras noted about its layers.

https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/saved_object_graph.proto
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scanners.protobuf.messages import LEAF
from scanners.protobuf.wire import BYTES, Span, fields
from scanners.tensorflow.nodes import MESSAGES, children, text
from scanners.tensorflow.schema import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.sources import Source

_NODES, _FUNCTIONS = (SCHEMA["SavedObjectGraph"][name][0] for name in ("nodes", "concrete_functions"))
_USER, _CONSTANT = (SCHEMA["SavedObject"][name][0] for name in ("user_object", "constant"))
_IDENTIFIER, _METADATA = (SCHEMA["SavedUserObject"][name][0] for name in ("identifier", "metadata"))
_KERAS = "_tf_keras_"


class Metadata(NamedTuple):
    """What Keras noted about one layer: JSON, somewhere in the file."""

    source: Source
    span: Span
    where: str


def bound_inputs(source: Source, graphs: list[Span]) -> Mapping[str, tuple[str | None, ...]]:
    """Return, for each function, the constants that its last arguments are bound to; None for bound things of other kinds."""
    constants: dict[int, str] = {}
    for index, span in enumerate(_objects(source, graphs)):
        for constant in children(source, span, _CONSTANT):
            if constant.end - constant.start <= LEAF:
                constants[index] = text(MESSAGES.parse("SavedConstant", source, constant).operation)
    if not constants:
        return {}
    bound: dict[str, tuple[str | None, ...]] = {}
    for graph in graphs:
        for span in children(source, graph, _FUNCTIONS):
            if span.end - span.start <= LEAF:
                entry = MESSAGES.parse("ConcreteFunctionsEntry", source, span)
                bound[text(entry.key)] = tuple(constants.get(index) for index in entry.value.bound_inputs)
    return bound


def user_objects(source: Source, graphs: list[Span]) -> Iterator[Metadata]:
    """Yield what Keras noted about its layers; TensorFlow 2.5 moved that to a file of its own."""
    for span in _objects(source, graphs):
        for user in children(source, span, _USER):
            identifier, places = "", list[Span]()
            for field in fields(source, user):
                if field.wire == BYTES and field.number == _IDENTIFIER:
                    identifier = text(source.read(field.start, min(LEAF, field.end - field.start)))
                elif field.wire == BYTES and field.number == _METADATA:
                    places.append(field.span)
            if identifier.startswith(_KERAS):
                yield from (Metadata(source, place, identifier) for place in places)


def _objects(source: Source, graphs: list[Span]) -> Iterator[Span]:
    for graph in graphs:
        yield from children(source, graph, _NODES)
