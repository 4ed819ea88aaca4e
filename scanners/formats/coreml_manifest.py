"""The manifest of a Core ML package: where in the package the model and its weights lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.findings import Finding
from scanners.json_documents import parse, walk
from scanners.paths_inside import why_it_leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.formats import Part

MAX_MANIFEST_BYTES = 1 << 20


def read(part: Part) -> Iterator[Finding]:
    """Yield every path that leaves the package, in both readings where a key stands twice."""
    text = part.source.read(0, min(part.source.size, MAX_MANIFEST_BYTES + 1))
    document = parse(text, "a manifest", MAX_MANIFEST_BYTES)
    for root in (document.root, *document.shadowed):
        for place, value in walk(root):
            reason = why_it_leaves(value) if place.step == "path" and isinstance(value, str) else None
            if reason is not None:
                evidence = f"{place}: {reason}: {value[:200]}"
                yield Finding(rule="coreml-path-leaves", evidence=evidence, name=value[:200])
