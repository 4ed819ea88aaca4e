"""The judgement of a name that is not on the allowlist."""

from __future__ import annotations

from scanners.imports.denylist import find_denial
from scanners.imports.judgement import Judgement, Kind


def explain(module: str, name: str) -> Judgement:
    """Say why a name is dangerous, or that it is not recognised."""
    found = find_denial(module, name)
    if found is not None:
        return Judgement(found.kind, found.why)
    return Judgement(
        Kind.NOT_RECOGNISED, f"{module}.{name} is not among the names that saved models of known libraries import"
    )
