"""
Read YAML without building what its tags name: the parser's events become plain nodes, an alias the node it stands for.

Nothing is constructed or copied, so that a document of aliases to aliases costs what its text is long, and any tag is safe to
look at. Specification: https://yaml.org/spec/1.1/, the version that PyYAML and libyaml read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scanners.formats import Malformed
from scanners.limits import BudgetExceeded

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_YAML_BYTES = 8 << 20
"""Configurations with whole vocabularies in them have some two MiB."""


class Node:
    """One value: a scalar's text, a sequence's items, or a mapping's pairs in the order of the text."""

    __slots__ = ("items", "line", "pairs", "tag", "text")

    def __init__(self, tag: str | None, line: int) -> None:
        self.tag = tag
        self.line = line
        self.text: str | None = None
        self.items: list[Node] = []
        self.pairs: list[tuple[Node, Node]] = []

    def get(self, key: str) -> Node | None:
        """Return the value of a key, of the last one where it stands twice, as PyYAML does."""
        return next((value for name, value in reversed(self.pairs) if name.text == key), None)


class _Open(NamedTuple):
    """A collection whose end is not reached."""

    node: Node
    keys: list[Node]
    """The key whose value comes next, where there is one."""
    is_mapping: bool


class Documents:
    """The documents of a stream: `nodes` holds every node once, `roots` the outermost ones."""

    def __init__(self) -> None:
        self.roots: list[Node] = []
        self.nodes: list[Node] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, Node] = {}

    def take(self, event: Any) -> None:
        """Take the next event of the parser."""
        kind = type(event).__name__
        if kind in ("SequenceEndEvent", "MappingEndEvent"):
            self._open.pop()
        elif kind == "AliasEvent":
            self._place(self._anchors.get(event.anchor) or Node(None, event.start_mark.line + 1))
        elif kind in ("ScalarEvent", "SequenceStartEvent", "MappingStartEvent"):
            node = Node(event.tag, event.start_mark.line + 1)
            self.nodes.append(node)
            if event.anchor is not None:
                self._anchors[event.anchor] = node
            self._place(node)
            if kind == "ScalarEvent":
                node.text = event.value
            else:
                self._open.append(_Open(node, [], kind == "MappingStartEvent"))

    def _place(self, node: Node) -> None:
        if not self._open:
            self.roots.append(node)
            return
        outer, keys, is_mapping = self._open[-1]
        if not is_mapping:
            outer.items.append(node)
        elif keys:
            outer.pairs.append((keys.pop(), node))
        else:
            keys.append(node)


def parse(text: bytes) -> tuple[Documents, Malformed | None]:
    """
    Read a stream of documents; what stands before a fault is returned with it, since loaders take one document after another.

    Raises `BudgetExceeded` where the text is too long.
    """
    if len(text) > MAX_YAML_BYTES:
        raise BudgetExceeded("bytes of YAML", MAX_YAML_BYTES)
    documents = Documents()
    try:
        for event in _events(text):
            documents.take(event)
    except _faults() as error:
        return documents, Malformed(0, "YAML", " ".join(str(error).split())[:200])
    return documents, None


def _events(text: bytes) -> Iterator[Any]:
    """Yield the parser's events; libyaml's where it is there, since it is ten times as fast."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    yield from yaml.parse(text, Loader=loader)


def _faults() -> tuple[type[Exception], ...]:
    import yaml

    return (yaml.YAMLError, ValueError, OverflowError)
