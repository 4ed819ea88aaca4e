"""The nodes of graphs and functions: name, op and inputs of each; attributes and constants of the few that are asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scanners.protobuf.messages import LEAF, Messages
from scanners.protobuf.wire import BYTES, Span, fields
from scanners.tensorflow.schema import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.sources import Source

MESSAGES = Messages("weighbridge.tensorflow", SCHEMA)
_NAME, _OP, _INPUT, _ATTR = (SCHEMA["NodeDef"][field][0] for field in ("name", "op", "input", "attr"))
_KEY, _VALUE = (SCHEMA["AttrEntry"][field][0] for field in ("key", "value"))


class Node(NamedTuple):
    """One operation of a graph or function."""

    name: str
    op: str
    inputs: tuple[str, ...]
    """As written: `node`, `node:1`, `node:output:0` or, for a control dependency, `^node`."""
    span: Span


def text(data: bytes) -> str:
    """Return a name of the file as text that can be compared and shown."""
    return data.decode("utf-8", "surrogateescape")


def children(source: Source, span: Span, number: int) -> Iterator[Span]:
    """Yield the places of the messages in one field."""
    return (field.span for field in fields(source, span) if field.number == number and field.wire == BYTES)


def read_node(source: Source, span: Span) -> Node:
    """Read a node, of any size."""
    if span.end - span.start <= LEAF:
        head = MESSAGES.parse("NodeHead", source, span)
        return Node(text(head.name), text(head.op), tuple(map(text, head.input)), span)
    texts: dict[int, list[str]] = {_NAME: [""], _OP: [""], _INPUT: []}
    for field in fields(source, span):
        if field.number in texts and field.wire == BYTES:
            texts[field.number].append(text(source.read(field.start, min(LEAF, field.end - field.start))))
    return Node(texts[_NAME][-1], texts[_OP][-1], tuple(texts[_INPUT]), span)


def attribute(source: Source, node: Node, key: str) -> Any:
    """Return an attribute's value, None where the node has none of that name or it is too big to be a small one."""
    wanted = key.encode()
    found = None
    for span in children(source, node.span, _ATTR):
        if span.end - span.start <= LEAF:
            entry = MESSAGES.parse("AttrEntry", source, span)
            if entry.key == wanted:
                found = entry.value
    return found
