"""The judgement of a name by itself."""

from __future__ import annotations

from functools import lru_cache

from scanners.imports.allowlist import TORCHSCRIPT_ROOT, Use, allowed_use
from scanners.imports.arguments import find_rule
from scanners.imports.denylist.explanation import explain
from scanners.imports.judgement import HARMLESS, Judgement, Kind


@lru_cache(maxsize=4096)
def judge(module: str, name: str) -> Judgement:
    """Judge an import: exactly known as harmless, known as dangerous, or not recognised."""
    use = allowed_use(module, name)
    rule = find_rule(module, name)
    if (use is Use.CALLED and rule is None) or module.split(".", 1)[0] == TORCHSCRIPT_ROOT:
        return HARMLESS
    if use is not None or rule is not None:
        return Judgement(Kind.ARGUMENTS_MATTER, f"{module}.{name} is harmless only as saved models use it")
    return explain(module, name)
