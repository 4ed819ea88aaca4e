"""One pass over a graph and its function library: which ops there are, and where the ones stand that need a closer look."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from scanners.protobuf.messages import LEAF
from scanners.protobuf.wire import BYTES, Span, fields
from scanners.tensorflow.nodes import MESSAGES, Node, children, read_node, text
from scanners.tensorflow.ops import known_ops
from scanners.tensorflow.schema import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from scanners.sources import Source

CALLS = frozenset({"PartitionedCall", "RemoteCall", "StatefulPartitionedCall", "TPUPartitionedCall"})
"""Ops whose inputs are the arguments of the function in attribute `f`, in order."""
_NODE, _LIBRARY = (SCHEMA["GraphDef"][name][0] for name in ("node", "library"))
_FUNCTION = SCHEMA["FunctionDefLibrary"]["function"][0]
_SIGNATURE, _NODE_DEF = (SCHEMA["FunctionDef"][name][0] for name in ("signature", "node_def"))
_FUNCTION_NAME, _ARGUMENT = (SCHEMA["OpDef"][name][0] for name in ("name", "input_arg"))


@dataclass(slots=True)
class Scope:
    """A graph or a function: the nodes that can name each other as inputs."""

    name: str
    """Empty for the graph itself."""
    spans: list[Span]
    number: int
    """The field that holds nodes."""
    arguments: tuple[str, ...] = ()

    def nodes(self, source: Source) -> Iterator[Node]:
        """Yield the nodes."""
        for span in self.spans:
            for node in children(source, span, self.number):
                yield read_node(source, node)


class Occurrence(NamedTuple):
    """Where an op first stands, and how often."""

    scope: str
    node: str
    offset: int
    times: int


@dataclass(slots=True)
class Survey:
    """What one pass has seen."""

    main: Scope
    functions: dict[str, Scope] = field(default_factory=dict)
    ops: dict[str, Occurrence] = field(default_factory=dict)
    watched: list[tuple[Scope, Span]] = field(default_factory=list)
    """Nodes whose op is watched for, by the caller."""
    calls: list[tuple[Scope, Span]] = field(default_factory=list)
    """Nodes that call a function with their inputs as its arguments."""


def survey(source: Source, graphs: list[Span], watch: Collection[str]) -> Survey:
    """Read every node of a graph, given as the pieces that a parser would merge, and of its functions."""
    seen = Survey(Scope("", graphs, _NODE))
    known = known_ops()
    for span in graphs:
        for item in fields(source, span):
            if item.wire != BYTES:
                continue
            if item.number == _NODE:
                _count(seen, seen.main, read_node(source, item.span), watch, known)
            elif item.number == _LIBRARY:
                for function in children(source, item.span, _FUNCTION):
                    _function(seen, source, function, watch)
    return seen


def _function(seen: Survey, source: Source, span: Span, watch: Collection[str]) -> None:
    scope = Scope("", [span], _NODE_DEF)
    nodes: list[Span] = []
    known = known_ops()
    for item in fields(source, span):
        if item.wire == BYTES and item.number == _SIGNATURE:
            scope.name, scope.arguments = _signature(source, item.span)
        elif item.wire == BYTES and item.number == _NODE_DEF:
            nodes.append(item.span)
    seen.functions[scope.name] = scope
    for node in nodes:
        _count(seen, scope, read_node(source, node), watch, known)


def _signature(source: Source, span: Span) -> tuple[str, tuple[str, ...]]:
    """Read a function's name and the names of its arguments."""
    name, arguments = "", []
    for item in fields(source, span):
        if item.wire != BYTES or item.end - item.start > LEAF:
            continue
        if item.number == _FUNCTION_NAME:
            name = text(source.read(item.start, item.end - item.start))
        elif item.number == _ARGUMENT:
            arguments.append(text(MESSAGES.parse("ArgDef", source, item.span).name))
    return name, tuple(arguments)


def _count(seen: Survey, scope: Scope, node: Node, watch: Collection[str], known: Collection[str]) -> None:
    first = seen.ops.get(node.op)
    if first is None:
        seen.ops[node.op] = Occurrence(scope.name, node.name, node.span.start, 1)
    else:
        seen.ops[node.op] = first._replace(times=first.times + 1)
    if node.op in watch:
        seen.watched.append((scope, node.span))
    if node.op in CALLS or node.op not in known:
        seen.calls.append((scope, node.span))
