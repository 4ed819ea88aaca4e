"""
The text format of protocol buffers (https://protobuf.dev/reference/protobuf/textformat-spec/), rewritten to the wire format.

Only what the schema names is rewritten; the rest is read and dropped, so that a text of any size becomes a small message
that the readers of the wire format take as it is. Like the parsers, commas and semicolons between fields are skipped,
adjacent strings join, and `<` stands for `{`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from scanners.formats import Malformed
from scanners.protobuf.wire import BYTES, VARINT

if TYPE_CHECKING:
    from scanners.protobuf.messages import Schema

_TOKEN = re.compile(
    rb"""(?P<space>(?:\s|\#[^\n]*)+)
    |(?P<name>[A-Za-z_][A-Za-z0-9_.]*|\[[A-Za-z0-9_./\s-]*\](?=\s*:?\s*[{<]))
    |(?P<number>-?\s*[0-9.][A-Za-z0-9_.+-]*|-\s*[A-Za-z]+)
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<mark>[][{}<>:,;])""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN = re.compile(
    rb"""\s*+(?:
    ([A-Za-z_][A-Za-z0-9_]*+)[ ]?+(?:
        :?+[ ]?+(\{)
        |:[ ]?+(?:("[^"\\\n]*+")(?=[ ]?+\n)(?!\s*["'])|((?:-?+[0-9.][A-Za-z0-9_.+-]*+|[A-Za-z_][A-Za-z0-9_.]*+)(?=[ ]?+\n)))
    )
    |\})""",
    re.VERBOSE,
)
"""A field as printers write it, one to a line and with nothing in its string that is escaped; or the end of a message."""
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_LETTERS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_SEPARATORS = (b",", b";")
_DEEPEST = 100


class _Token(NamedTuple):
    kind: str
    text: bytes
    offset: int


class _Frame:
    """A message that is being read: its type, None for one that is dropped, and what was rewritten of it."""

    __slots__ = ("closing", "message", "number", "written")

    def __init__(self, message: str | None, number: int, closing: bytes) -> None:
        self.message = message
        self.number = number
        self.closing = closing
        self.written = bytearray()


def rewrite(text: bytes, message: str, schema: Schema) -> bytes:
    """Return a text as a message of the schema on the wire; raise `Malformed` where it is none."""
    frames = [_Frame(message, 0, b"")]
    tokens = _Tokens(text)
    while True:
        tokens.position = _plain_fields(text, tokens.position, frames, schema)
        token = next(tokens, None)
        if token is None:
            break
        if token.kind == "name":
            _field(token, tokens, frames, schema)
        elif token.kind == "mark" and token.text == frames[-1].closing:
            _close(frames)
        elif token.text not in _SEPARATORS:
            raise Malformed(token.offset, "a field name", repr(token.text[:40]))
        tokens.go_back()
    if len(frames) > 1:
        raise Malformed(len(text), f"{frames[-1].closing!r}", "the end of the text")
    return bytes(frames[0].written)


def _plain_fields(text: bytes, position: int, frames: list[_Frame], schema: Schema) -> int:
    """Read what is written as printers write it, as far as it goes, and return where that ends: nearly all of a text."""
    while match := _PLAIN.match(text, position):
        name, opening, string, scalar = match.groups()
        frame = frames[-1]
        if name is None:
            if frame.closing != b"}":
                break
            _close(frames)
        else:
            number, type_ = _declared(name, frame, schema)
            if opening is not None:
                _open(number, type_, b"}", frames, position)
            elif string is not None:
                _write(frame, number, type_, string[1:-1])
            else:
                _write(frame, number, type_, scalar)
        position = match.end()
    return position


class _Tokens:
    """The tokens of a text, with one looked at ahead."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._ahead: _Token | None = None
        self.position = 0
        """Where the next token is looked for, unless one was looked at ahead."""

    def __iter__(self) -> _Tokens:
        return self

    def __next__(self) -> _Token:
        token, self._ahead = self._ahead, None
        return token or self._read()

    def peek(self) -> _Token:
        """Return the next token without taking it; one of kind `end` at the end."""
        if self._ahead is None:
            self._ahead = next(self, None)
        return self._ahead or _Token("end", b"", len(self._text))

    def go_back(self) -> None:
        """Forget the token that was looked at ahead."""
        if self._ahead is not None:
            self.position, self._ahead = self._ahead.offset, None

    def _read(self) -> _Token:
        text = self._text
        match = _TOKEN.match(text, self.position)
        if match is not None and match.lastgroup == "space":
            self.position = match.end()
            match = _TOKEN.match(text, self.position)
        if self.position >= len(text):
            raise StopIteration
        if match is None:
            raise Malformed(self.position, "a token of the protobuf text format", repr(text[self.position :][:20]))
        self.position = match.end()
        return _Token(str(match.lastgroup), match.group(), match.start())


def _field(name: _Token, tokens: _Tokens, frames: list[_Frame], schema: Schema) -> None:
    """Read what follows a field name: a value, a list of values, or the beginning of a message."""
    number, type_ = _declared(name.text, frames[-1], schema)
    if tokens.peek().text == b":":
        next(tokens)
    if tokens.peek().text == b"[":
        next(tokens)
        _list(name, number, type_, tokens, frames, schema)
    else:
        _value(name, number, type_, tokens, frames)


def _declared(name: bytes, frame: _Frame, schema: Schema) -> tuple[int, str]:
    """Return the number and type of a field of the message that is being read; nothing of one that is dropped."""
    return schema[frame.message].get(name.decode("latin-1"), (0, "")) if frame.message else (0, "")


def _open(number: int, type_: str, closing: bytes, frames: list[_Frame], offset: int) -> None:
    """Begin a message, to be dropped unless its field is in the schema as one."""
    plain = type_.removesuffix("*")
    inner = plain if number and plain not in ("text", "number") else None
    frames.append(_Frame(inner, number, closing))
    if len(frames) > _DEEPEST:
        raise Malformed(offset, f"at most {_DEEPEST} nested messages", "one more")


def _list(name: _Token, number: int, type_: str, tokens: _Tokens, frames: list[_Frame], schema: Schema) -> None:
    """Read the values of a list; messages in it are read to their ends here."""
    depth = len(frames)
    while True:
        token = tokens.peek()
        if token.kind == "end":
            raise Malformed(token.offset, "the end of a list", "the end of the text")
        if token.text in _SEPARATORS:
            next(tokens)
        elif len(frames) == depth:
            if token.text == b"]":
                next(tokens)
                return
            _value(name, number, type_, tokens, frames)
        elif token.kind == "name":
            _field(next(tokens), tokens, frames, schema)
        elif token.text == frames[-1].closing:
            next(tokens)
            _close(frames)
        else:
            raise Malformed(token.offset, "a field name", repr(token.text[:40]))


def _value(name: _Token, number: int, type_: str, tokens: _Tokens, frames: list[_Frame]) -> None:
    token = tokens.peek()
    if token.text in (b"{", b"<"):
        next(tokens)
        _open(number, type_, b"}" if token.text == b"{" else b">", frames, token.offset)
    elif token.kind == "string":
        _write(frames[-1], number, type_, _string(tokens))
    elif token.kind in ("name", "number"):
        next(tokens)
        _write(frames[-1], number, type_, token.text)
    else:
        raise Malformed(name.offset, f"a value of {name.text.decode('latin-1')}", repr(token.text))


def _string(tokens: _Tokens) -> bytes:
    parts: list[bytes] = []
    while tokens.peek().kind == "string":
        parts.append(_ESCAPE.sub(_unescaped, next(tokens).text[1:-1]))
    return b"".join(parts)


def _unescaped(match: re.Match[bytes]) -> bytes:
    octal, hexadecimal, short, long, letter = match.groups()
    if octal is not None:
        return bytes([int(octal, 8) & 0xFF])
    if hexadecimal is not None:
        return bytes([int(hexadecimal, 16)])
    if letter is not None:
        return _LETTERS.get(letter, letter)
    code = int(short or long, 16)
    return chr(code).encode("utf-8", "surrogatepass") if code < 0x110000 else b"?"


def _write(frame: _Frame, number: int, type_: str, value: bytes) -> None:
    """Write a scalar into the message that is being read, unless it is dropped."""
    plain = type_.removesuffix("*")
    if plain == "text":
        frame.written += _varint(number << 3 | BYTES) + _varint(len(value)) + value
    elif plain == "number":
        frame.written += _varint(number << 3 | VARINT) + _varint(_number(value) & 0xFFFF_FFFF_FFFF_FFFF)


def _number(value: bytes) -> int:
    """Return an integer; the names of enumerations, which are not in the schema, count as `DT_STRING` or as nothing."""
    digits = b"".join(value.split())
    base = 8 if digits.lstrip(b"-").isdigit() and digits.lstrip(b"-").startswith(b"0") else 0
    try:
        return int(digits, base)
    except ValueError:
        return ENUMERATION.get(digits, 0)


ENUMERATION = {b"DT_STRING": 7}
"""Names of enumeration values that the readers ask about, TensorFlow's only ones."""


def _close(frames: list[_Frame]) -> None:
    """End the message that is being read, and write it into the one around it."""
    frame = frames.pop()
    if frame.message is not None:
        frames[-1].written += _varint(frame.number << 3 | BYTES) + _varint(len(frame.written)) + frame.written


_ONE_BYTE = tuple(bytes([value]) for value in range(0x80))


def _varint(value: int) -> bytes:
    if value <= 0x7F:
        return _ONE_BYTE[value]
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
