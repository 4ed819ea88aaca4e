"""OpenVINO's intermediate representation: an XML document of layers, and a file of weights beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.findings import Finding
from scanners.openvino.layers import Constant, constant, is_known
from scanners.xml_doctypes import judge_doctype
from scanners.xml_events import Doctype, Start, events

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.findings import Gap
    from scanners.formats import Part


def read(part: Part) -> Iterator[Finding | Gap]:
    """Yield what is wrong with the graph."""
    graph = _Graph(part.allowed_imports)
    for event in events(part.source):
        if isinstance(event, Doctype):
            yield from judge_doctype(event, of_a_model=True)
        elif isinstance(event, Start) and event.name == "layer":
            part.budget.spend_member()
            yield from graph.layer(event.attributes, event.offset)
        elif isinstance(event, Start) and event.name == "data":
            yield from graph.data(event.attributes, event.offset)
    yield from graph.judge_constants()
    yield from graph.judge_file(part)


class _Graph:
    """What has been seen of a graph."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed
        self._unknown: set[str] = set()
        self._constants: list[Constant] = []
        self._layer: Mapping[str, str] = {}

    def layer(self, attributes: Mapping[str, str], offset: int) -> Iterator[Finding]:
        """Note a layer; judge whose it is, once for each operator."""
        self._layer = attributes
        version, type_ = attributes.get("version", ""), attributes.get("type", "")
        called = f"{version}.{type_}"[:200]
        if is_known(version, type_) or called in self._allowed or called in self._unknown:
            return
        self._unknown.add(called)
        evidence = (
            f"layer {attributes.get('name', '')[:200]} is of the set {version[:100]}, which OpenVINO does not have"
        )
        yield Finding(rule="openvino-op-not-recognised", evidence=evidence, name=called, offset=offset)

    def data(self, attributes: Mapping[str, str], offset: int) -> Iterator[Finding]:
        """Note where the numbers of a constant lie."""
        if self._layer.get("type") != "Const":
            return
        name = self._layer.get("name", "")[:200]
        place = constant(attributes, name, offset)
        if isinstance(place, Constant):
            self._constants.append(place)
        elif place is not None:
            yield _disagrees(name, place, offset)

    def judge_constants(self) -> Iterator[Finding]:
        """Hold the places against each other: constants may share one, but not cross one."""
        last: Constant | None = None
        for place in sorted(self._constants):
            if last is not None and place.start < last.end and place[:2] != last[:2]:
                reason = f"bytes {place.start} to {place.end} cross those of {last.layer}"
                yield _disagrees(place.layer, reason, place.offset)
            last = place if last is None or place.end > last.end else last

    def judge_file(self, part: Part) -> Iterator[Finding]:
        """Hold the places against the file of weights, where it can be seen."""
        weights = part.neighbours and part.neighbours.find(f"{part.name.rpartition('.')[0]}.bin")
        if not weights:
            return
        for place in self._constants:
            if place.end > weights.source.size:
                reason = f"bytes {place.start} to {place.end} of a file of {weights.source.size}"
                yield _disagrees(place.layer, reason, place.offset)


def _disagrees(layer: str, reason: str, offset: int) -> Finding:
    return Finding(
        rule="openvino-constant-disagrees", evidence=f"constant {layer}: {reason}", name=layer, offset=offset
    )
