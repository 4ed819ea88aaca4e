"""The text format is read as the protobuf library reads it."""

import re
from typing import Any

import pytest
from google.protobuf import text_format
from hypothesis import given
from hypothesis import strategies as st

from scanners.formats import Malformed
from scanners.protobuf import text as text_module
from scanners.protobuf.messages import Messages
from scanners.protobuf.text import rewrite
from scanners.protobuf.wire import Span
from scanners.sources import BytesSource

SCHEMA = {
    "Outer": {"name": (1, "text"), "items": (2, "Inner*"), "counts": (3, "number*"), "names": (4, "text*")},
    "Inner": {"label": (1, "text"), "outer": (2, "Outer"), "count": (7, "number")},
}
MESSAGES = Messages("weighbridge.test", SCHEMA)


_LINES = (
    'name: "a"',
    'name: "a" "b"',
    'name: "a"\n  "b"',
    'name: "a\\n"',
    "name: 'a'",
    "items {",
    "items: {",
    "items <",
    "unknown {",
    "unknown: ENUMERATOR",
    "outer {",
    'label: "b" # so called',
    "count: 7",
    "count: -7",
    "count: 0x1F",
    "count: 1 2",
    "counts: [1, 2]",
    "counts: 1; counts: 2",
    "# nothing",
    "}",
    "} }",
    ">",
    "name",
    "name:",
    "a.b: 1",
    "[a.b] {",
)


def parsed(text: bytes) -> Any:
    """Rewrite a text and parse what came of it."""
    wire = rewrite(text, "Outer", SCHEMA)
    return MESSAGES.parse("Outer", BytesSource(wire), Span(0, len(wire)))


def by_the_library(text: bytes) -> Any:
    """Parse a text by the library."""
    message = MESSAGES.parse("Outer", BytesSource(b""), Span(0, 0))
    return text_format.Parse(text, message)


@pytest.mark.parametrize(
    "text",
    [
        b'name: "a" items { label: "b" count: -7 }',
        b"name: 'a' \"b\"\n 'c', items: < label: 'x' >; items { }",
        b"counts: [1, 2, 0x1F] counts: 017 names: ['a', \"b\"] names: []",
        b'items [ { label: "a" }, < outer { name: "deep" items { count: 1 } } > ]',
        b'# comment { "\nname: "\\x41\\102\\n\\t\\\\\\"\\u00e9\\U0001F600" # end',
        b'name: "last" name: "wins"'[:12],
    ],
)
def test_spellings(text: bytes) -> None:
    """Quotes, joined strings, lists, brackets, comments, escapes."""
    assert parsed(text) == by_the_library(text)


def test_unknown_fields_are_dropped_whole() -> None:
    """The rest of the schema is read past, extensions and any-messages included."""
    text = b'x { a: 1 b: "}" c < d: inf > } y: [1.5e3, -2] [google.com/a.B] { z: -nan } e: ENUM name: "kept" f: -1.0f'
    assert parsed(text).name == b"kept"


@pytest.mark.parametrize(
    "text",
    [
        b"{",
        b"name",
        b"name:",
        b'name: "a',
        b"items {",
        b"items { >",
        b"items [ {",
        b"}",
        b"name: }",
        b"name: \x00",
        b"items {" * 200,
    ],
)
def test_what_is_no_text_is_malformed(text: bytes) -> None:
    """Broken off, unbalanced, too deep."""
    with pytest.raises(Malformed):
        parsed(text)


_INNER = st.builds(dict, label=st.binary(max_size=9), count=st.integers(-(2**63), 2**63 - 1))


@given(st.binary(max_size=20), st.lists(_INNER, max_size=4), st.lists(st.integers(-(2**63), 2**63 - 1), max_size=4))
def test_what_the_library_prints_is_read(name: bytes, items: list[dict[str, Any]], counts: list[int]) -> None:
    """Printing by the library and reading here gives the message back."""
    message = MESSAGES.parse("Outer", BytesSource(b""), Span(0, 0))
    message.name = name
    message.counts.extend(counts)
    for item in items:
        message.items.add(**item)
    assert parsed(text_format.MessageToString(message).encode()) == message


@given(st.text(alphabet="ab:{}<>[]\"'\\# \n,;-1.", max_size=60))
def test_any_text(text: str) -> None:
    """Only `Malformed` is raised, and what the library takes is taken."""
    try:
        parsed(text.encode())
    except Malformed:
        with pytest.raises(text_format.ParseError):
            text_format.Parse(text, MESSAGES.parse("Outer", BytesSource(b""), Span(0, 0)), allow_unknown_field=True)


@given(st.lists(st.sampled_from(_LINES), max_size=12).map("\n".join))
def test_printed_lines_are_read_as_their_tokens_are(text: str) -> None:
    """The short way through what printers write comes to the same as the long one, and refuses the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_module, "_PLAIN", re.compile(rb"(?!)"))
        by_tokens = _rewritten(text.encode())
    assert _rewritten(text.encode()) == by_tokens


def _rewritten(text: bytes) -> bytes | None:
    try:
        return rewrite(text, "Outer", SCHEMA)
    except Malformed:
        return None
