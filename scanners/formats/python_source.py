"""
Python source. That it is there at all is a finding: no model of a known library needs code of its own.

What importing it runs is told from what using it runs, and the summary says what a person would look for first. A module
of nothing but definitions of constants, or of nothing at all, can do no harm and is passed over.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from scanners.findings import Examined, Finding, Gap, Reason
from scanners.formats import Malformed
from scanners.limits import BudgetExceeded
from scanners.python_source.judge import Judge, packed_text
from scanners.python_source.names import Names
from scanners.python_source.servers import running_server
from scanners.python_source.summary import summary
from scanners.python_source.survey import survey
from scanners.python_source.syntax import MAX_SOURCE_BYTES, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.formats import Part

_COOKIE = re.compile(rb"\A(?:[^\n]*\n)?[ \t\f]*#[^\n]*?coding[:=][ \t]*([-\w.]+)")
"""The declaration of PEP 263, in the first or second line."""
_ENCODINGS = frozenset(
    {"utf-8", "utf8", "ascii", "us-ascii", "latin-1", "latin1", "iso-8859-1", "iso-8859-15", "cp1252"}
)


def read(part: Part) -> Iterator[Finding | Gap]:
    """Yield that there is source, and what in it is dangerous."""
    source = part.source.read(0, MAX_SOURCE_BYTES + 1)
    yield from _encoding(source)
    try:
        tree = parse(source)
    except (Malformed, BudgetExceeded) as error:
        reason = Reason.BUDGET if isinstance(error, BudgetExceeded) else Reason.MALFORMED
        yield Finding(rule="python-code", evidence=f"not examined: {error}", name=part.name)
        yield Gap(reason=reason, detail=f"Python source: {error}", examined=Examined.NOT)
        return
    if not _is_passive(tree):
        yield from _judge(part.name, tree, source)


def _judge(name: str, tree: ast.Module, source: bytes) -> Iterator[Finding]:
    nodes = list(ast.walk(tree))
    names = Names(nodes)
    calls = survey(tree)
    judge = Judge(names, source.decode("utf-8", "replace").splitlines())
    server = running_server(name, tree, names, calls.at_import)
    told = summary(tree, names, judge, calls)
    if server is None:
        yield Finding(rule="python-code", evidence=told, name=name)
    else:
        yield Finding(rule="python-server-code", evidence=f"run by {server}; {told}", name=name)
    dangers = [*judge.findings(calls), *judge.references(nodes)]
    yield from dangers
    if names.overloaded:
        evidence = "a name stands for more things than can be followed"
        yield Finding(rule="python-hidden-code", evidence=evidence, name="names")
    line = packed_text(nodes) if dangers else None
    if line is not None:
        evidence = f"line {line}: a long constant in an encoding, beside code that runs what it is given"
        yield Finding(rule="python-hidden-code", evidence=evidence, name="constant")


def _encoding(source: bytes) -> Iterator[Finding]:
    """Yield a finding for a declared encoding in which the text is not what it looks like."""
    match = _COOKIE.match(source)
    if match is not None and match.group(1).decode("latin-1").lower().replace("_", "-") not in _ENCODINGS:
        evidence = f"declares the encoding {match.group(1).decode('latin-1')[:40]}"
        yield Finding(rule="python-hidden-code", evidence=evidence, name="coding", offset=match.start(1))


def _is_passive(tree: ast.Module) -> bool:
    """Say whether a module does nothing: documentation, `pass`, and names of constants."""
    return all(
        isinstance(node, ast.Pass)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and _are_names(node.targets))
        for node in tree.body
    )


def _are_names(targets: list[ast.expr]) -> bool:
    """Say whether what is assigned to are names: to reach an attribute or an item, any expression may run."""
    return all(isinstance(target, ast.Name) for target in targets)
