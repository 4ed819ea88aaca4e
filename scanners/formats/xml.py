"""XML documents that are no model: drawings, reports, settings. Only what a parser does before it reads them is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.xml_doctypes import judge_doctype
from scanners.xml_events import Doctype, Start, events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Finding, Gap
    from scanners.formats import Part


def read(part: Part) -> Iterator[Finding | Gap]:
    """Yield what is wrong with the document type, which stands in front of the first element."""
    for event in events(part.source):
        if isinstance(event, Doctype):
            yield from judge_doctype(event, of_a_model=False)
        if isinstance(event, Start):
            return
