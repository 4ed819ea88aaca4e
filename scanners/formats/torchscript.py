"""
TorchScript: the source text that `torch.jit.save` puts below `code/`, and that the compiler reads when it is loaded.

The language has no imports and no attributes of the host; what reaches out of it is operators. Names are taken from the
text with its strings and comments left out. Grammar: https://pytorch.org/docs/stable/jit_language_reference.html, operators
from `torch._C._jit_get_all_schemas()` of 2.13 and the file functions of torchvision and torchaudio.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanners.findings import Embedded, Finding, Gap, Reason
from scanners.torchscript_operators import FILE_OPERATORS, KNOWN_CLASSES, KNOWN_NAMESPACES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.formats import Part

_LIMIT = 16 << 20
"""Bytes of source read at once; the largest modules known have a few MiB."""
_QUOTED = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|#[^\n]*')
_NAME = re.compile(r"(?<![\w.])(?:__torch__\.)?(?:torch|ops|rpc_\w+)(?:\s*\.\s*\w+)*")


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield the operators that reach files, processes or code that is not PyTorch's."""
    if part.source.size > _LIMIT:
        detail = f"TorchScript source of {part.source.size:,} bytes; at most {_LIMIT:,} are read"
        yield Gap(reason=Reason.BUDGET, detail=detail)
        return
    text = part.source.read(0, _LIMIT).decode("utf-8", "replace")
    bare = _QUOTED.sub(lambda match: " " * len(match.group()), text)
    seen: set[str] = set()
    for match in _NAME.finditer(bare):
        name = re.sub(r"\s+", "", match.group())
        if name not in seen:
            seen.add(name)
            yield from _judge(name, match.start() if text.isascii() else None)


def _judge(name: str, offset: int | None) -> Iterator[Finding]:
    steps = name.removeprefix("__torch__.").split(".")
    operator = ".".join(steps[1:]) if steps[0] == "ops" else f"aten.{steps[-1]}" if len(steps) == 2 else ""
    if operator in FILE_OPERATORS or steps[0].startswith("rpc_"):
        evidence = "an operator that takes a path or reaches another process"
        yield Finding(rule="torchscript-reaches-out", evidence=evidence, name=name, offset=offset)
    elif steps[0] == "ops" and len(steps) > 1 and steps[1] not in KNOWN_NAMESPACES:
        evidence = f"operators of {steps[1]} are not PyTorch's own"
        yield Finding(rule="torchscript-custom-operator", evidence=evidence, name=name, offset=offset)
    elif steps[:2] == ["torch", "classes"] and len(steps) > 2 and steps[2] not in KNOWN_CLASSES:
        evidence = f"classes of {steps[2]} are not PyTorch's own"
        yield Finding(rule="torchscript-custom-operator", evidence=evidence, name=name, offset=offset)
