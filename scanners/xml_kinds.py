"""Which XML documents are models, and which have a document type that reaches out or explodes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanners.formats import Format, Malformed
from scanners.limits import BudgetExceeded

if TYPE_CHECKING:
    from scanners.sources import Source
    from scanners.xml_events import Start

_BEGINS = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*<")
_LONGEST_PROLOG = 1000
"""Events in front of the root, of which honest documents have one or two."""


def xml_kind(source: Source, head: bytes) -> Format | None:
    """Return the format of an XML document that somebody acts on; None for other documents and for what is no XML."""
    if not _BEGINS.match(head):
        return None
    from scanners.xml_events import Doctype, Start, events

    declared = False
    try:
        for _, event in zip(range(_LONGEST_PROLOG), events(source), strict=False):
            if isinstance(event, Doctype) and event.refused:
                return Format.XML
            if isinstance(event, Start):
                return _root(event)
            declared |= isinstance(event, Doctype) and bool(event.entities)
    except (Malformed, BudgetExceeded):
        # Entities in attributes of the root are put in before the root is seen.
        return Format.XML if declared else None
    return None


def _root(root: Start) -> Format | None:
    if root.name == "PMML":
        return Format.PMML
    return Format.OPENVINO if root.name == "net" and "version" in root.attributes else None
