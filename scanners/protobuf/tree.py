"""Walk messages in messages by a table of fields, each of them once and by offset: graphs in graphs, at any depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.formats import Malformed
from scanners.protobuf.wire import BYTES, Span, fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.protobuf.wire import Field
    from scanners.sources import Source

    Children = Mapping[str, Mapping[int, str]]
    """Message -> field -> the message in it."""
    Texts = Mapping[str, Mapping[int, str]]
    """Message -> field -> what the text in it is called."""

DEEPEST = 100
"""Nested messages that the C++ and Python parsers allow by default; a deeper one is loaded by nobody."""
LONGEST_TEXT = 1 << 16
"""Bytes of a name, key or path that are looked at."""


class Message:
    """One message that has been walked to its end."""

    __slots__ = ("_texts", "fields", "kind", "outer", "span")

    def __init__(self, source: Source, kind: str, span: Span, outer: Message | None) -> None:
        self.kind = kind
        self.span = span
        self.outer = outer
        """The message around it."""
        self.fields = fields(source, span)
        self._texts: dict[str, str] = {}

    def text(self, name: str) -> str:
        """Return a text of the message, empty where it has none; the last one counts, as in every parser."""
        return self._texts.get(name, "")

    def note(self, source: Source, field: Field, name: str) -> None:
        """Keep a text; of a long one the beginning."""
        self._texts[name] = read_text(source, field.span)


def read_text(source: Source, span: Span) -> str:
    """Return a text, of a long one the beginning; what is no UTF-8 stands as surrogates."""
    return source.read(span.start, min(LONGEST_TEXT, span.end - span.start)).decode("utf-8", "surrogateescape")


def walk(source: Source, root: str, children: Children, texts: Texts) -> Iterator[Message]:
    """
    Yield every message of the tables behind the messages in it; messages without fields in the tables are not walked.

    Raises `Malformed` where the bytes are no messages, or nested deeper than any parser follows.
    """
    stack = [Message(source, root, Span(0, source.size), None)]
    while stack:
        message = stack[-1]
        inner = _next(source, message, children.get(message.kind, {}), texts.get(message.kind, {}))
        if inner is None:
            yield stack.pop()
        elif len(stack) == DEEPEST:
            raise Malformed(inner.span.start, f"at most {DEEPEST} nested messages", "one more")
        else:
            stack.append(inner)


def _next(source: Source, message: Message, children: Mapping[int, str], texts: Mapping[int, str]) -> Message | None:
    """Return the next message in a message, None at its end."""
    for field in message.fields if children or texts else ():
        if field.wire != BYTES:
            continue
        if (kind := children.get(field.number)) is not None:
            return Message(source, kind, field.span, message)
        if (name := texts.get(field.number)) is not None:
            message.note(source, field, name)
    return None
