"""
A `.pth` file of site-packages: text whose lines that begin with `import` the interpreter runs at every start.

Source: https://docs.python.org/3/library/site.html and Lib/site.py, `addpackage`, which decodes as UTF-8 with or without a mark
and takes lines as `str.splitlines` does. The lines are judged as the module that they would be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.findings import Embedded, Finding
from scanners.formats import Format
from scanners.limits import BudgetExceeded
from scanners.sources import BytesSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.formats import Part

_LIMIT = 1 << 20
"""Bytes; honest ones have a line or two."""


def read(part: Part) -> Iterator[Finding | Embedded]:
    """Yield that there are such lines, and what they run."""
    text = part.source.read(0, _LIMIT + 1)
    if len(text) > _LIMIT:
        raise BudgetExceeded("bytes of a path file", _LIMIT)
    lines = text.decode("utf-8-sig", "replace").splitlines()
    code = [line for line in lines if line.startswith(("import ", "import\t"))]
    shown = " | ".join(code)[:200]
    yield Finding(rule="python-server-code", evidence=f"run by every start of the interpreter: {shown}", name=part.name)
    yield Embedded(
        source=BytesSource("\n".join([*code, ""]).encode()), member="<import lines>", format=Format.PYTHON_SOURCE
    )
