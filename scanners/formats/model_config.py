"""
JSON configurations of model directories: Hugging Face's, and the manifests of TorchServe and MLServer.

Told by the keys they hold and not by their names, since a loader merges and nests them as it likes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.directory.huggingface import KEYS
from scanners.directory.json_shapes import MAX_CONFIG_BYTES
from scanners.directory.manifests import judge_root
from scanners.directory.whereabouts import located
from scanners.findings import Embedded, Finding
from scanners.json_documents import parse, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Gap
    from scanners.formats import Part
    from scanners.json_documents import Document


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what loading the configuration would import, fetch or open; each thing once."""
    document = parse(part.source.read(0, MAX_CONFIG_BYTES + 1), "a configuration", MAX_CONFIG_BYTES)
    repeated = [key for key in document.repeated if key in KEYS]
    if repeated:
        evidence = f"twice in one object: {', '.join(repeated[:8])}"
        yield Finding(rule="config-ambiguous", evidence=evidence, name=repeated[0])
    yield from located(_once(_judge(document, part)), part)


def _judge(document: Document, part: Part) -> Iterator[Finding | Embedded]:
    for root in (document.root, *document.shadowed):
        yield from judge_root(root, part.allowed_imports, part.name)
        for where, item in walk(root):
            if isinstance(item, dict):
                for key in (key for key in KEYS if key in item):
                    prefix = "" if item is root else f"{where}."
                    yield from KEYS[key](item[key], f"{prefix}{key}", part.allowed_imports)


def _once(facts: Iterator[Finding | Embedded]) -> Iterator[Finding | Embedded]:
    seen: set[tuple[str, str | None]] = set()
    for fact in facts:
        if isinstance(fact, Finding):
            if (fact.rule, fact.name) in seen:
                continue
            seen.add((fact.rule, fact.name))
        yield fact
