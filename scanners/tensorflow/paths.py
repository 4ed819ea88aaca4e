"""
Ops that take a path and that ordinary models use: savers, vocabulary tables, caches. Their inputs decide.

A path may come from the saver's own file name tensor, from an asset of the model, or from whoever calls; a constant of the
graph's author, or a path that the graph computes, is what makes the op reach files of the author's choice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from scanners.findings import Finding
from scanners.protobuf.wire import Span
from scanners.tensorflow.nodes import Node, attribute, read_node, text
from scanners.tensorflow.survey import CALLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.sources import Source
    from scanners.tensorflow.survey import Scope, Survey

PATH_INPUTS: Mapping[str, tuple[int, ...]] = {
    "CacheDataset": (1,),
    "CacheDatasetV2": (1,),
    "InitializeTableFromTextFile": (1,),
    "InitializeTableFromTextFileV2": (1,),
    "MergeV2Checkpoints": (0, 1),
    "Restore": (0,),
    "RestoreSlice": (0,),
    "RestoreV2": (0,),
    "Save": (0,),
    "SaveSlices": (0,),
    "SaveV2": (0,),
}
"""Op -> which of its inputs are paths."""
_PASSED_ON = frozenset(
    {
        "Concat",
        "ConcatV2",
        "ExpandDims",
        "Gather",
        "GatherV2",
        "Identity",
        "IdentityN",
        "Merge",
        "Pack",
        "PlaceholderWithDefault",
        "Reshape",
        "ShardedFilename",
        "Slice",
        "Squeeze",
        "StridedSlice",
        "StringJoin",
        "Switch",
        "Unpack",
    }
)
"""Ops whose text is that of their inputs, numbers apart."""
_CHOICES = frozenset({"Select", "SelectV2"})
"""Ops whose first input only chooses among the others."""
_NO_TEXT = frozenset({"Placeholder", "Range", "Shape", "VarHandleOp", "_Arg"})
"""Ops whose value comes from the caller, or that cannot give text at all."""
_SAVERS_OWN = frozenset({"", ".part", "_temp", "model", "part"})
"""Constants of TensorFlow's own savers: the default file name, and suffixes (python/training/saver.py)."""
_STEPS = 10_000
"""Inputs followed for one path; a saver of any real model needs a few dozen."""
_STEPS_IN_ALL = 100_000
"""Inputs followed for all paths of a graph."""
_DT_STRING = 7
_LENGTH_BITS = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the model says beside its graph."""

    savers: frozenset[str] = frozenset()
    """Nodes that carry the saver's file name."""
    assets: frozenset[str] = frozenset()
    """Nodes that carry the path of an asset, which the loader fills in."""
    requested: frozenset[str] = frozenset()
    """Nodes that a request to the server fills in."""
    bound: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    """Function -> what its last arguments are bound to: a node, or None for what is no constant."""


class _Origin(NamedTuple):
    """Where the text of a path comes from, if that is the author of the file or of a request."""

    what: str


class _Where(NamedTuple):
    scope: Scope
    input: str


def judge_paths(source: Source, seen: Survey, given: Given) -> Iterator[Finding]:
    """Yield a finding for each watched op whose path is of the author's, or of a request's, choice."""
    tracer = _Tracer(source, seen, given)
    for scope, span in seen.watched:
        node = read_node(source, span)
        inputs = [name for name in node.inputs if not name.startswith("^")]
        for index in PATH_INPUTS.get(node.op, ()):
            if index < len(inputs):
                for origin in tracer.origins(_Where(scope, inputs[index])):
                    where = f"{node.name} in function {scope.name}" if scope.name else node.name
                    evidence = f"{node.op} ({where}): {origin.what}"
                    yield Finding(rule="tensorflow-path", evidence=evidence, name=node.op, offset=node.span.start)


