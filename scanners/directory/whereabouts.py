"""
Where the module comes from that a configuration of Hugging Face's names: from beside it, or from another repository.

`module.Class` is `module.py` of the directory that is loaded, and `repository--module.Class` that of a repository on the Hub, whatever
lies in the directory (transformers 5.24 `dynamic_module_utils.py`, `get_class_from_dynamic_module`). This is told to the person who
reviews the code; it does not change what is found.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanners.findings import Finding
from scanners.neighbours import MOST_NAMES
from scanners.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded
    from scanners.formats import Part

_RULES = frozenset({"remote-code", "remote-code-elsewhere"})
_REFERENCE = re.compile(r"(?:(?P<repository>.+)--)?(?P<module>\w+)\.\w+")


def located(facts: Iterator[Finding | Embedded], part: Part) -> Iterator[Finding | Embedded]:
    """Add to each finding about named code where that would come from, as far as the files beside `part` tell it."""
    beside: frozenset[str] | None = None
    for fact in facts:
        if isinstance(fact, Finding) and fact.rule in _RULES and part.neighbours is not None:
            beside = _files_beside(part) if beside is None else beside
            yield replace(fact, evidence=fact.evidence + _whereabouts(fact.name or "", beside))
        else:
            yield fact


def _files_beside(part: Part) -> frozenset[str]:
    """Return the names in the directory; none where it could not be listed to its end."""
    names = part.neighbours.names() if part.neighbours is not None else []
    return frozenset(names) if len(names) < MOST_NAMES else frozenset()


def _whereabouts(reference: str, beside: frozenset[str]) -> str:
    match = _REFERENCE.fullmatch(reference)
    if match is None or not beside:
        return ""
    file = f"{match['module']}.py"
    if match["repository"]:
        return f"; {file} beside it is not what runs" if file in beside else ""
    return f"; {file} stands beside it" if file in beside else f"; no {file} stands beside it"
