"""Judge the document type of an XML document: what it makes a parser fetch, and what its entities come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.findings import Finding, Gap, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.xml_events import Doctype


def judge_doctype(doctype: Doctype, *, of_a_model: bool) -> Iterator[Finding | Gap]:
    """
    Yield what is wrong with a document type.

    `of_a_model` says that no exporter writes one that points elsewhere; drawings and pages do.
    """
    if (entity := doctype.external) is not None:
        place = (entity.system or "")[:200]
        evidence = f"the entity {entity.name[:100]} is fetched from {place}"
        yield Finding(rule="xml-external-entity", evidence=evidence, name=place, offset=entity.offset)
    elif doctype.system is not None and of_a_model:
        place = doctype.system[:200]
        evidence = f"the document type is fetched from {place}"
        yield Finding(rule="xml-external-entity", evidence=evidence, name=place, offset=doctype.offset)
    if doctype.expands:
        names = ", ".join(entity.name[:20] for entity in doctype.entities[:5])
        evidence = f"{len(doctype.entities)} entities ({names} ...) that stand for each other"
        yield Finding(rule="xml-entity-expansion", evidence=evidence, offset=doctype.offset)
    if doctype.refused:
        detail = "the document type is not followed; what stands behind it was not examined"
        yield Gap(reason=Reason.NO_READER_YET, detail=detail, offset=doctype.offset)
