"""
Jupyter notebooks (https://nbformat.readthedocs.io/en/latest/format_description.html): the code of their cells.

No server runs one, so that what the cells do is told in one finding, and only what they hide is one of its own.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from scanners.findings import Finding
from scanners.formats import Malformed
from scanners.json_documents import parse as parse_json
from scanners.limits import BudgetExceeded
from scanners.python_source.judge import Judge
from scanners.python_source.names import Names
from scanners.python_source.survey import survey
from scanners.python_source.syntax import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.formats import Part

MAX_NOTEBOOK_BYTES = 64 << 20
"""Images in their outputs make notebooks large."""
_MAGIC = re.compile(r"^(\s*)[%!?].*$", re.MULTILINE)
"""Lines that IPython takes for itself: magics, shell commands, help."""
_SHOWN = 8


def read(part: Part) -> Iterator[Finding]:
    """Yield that it is there and what it calls, and what it hides."""
    text = part.source.read(0, MAX_NOTEBOOK_BYTES + 1)
    root = parse_json(text, "a notebook", MAX_NOTEBOOK_BYTES).root
    cells = [*_cells(root)]
    commands = sum(1 for cell in cells for match in _MAGIC.finditer(cell) if match.group().lstrip().startswith("!"))
    findings = [finding for cell in cells for finding in _judge(cell)]
    called = dict.fromkeys(finding.name or "" for finding in findings)
    told = f"{len(cells)} cells of code, {commands} lines for the shell"
    if called:
        told += f"; calls {', '.join([*called][:_SHOWN])}"
    yield Finding(rule="notebook", evidence=told, name=part.name)
    yield from (finding for finding in findings if finding.rule == "python-hidden-code")


def _cells(root: Any) -> Iterator[str]:
    """Yield the sources of the code cells; notebooks of the third format keep them in worksheets."""
    if not isinstance(root, dict):
        raise Malformed(0, "a notebook", "JSON that is no object")
    sheets = root.get("worksheets")
    holders = [root, *(sheets if isinstance(sheets, list) else [])]
    for holder in holders:
        cells = holder.get("cells") if isinstance(holder, dict) else None
        for cell in cells if isinstance(cells, list) else ():
            if isinstance(cell, dict) and cell.get("cell_type") == "code":
                yield _joined(cell.get("source", cell.get("input")))


def _joined(source: Any) -> str:
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _judge(cell: str) -> Iterator[Finding]:
    """Yield what a cell calls; one that is no Python, or is longer than modules are, tells nothing."""
    source = _MAGIC.sub(r"\1pass", cell)
    try:
        tree = parse(source)
    except (Malformed, BudgetExceeded):
        return
    yield from Judge(Names(ast.walk(tree)), source.splitlines()).findings(survey(tree))
