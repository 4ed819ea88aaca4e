"""Values of the machine in the words that `scanners.imports` judges."""

from __future__ import annotations

from scanners.imports import spellings
from scanners.imports.values import UNKNOWN, Constant, DictValue, GlobalValue, Instance, Stretch, TupleValue, Value
from scanners.sources import BytesSource, SliceSource
from scanners.unpickler.latin import LatinSource
from scanners.unpickler.values import Bytes, Container, Global, Made, Recalled, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from scanners.sources import Source

_DEEPEST = 8
"""Levels of nesting that are translated; no rule looks further."""
_MOST = 64
"""Items of one tuple or dict that are translated."""
_LATIN = frozenset({"latin1", "latin-1", "iso-8859-1"})


class LatinStretch(Stretch):
    """Bytes that stand in the stream as a text of which each character is one byte."""

    __slots__ = ()


def bytes_of(value: Value, stream: Source) -> Source | None:
    """Return the bytes that a value of a stream is, None where it is none or they are not known."""
    match value:
        case LatinStretch():
            return LatinSource(stream, value.offset, value.length)
        case Stretch():
            return SliceSource(stream, value.offset, value.length)
        case Constant(bytes() as data):
            return BytesSource(data)
        case _:
            return None


class Translation:
    """Translates values; `spelling` says which name of an import is meant, as written or as Python 3 maps it."""

    def __init__(self, spelling: int) -> None:
        self._spelling = spelling

    def translate(self, value: object, depth: int = 0) -> Value:
        """Translate a value."""
        if value is None or isinstance(value, bool | int | str):
            return Constant(value)
        known = _WAYS.get(type(value))
        return UNKNOWN if known is None or depth > _DEEPEST else known(self, value, depth + 1)

    def recalled(self, value: Recalled, depth: int) -> Value:
        """Translate a value that a run remembered."""
        return self.translate(value.run.owner.recall(value), depth)

    def tuple(self, value: tuple[object, ...], depth: int) -> Value:
        """Translate a tuple."""
        if len(value) > _MOST:
            return UNKNOWN
        return TupleValue(tuple([self.translate(item, depth) for item in value]))

    def name(self, value: Global, depth: int = 0) -> GlobalValue:
        """Translate an import."""
        del depth
        return GlobalValue(*spelling(value, self._spelling))

    def container(self, value: Container, depth: int) -> Value:
        """Translate a dict of which all items are known."""
        if value.kind != "dict" or not value.complete or len(value.items) > 2 * _MOST:
            return UNKNOWN
        items = [self.translate(item, depth) for item in value.items]
        return DictValue(tuple(zip(items[::2], items[1::2], strict=True)))

    def made(self, value: Made, depth: int) -> Value:
        """Translate what a call gave."""
        if value.by is None:
            return UNKNOWN
        if value.by.name == "encode" and (encoded := _encoded(value)) is not None:
            return encoded
        return Instance(self.name(value.by), self.translate(value.arguments, depth))


def spelling(what: Global, number: int) -> tuple[str, str]:
    """Return module and name as written, or as Python 3 maps them."""
    pairs = what.spellings or spellings(what.module, what.name, what.protocol)
    return pairs[min(number, len(pairs) - 1)]


def _encoded(value: Made) -> Value | None:
    """Return the bytes that `_codecs.encode` makes of a text: so they stand in protocols 0 to 2."""
    assert value.by is not None
    match value.by.module, value.arguments:
        case "_codecs", (Text() as text, str() as encoding) if encoding in _LATIN:
            return LatinStretch(text.offset, text.length)
        case "_codecs", (str() as short, str() as encoding) if encoding in _LATIN:
            try:
                return Constant(short.encode("latin-1"))
            except UnicodeEncodeError:
                return None
    return None


def _stretch(translation: Translation, value: Bytes | Text, depth: int) -> Value:
    del translation, depth
    return Stretch(value.offset, value.length)


_WAYS: dict[type, Callable[..., Value]] = {
    Bytes: _stretch,
    Text: _stretch,
    Recalled: Translation.recalled,
    tuple: Translation.tuple,
    Global: Translation.name,
    Container: Translation.container,
    Made: Translation.made,
}
