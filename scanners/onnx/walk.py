"""Walk the messages of an ONNX model, subgraphs and functions at any depth, each of them once and by offset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.formats import Malformed
from scanners.onnx.schema import CHILDREN, LONGEST_TEXT, TEXTS, Kind
from scanners.protobuf.wire import BYTES, Span, fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.protobuf.wire import Field
    from scanners.sources import Source

DEEPEST = 100
"""Nested messages that the C++ and Python parsers allow by default; a deeper one is loaded by nobody."""


class Message:
    """One message that has been walked to its end."""

    __slots__ = ("_texts", "fields", "kind", "outer", "span")

    def __init__(self, source: Source, kind: Kind, span: Span, outer: Message | None) -> None:
        self.kind = kind
        self.span = span
        self.outer = outer
        """The message around it."""
        self.fields = fields(source, span)
        self._texts: dict[str, str] = {}

    def text(self, name: str) -> str:
        """Return a text of the message, empty where it has none; the last one counts, as in every parser."""
        return self._texts.get(name, "")

    def note(self, source: Source, field: Field) -> None:
        """Keep a field if it is one of the texts that are asked for; of long ones the beginning."""
        if (name := TEXTS.get(self.kind, {}).get(field.number)) is not None:
            data = source.read(field.start, min(LONGEST_TEXT, field.end - field.start))
            self._texts[name] = data.decode("utf-8", "surrogateescape")


def walk(source: Source) -> Iterator[Message]:
    """Yield every message of a model behind the messages in it; raise `Malformed` where the bytes are none."""
    stack = [Message(source, Kind.MODEL, Span(0, source.size), None)]
    while stack:
        message = stack[-1]
        inner = _next(source, message)
        if inner is None:
            yield stack.pop()
        elif len(stack) == DEEPEST:
            raise Malformed(inner.span.start, f"at most {DEEPEST} nested messages", "one more")
        else:
            stack.append(inner)


def _next(source: Source, message: Message) -> Message | None:
    """Return the next message in a message, None at its end."""
    if message.kind is Kind.TENSOR:
        return None
    children = CHILDREN[message.kind]
    for field in message.fields:
        if field.wire != BYTES:
            continue
        if (kind := children.get(field.number)) is not None:
            return Message(source, kind, field.span, message)
        message.note(source, field)
    return None
