"""
Core ML: `.mlmodel` files, and the one in each `.mlpackage`.

A model names classes of the app that loads it, other models, and the file of its weights; the rest are numbers and names of
layers that the system has. https://apple.github.io/coremltools/mlmodel/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.coreml.schema import CHILDREN, TEXTS
from scanners.findings import Finding
from scanners.pages import PagedSource
from scanners.paths_inside import why_it_leaves
from scanners.protobuf.tree import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.formats import Part
    from scanners.protobuf.tree import Message

_PAGES = 64
_FOLDER = "@model_path/"
"""How programs name the folder that they lie in."""


def read(part: Part) -> Iterator[Finding]:
    """Yield what is wrong with the model."""
    source = PagedSource(part.source, _PAGES)
    for message in walk(source, "Model", CHILDREN, TEXTS):
        part.budget.spend_member()
        yield from _judge(message, part.allowed_imports)


def _judge(message: Message, allowed: frozenset[str]) -> Iterator[Finding]:
    if message.kind in ("CustomModel", "CustomLayerParams"):
        name = message.text("className")[:200]
        if f"coreml.{name}" not in allowed:
            yield _finding("coreml-custom-code", message, f"{message.kind} of the class {name}", name)
    elif message.kind == "LinkedModel":
        yield _finding("coreml-linked-model", message, "another model is loaded in its place")
    elif message.kind == "StringParameter":
        yield from _judge_path(message, message.text("defaultValue"))
    elif message.kind == "BlobFileValue":
        yield from _judge_path(message, message.text("fileName").removeprefix(_FOLDER))


def _judge_path(message: Message, path: str) -> Iterator[Finding]:
    if (reason := why_it_leaves(path)) is not None:
        yield _finding("coreml-path-leaves", message, f"{reason}: {path[:200]}", path[:200])


def _finding(rule: str, message: Message, evidence: str, name: str | None = None) -> Finding:
    return Finding(rule=rule, evidence=evidence, name=name, offset=message.span.start)