class _Tracer:
    """Follows inputs back to where a text comes from."""

    def __init__(self, source: Source, seen: Survey, given: Given) -> None:
        self._source = source
        self._seen = seen
        self._given = given
        self._indices: dict[str, _Index] = {}
        self._steps = 0

    def origins(self, start: _Where) -> Iterator[_Origin]:
        """Yield what is wrong with a path, each thing once."""
        waiting = [start]
        visited = {(start.scope.name, start.input)}
        said: set[str] = set()
        while waiting:
            self._steps += 1
            for item in self._step(waiting.pop()):
                if isinstance(item, _Origin) and item.what not in said:
                    said.add(item.what)
                    yield item
                elif isinstance(item, _Where) and (item.scope.name, item.input) not in visited:
                    visited.add((item.scope.name, item.input))
                    waiting.append(item)
            if len(visited) > _STEPS or self._steps > _STEPS_IN_ALL:
                yield _Origin("the path is put together in more steps than can be followed")
                return

    def _step(self, where: _Where) -> Iterator[_Origin | _Where]:
        name = where.input.split(":", 1)[0]
        node = self._index(where.scope).find(name)
        if node is None:
            yield from self._argument(where.scope, name)
        elif not where.scope.name and name in self._given.savers | self._given.assets:
            return
        elif not where.scope.name and name in self._given.requested:
            yield _Origin(f"the path comes from the request, by {name}")
        elif node.op == "Const":
            yield from self._constant(node)
        elif node.op == "ReadVariableOp":
            yield from self._variable(where.scope, node)
        elif node.op in _PASSED_ON or node.op in _CHOICES:
            inputs = [item for item in node.inputs if not item.startswith("^")]
            yield from (_Where(where.scope, item) for item in inputs[node.op in _CHOICES :])
        elif node.op not in _NO_TEXT:
            yield _Origin(f"the path is computed by {node.op}")

    def _constant(self, node: Node) -> Iterator[_Origin]:
        value = attribute(self._source, node, "value")
        if value is None:
            yield _Origin(f"the path is a constant that is too big to be one, {node.name}")
            return
        if value.tensor.dtype == _DT_STRING:
            for item in value.tensor.string_val:
                path = text(item)
                if not _is_savers_own(path):
                    yield _Origin(f"the path is the constant {path!r}")

    def _variable(self, scope: Scope, node: Node) -> Iterator[_Origin | _Where]:
        """Follow a variable to what is assigned to it; TensorFlow 2 keeps the paths of assets in variables."""
        assigned = [value for name in node.inputs[:1] for value in self._index(scope).assigned(name.split(":", 1)[0])]
        if not assigned:
            yield _Origin("the path is read from a variable that the graph does not set")
        yield from (_Where(scope, item) for item in assigned)

    def _argument(self, scope: Scope, name: str) -> Iterator[_Origin | _Where]:
        """Follow an argument of a function to its callers, or to what the model binds it to."""
        if name not in scope.arguments:
            return
        index = scope.arguments.index(name)
        for caller, span in self._callers.get(scope.name, ()):
            inputs = [item for item in read_node(self._source, span).inputs if not item.startswith("^")]
            if index < len(inputs):
                yield _Where(caller, inputs[index])
        bound = self._given.bound.get(scope.name, ())
        from_end = index - len(scope.arguments)
        if -from_end <= len(bound) and (constant := bound[from_end]) is not None:
            yield _Where(self._seen.main, constant)

    @cached_property
    def _callers(self) -> Mapping[str, list[tuple[Scope, Span]]]:
        """Function -> the nodes that call it."""
        callers: dict[str, list[tuple[Scope, Span]]] = {}
        for scope, span in self._seen.calls:
            node = read_node(self._source, span)
            value = attribute(self._source, node, "f") if node.op in CALLS else None
            called = text(value.func.name) if value is not None else node.op
            callers.setdefault(called, []).append((scope, span))
        return callers

    def _index(self, scope: Scope) -> _Index:
        """Return the index of a scope; made for the few scopes that a path leads through."""
        if scope.name not in self._indices:
            self._indices[scope.name] = _Index(self._source, scope)
        return self._indices[scope.name]


class _Index:
    """Where the nodes of one scope are, by name: two numbers a node, since a graph may have a million."""

    def __init__(self, source: Source, scope: Scope) -> None:
        self._source = source
        self._places: dict[int, int] = {}
        self._assigned: dict[str, list[str]] = {}
        for node in scope.nodes(source):
            self._places[hash(node.name)] = node.span.start << _LENGTH_BITS | (node.span.end - node.span.start)
            if node.op == "AssignVariableOp" and len(node.inputs) > 1:
                self._assigned.setdefault(node.inputs[0].split(":", 1)[0], []).append(node.inputs[1])

    def find(self, name: str) -> Node | None:
        """Return the node of a name."""
        place = self._places.get(hash(name))
        if place is None:
            return None
        start = place >> _LENGTH_BITS
        node = read_node(self._source, Span(start, start + (place & (1 << _LENGTH_BITS) - 1)))
        return node if node.name == name else None

    def assigned(self, variable: str) -> list[str]:
        """Return the inputs that a variable is set to."""
        return self._assigned.get(variable, [])


def _is_savers_own(path: str) -> bool:
    """Say whether a constant is one that TensorFlow's savers write: `model`, `_temp_<hex>/part` and the like."""
    if path in _SAVERS_OWN:
        return True
    folder, _, rest = path.partition("/")
    return rest == "part" and (folder == "_temp" or (folder.startswith("_temp_") and folder[6:].isalnum()))
