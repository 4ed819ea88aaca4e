"""
ONNX: a graph of operators, subgraphs and functions, with tensors inside the file or in files beside it.

Everything is read by offset, so that models beyond 2 GiB cost no more than their nodes. What the computation means is not
looked at: a graph that answers wrongly for chosen inputs is still a graph. https://github.com/onnx/onnx/blob/main/docs/IR.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.expansion import Body, expanded
from scanners.findings import Finding
from scanners.formats import Malformed
from scanners.onnx.operators import dotted, judge_use
from scanners.onnx.schema import CHILDREN, TEXTS, Kind
from scanners.onnx.tensors import Range, Tensor, judge_tensor
from scanners.pages import PagedSource
from scanners.paths_inside import why_it_leaves
from scanners.protobuf.tree import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.formats import Part
    from scanners.neighbours import Neighbour, Neighbours
    from scanners.protobuf.tree import Message
    from scanners.sources import Source

    Key = tuple[str, str]
    """Domain and name of an operator or function."""

_PAGES = 64
MOST_NODES = 10_000_000
"""Nodes that the biggest graphs have many times fewer of, and that no runtime survives."""


def read(part: Part) -> Iterator[Finding]:
    """Yield what is wrong with the model; what was seen in front of a break is told before it."""
    model = _Model()
    broken: Malformed | None = None
    source = PagedSource(part.source, _PAGES)
    messages = walk(source, Kind.MODEL, CHILDREN, TEXTS)
    try:
        for message in messages:
            part.budget.spend_member()
            yield from model.take(source, message)
    except Malformed as error:
        broken = error
    yield from model.judge_operators(part.allowed_imports)
    yield from model.judge_functions()
    yield from model.judge_ranges()
    yield from model.judge_files(part.neighbours)
    if broken is not None:
        raise broken


class _Model:
    """What has been seen of a model."""

    def __init__(self) -> None:
        self._main: Body = Body()
        self._functions: dict[Key, Body] = {}
        self._bodies: dict[Message, Body] = {}
        self._first: dict[Key, tuple[str, int]] = {}
        self._ranges: list[Range] = []
        self._names: dict[Message, set[int]] = {}

    def take(self, source: Source, message: Message) -> Iterator[Finding]:
        """Note a message; yield what is wrong with it by itself."""
        if message.kind is Kind.NODE:
            self._node(message)
        elif message.kind is Kind.FUNCTION:
            body = self._bodies.pop(message, Body())
            self._functions[message.text("domain"), message.text("name")] = body
        elif message.kind is Kind.TENSOR:
            yield from self._tensor(source, message)
        elif message.kind is Kind.ATTRIBUTE:
            yield from _judge_cache(message)
        elif message.kind is Kind.GRAPH:
            self._names.pop(message, None)

    def _node(self, message: Message) -> None:
        key = message.text("domain"), message.text("op_type")
        self._first.setdefault(key, (message.text("name"), message.span.start))
        body = self._body(message)
        body.size += 1
        body.uses[key] += 1

    def _body(self, message: Message) -> Body:
        """Return the function that a node stands in, or the graph."""
        outer = message.outer
        while outer is not None:
            if outer.kind is Kind.FUNCTION:
                return self._bodies.setdefault(outer, Body())
            outer = outer.outer
        return self._main

    def _tensor(self, source: Source, message: Message) -> Iterator[Finding]:
        tensor = Tensor(source, message.span)
        for fact in judge_tensor(tensor):
            if isinstance(fact, Range):
                self._ranges.append(fact)
            else:
                yield fact
        if message.outer is not None and message.outer.kind is Kind.GRAPH and tensor.name:
            names = self._names.setdefault(message.outer, set())
            if hash(tensor.name) in names:
                evidence = f"two initializers of one graph are called {tensor.name[:200]}"
                yield Finding(
                    rule="onnx-duplicate-name", evidence=evidence, name=tensor.name[:200], offset=message.span.start
                )
            names.add(hash(tensor.name))

    def judge_operators(self, allowed: frozenset[str]) -> Iterator[Finding]:
        """Judge every operator once, by domain and name; one that is a function of the model need not be known."""
        for (domain, name), (node, offset) in self._first.items():
            # Runtimes differ in whether a function stands in for an operator that they have themselves.
            known = allowed | {dotted(domain, name)} if (domain, name) in self._functions else allowed
            yield from judge_use(domain, name, node, offset, known)

    def judge_functions(self) -> Iterator[Finding]:
        """Judge what the calls of functions come to: runtimes put the body in the place of each."""
        nodes = expanded(self._main, self._functions)
        if nodes is None or nodes > MOST_NODES:
            evidence = "a function calls itself" if nodes is None else f"the graph becomes {nodes:,} nodes"
            yield Finding(rule="onnx-function-recursion", evidence=evidence)

    def judge_ranges(self) -> Iterator[Finding]:
        """Hold the ranges of external data against each other; tensors may share a range, but not cross one."""
        last: Range | None = None
        for place in sorted(self._ranges):
            if last is not None and last.location == place.location and _cross(last, place):
                evidence = f"tensor {place.tensor[:200]}: bytes {place.start} to {place.end} cross those of {last.tensor[:200]}"
                yield _crosses(place, evidence)
            if last is None or last.location != place.location or place.end > last.end:
                last = place

    def judge_files(self, neighbours: Neighbours | None) -> Iterator[Finding]:
        """Hold the ranges of external data against the files, where they can be seen."""
        files: dict[str, Neighbour | None] = {}
        for place in self._ranges:
            if neighbours is None or why_it_leaves(place.location) is not None:
                continue
            if place.location not in files:
                files[place.location] = neighbours.find(place.location)
                yield from _judge_links(place, files[place.location])
            file = files[place.location]
            if file is not None and max(place.start, place.end) > file.source.size:
                evidence = (
                    f"tensor {place.tensor[:200]}: bytes {place.start} to {place.end} of a file of {file.source.size}"
                )
                yield _crosses(place, evidence)


def _judge_links(place: Range, file: Neighbour | None) -> Iterator[Finding]:
    if file is not None and file.linked:
        name = place.location[:200]
        yield Finding(rule="onnx-external-data-linked", evidence=f"{name} has another name", name=name)


def _crosses(place: Range, evidence: str) -> Finding:
    return Finding(rule="onnx-external-data-range", evidence=evidence, name=place.tensor[:200], offset=place.offset)


def _cross(first: Range, second: Range) -> bool:
    """Say whether two ranges, in order, share bytes without being the same."""
    return second.start < first.end and (first.start, first.end) != (second.start, second.end)


def _judge_cache(attribute: Message) -> Iterator[Finding]:
    """Judge the path under which a compiled program lies, if the attribute is one."""
    if attribute.text("name") != "ep_cache_context":
        return
    path = attribute.text("s")
    if _is_path(path) and (reason := why_it_leaves(path)) is not None:
        evidence = f"the compiled program lies at {path[:200]}: {reason}"
        yield Finding(rule="onnx-external-data-leaves", evidence=evidence, name=path[:200], offset=attribute.span.start)


def _is_path(text: str) -> bool:
    """Say whether a text is short and printable, as no program is."""
    return 0 < len(text) < 4096 and text.isprintable()
