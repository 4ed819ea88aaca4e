"""Judge a graph with its functions: every op by its name, those that take paths by their inputs and attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.findings import Finding
from scanners.pages import PagedSource
from scanners.tensorflow.attributes import PATH_ATTRIBUTES, judge_attribute
from scanners.tensorflow.nodes import read_node
from scanners.tensorflow.ops import NOT_RECOGNISED, judge_op
from scanners.tensorflow.paths import PATH_INPUTS, Given, judge_paths
from scanners.tensorflow.programs import PROGRAMS, judge_program
from scanners.tensorflow.survey import survey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.protobuf.wire import Span
    from scanners.sources import Source
    from scanners.tensorflow.survey import Occurrence, Survey

_PAGES = 64
_WATCHED = frozenset(PATH_ATTRIBUTES.keys() | PATH_INPUTS.keys() | PROGRAMS)


def judge_graph(source: Source, graphs: list[Span], given: Given, allowed: frozenset[str]) -> Iterator[Finding]:
    """Yield what is wrong with a graph; `allowed` are ops of plug-in libraries that the operator knows."""
    source = PagedSource(source, _PAGES)
    seen = survey(source, graphs, _WATCHED)
    yield from _judge_ops(seen, allowed)
    for scope, span in seen.watched:
        node = read_node(source, span)
        if node.op in PATH_ATTRIBUTES:
            yield from judge_attribute(source, node, scope.name)
        elif node.op in PROGRAMS:
            yield from judge_program(source, node, scope.name)
    yield from judge_paths(source, seen, given)


def _judge_ops(seen: Survey, allowed: frozenset[str]) -> Iterator[Finding]:
    for op, occurrence in seen.ops.items():
        judgement = judge_op(op)
        if judgement is None or (judgement is NOT_RECOGNISED and (op in allowed or op in seen.functions)):
            continue
        evidence = f"{op} {judgement.reason}; {_where(occurrence)}"
        yield Finding(rule=judgement.rule, evidence=evidence, name=op, offset=occurrence.offset)


def _where(occurrence: Occurrence) -> str:
    place = f"node {occurrence.node}" + (f" of function {occurrence.scope}" if occurrence.scope else "")
    return place + (f" and {occurrence.times - 1} more" if occurrence.times > 1 else "")
