"""
Files that hold nothing but the numbers of a model beside them.

Such a file has no form of its own: the model says which bytes are which tensor's. It is raw numbers only if every byte of it
belongs to one of them, but for zeros in between, as writers align tensors.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from scanners.archives.search import only_zeros
from scanners.formats import Malformed
from scanners.limits import BudgetExceeded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.formats import Part
    from scanners.neighbours import Neighbour
    from scanners.sources import Source

    Ranges = list[tuple[int, int]]
    """First byte and the one behind the last; -1 for the end of the file."""

MOST_MODELS = 16
"""Models of one directory that are asked."""
_OPENVINO = ".bin"
"""The one name that OpenVINO's weights have: that of the document, with this suffix."""


class _Model:
    """A model that may name the file: two of the same identity are the same."""

    def __init__(self, neighbour: Neighbour) -> None:
        self.source = neighbour.source
        self.identity = neighbour.identity

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Model) and self.identity == other.identity

    def __hash__(self) -> int:
        return hash(self.identity)


def are_numbers(part: Part) -> bool:
    """Say whether models beside a file account for all of it."""
    if part.neighbours is None:
        return False
    stem = part.name.removesuffix(_OPENVINO)
    for name in part.neighbours.names():
        if name == f"{stem}.xml" and stem != part.name:
            found = part.neighbours.find(name)
            if found is not None and _cover(_constants(_Model(found)), part.source):
                return True
    models = [name for name in part.neighbours.names() if name.lower().endswith(".onnx")]
    found_models = (part.neighbours.find(name) for name in models[:MOST_MODELS])
    return any(
        _cover(_places(_Model(model)).get(part.name, []), part.source) for model in found_models if model is not None
    )


def _cover(ranges: Ranges, source: Source) -> bool:
    """Say whether ranges lie in a file and leave nothing of it but zeros."""
    position = 0
    for start, end in sorted(ranges):
        stop = source.size if end < 0 else end
        if stop > source.size or (start > position and not only_zeros(source, position, start)):
            return False
        position = max(position, stop)
    return position > 0 and only_zeros(source, position, source.size)


@lru_cache(maxsize=MOST_MODELS)
def _places(model: _Model) -> Mapping[str, Ranges]:
    """Return the ranges of external data in an ONNX model, by the file they lie in."""
    found: dict[str, Ranges] = {}
    for location, start, end in _external(model.source):
        found.setdefault(location.removeprefix("./"), []).append((start, end))
    return found


def _external(source: Source) -> Iterator[tuple[str, int, int]]:
    from scanners.onnx.schema import CHILDREN, TEXTS, Kind
    from scanners.onnx.shapes import is_model
    from scanners.onnx.tensors import Range, Tensor, judge_tensor
    from scanners.pages import PagedSource
    from scanners.protobuf.tree import walk

    pages = PagedSource(source, 64)
    try:
        for message in walk(pages, Kind.MODEL, CHILDREN, TEXTS) if is_model(source) else ():
            if message.kind is Kind.TENSOR:
                facts = judge_tensor(Tensor(pages, message.span))
                yield from ((fact.location, fact.start, fact.end) for fact in facts if isinstance(fact, Range))
    except Malformed:
        return


@lru_cache(maxsize=MOST_MODELS)
def _constants(model: _Model) -> Ranges:
    """Return the places of constants in a document of OpenVINO's."""
    from scanners.openvino.layers import constants

    try:
        return [(place.start, place.end) for place in constants(model.source)]
    except (Malformed, BudgetExceeded):
        return []
