"""
XML as events: a document whose entities reach out or explode is stopped where its document type ends, in front of the root.

Parsing is expat's, a window at a time, without external entities and without parameter entities. https://www.w3.org/TR/xml/
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from scanners.expansion import Body, expanded
from scanners.formats import Malformed
from scanners.limits import BudgetExceeded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.sources import Source

MAX_XML_BYTES = 1 << 30
_WINDOW = 1 << 16
_REFERENCE = re.compile(r"&([^#;&\s][^;&\s]*);")
_MOST_EXPANDED = 1 << 20
"""Letters that the entities of an honest document do not come to by far."""
_MOST_TIMES = 4


class Start(NamedTuple):
    """An element begins."""

    name: str
    """Without its namespace."""
    attributes: Mapping[str, str]
    offset: int


class End(NamedTuple):
    """An element ends."""

    name: str


class Text(NamedTuple):
    """Text between elements, in pieces."""

    text: str


class Entity(NamedTuple):
    """A declaration in the document type."""

    name: str
    value: str | None
    """None where the value is elsewhere."""
    system: str | None
    """Where the value is."""
    parameter: bool
    offset: int


class Doctype(NamedTuple):
    """The document type: where its declarations are, if elsewhere, and the entities that stand in the document itself."""

    system: str | None
    entities: tuple[Entity, ...]
    offset: int

    @property
    def external(self) -> Entity | None:
        """The first entity whose value a parser fetches from elsewhere."""
        return next((entity for entity in self.entities if entity.system is not None), None)

    @property
    def expands(self) -> bool:
        """Whether the entities come to more than an honest document's, or hide further declarations."""
        if any(entity.parameter and re.search("<!|[%&]", entity.value or "") for entity in self.entities):
            return True
        bodies = {
            entity.name: Body(len(entity.value or ""), Counter(_REFERENCE.findall(entity.value or "")))
            for entity in self.entities
            if not entity.parameter
        }
        total = expanded(Body(0, Counter(bodies.keys())), bodies)
        return total is None or total > _MOST_EXPANDED

    @property
    def refused(self) -> bool:
        """Whether nothing behind the document type is given to the parser."""
        return self.external is not None or self.expands


class _Stop(Exception):
    """The document type is refused."""


Event = Start | End | Text | Doctype


def events(source: Source) -> Iterator[Event]:
    """
    Yield a document's events; after a document type that is refused there are no more.

    Raises `Malformed` for what is no XML, and `BudgetExceeded` for documents of more than `MAX_XML_BYTES`, or that become
    many times what they are by small entities that are used often.
    """
    if source.size > MAX_XML_BYTES:
        raise BudgetExceeded("bytes of XML", MAX_XML_BYTES)
    reading = _Reading()
    for offset in range(0, source.size + 1, _WINDOW):
        window = source.read(offset, _WINDOW)
        reading.feed(window, final=offset + len(window) >= source.size)
        yield from reading.take()
        if reading.error is not None:
            raise reading.error
        if reading.ended:
            return


class _Reading:
    """One document that is being parsed, and the events that nobody has taken yet."""

    def __init__(self) -> None:
        self.ended = False
        self.error: Malformed | BudgetExceeded | None = None
        """What is wrong behind the events that were made of the window before."""
        self._events: list[Event] = []
        self._entities: list[Entity] = []
        self._system: str | None = None
        self._given = self._made = 0
        self._parser = parser = expat.ParserCreate(namespace_separator="}")
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = lambda name: self._events.append(End(_local(name)))
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity
        parser.EndDoctypeDeclHandler = self._end_of_doctype

    def feed(self, window: bytes, *, final: bool) -> None:
        """Parse a window."""
        self._given += len(window)
        self.ended = final
        try:
            self._parser.Parse(window, final)
        except _Stop:
            self.ended = True
        except BudgetExceeded as error:
            self.error = error
        except expat.ExpatError as error:
            self.error = Malformed(self._parser.ErrorByteIndex, "XML", str(error)[:80])
        except (ValueError, LookupError) as error:
            self.error = Malformed(0, "XML in a known encoding", str(error)[:80])

    def take(self) -> list[Event]:
        """Return the events so far, and forget them."""
        taken, self._events = self._events, []
        return taken

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        plain = {_local(key): value for key, value in attributes.items()}
        self._count(sum(map(len, plain.values())))
        self._events.append(Start(_local(name), plain, self._parser.CurrentByteIndex))

    def _text(self, text: str) -> None:
        self._count(len(text))
        self._events.append(Text(text))

    def _count(self, letters: int) -> None:
        """Account for what a document has become."""
        self._made += letters
        if self._made > _MOST_EXPANDED + _MOST_TIMES * self._given:
            raise BudgetExceeded("letters that the entities of an XML document become", self._made)

    def _doctype(self, _name: str, system: str | None, _public: str | None, _subset: int) -> None:
        self._system = system

    def _entity(
        self,
        name: str,
        parameter: int,
        value: str | None,
        _base: str | None,
        system: str | None,
        _public: str | None,
        _notation: str | None,
    ) -> None:
        self._entities.append(Entity(name, value, system, bool(parameter), self._parser.CurrentByteIndex))

    def _end_of_doctype(self) -> None:
        doctype = Doctype(self._system, tuple(self._entities), self._parser.CurrentByteIndex)
        self._events.append(doctype)
        if doctype.refused:
            raise _Stop


def _local(name: str) -> str:
    return name.rpartition("}")[2]
