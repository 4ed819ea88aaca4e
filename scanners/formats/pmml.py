"""
PMML: models as XML documents, evaluated by libraries in Java and Python.

Functions that the document does not define and the standard does not have are looked up by the evaluator: JPMML loads the
class of that name. Extensions may hold anything. https://dmg.org/pmml/v4-4-1/GeneralStructure.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanners.findings import Finding
from scanners.xml_doctypes import judge_doctype
from scanners.xml_events import Doctype, End, Start, Text, events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Gap
    from scanners.formats import Part
    from scanners.xml_events import Event

_CODE = re.compile(
    r"<script|javascript:|\beval\s*\(|\bexec\s*\(|\b__import__\b|\bos\.system\b|\bsubprocess\b|\bpickle\b"
    r"|\bProcessBuilder\b|\bgetRuntime\s*\(|\bScriptEngine\b|\bClass\.forName\b",
    re.IGNORECASE,
)
_CLASS = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+")
_KEPT = 100
"""Letters of a piece of text that are held against the next piece."""


def read(part: Part) -> Iterator[Finding | Gap]:
    """Yield what is wrong with the document."""
    document = _Document(part.allowed_imports)
    for event in events(part.source):
        if isinstance(event, Doctype):
            yield from judge_doctype(event, of_a_model=True)
        else:
            yield from document.take(event)


class _Document:
    """What has been seen of a document."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed
        self._defined: set[str] = set()
        self._called: set[str] = set()
        self._depth = 0
        """Extensions that are open."""
        self._offset = 0
        self._text = ""

    def take(self, event: Event) -> Iterator[Finding]:
        """Note an event; yield what is wrong with an extension."""
        if isinstance(event, Start):
            yield from self._start(event)
        elif isinstance(event, End) and event.name == "Extension":
            self._depth -= 1
            self._text = ""
        elif isinstance(event, Text) and self._depth:
            yield from self._judge(event.text)

    def _start(self, element: Start) -> Iterator[Finding]:
        name = element.attributes.get("function", "")
        if element.name == "Apply" and _CLASS.fullmatch(name):
            yield from self._judge_function(name, element.offset)
        elif element.name == "DefineFunction":
            self._defined.add(element.attributes.get("name", ""))
        elif element.name == "Extension":
            self._depth += 1
            self._offset = element.offset
        if self._depth:
            yield from self._judge(" ".join((f"<{element.name}", *element.attributes.values(), "")))

    def _judge(self, text: str) -> Iterator[Finding]:
        """Judge text in an extension, together with the end of what stood in front of it."""
        whole = self._text + text
        if (match := _CODE.search(whole)) is not None:
            evidence = f"an extension holds {match.group()!r}"
            yield Finding(rule="pmml-extension-code", evidence=evidence, offset=self._offset)
        self._text = whole[-_KEPT:]

    def _judge_function(self, name: str, offset: int) -> Iterator[Finding]:
        """Judge a function that is called, once; the standard wants definitions in front of their uses."""
        if name not in self._defined | self._called | self._allowed:
            self._called.add(name)
            evidence = f"the function {name[:200]} is a class that the evaluator loads by its name"
            yield Finding(rule="pmml-function-class", evidence=evidence, name=name[:200], offset=offset)
