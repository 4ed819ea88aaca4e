"""
Judge a MetaGraphDef: a graph with what its loader needs, as SavedModels and `.meta` files hold it.

https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/meta_graph.proto
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.archives.names import leaves
from scanners.findings import Finding
from scanners.protobuf.messages import LEAF
from scanners.protobuf.wire import BYTES, Span, fields
from scanners.tensorflow.graph import judge_graph
from scanners.tensorflow.keras_metadata import judge_metadata
from scanners.tensorflow.nodes import MESSAGES, children, text
from scanners.tensorflow.objects import bound_inputs, user_objects
from scanners.tensorflow.paths import Given
from scanners.tensorflow.schema import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded, Gap
    from scanners.sources import Source

_NUMBERS = {name: number for name, (number, _) in SCHEMA["MetaGraphDef"].items()}


def judge_meta_graph(source: Source, span: Span, allowed: frozenset[str]) -> Iterator[Finding | Gap | Embedded]:
    """Yield what is wrong with a meta graph."""
    parts: dict[int, list[Span]] = {number: [] for number in _NUMBERS.values()}
    for field in fields(source, span):
        if field.wire == BYTES and field.number in parts:
            parts[field.number].append(field.span)
    assets = [_asset(source, asset) for asset in parts[_NUMBERS["asset_file_def"]]]
    for _, filename, offset in assets:
        yield from _judge_asset(filename, offset)
    objects = parts[_NUMBERS["object_graph_def"]]
    given = Given(
        savers=frozenset(_savers(source, parts[_NUMBERS["saver_def"]])),
        assets=frozenset(tensor for tensor, _, _ in assets if tensor),
        requested=frozenset(_requested(source, parts[_NUMBERS["signature_def"]])),
        bound=bound_inputs(source, objects),
    )
    yield from judge_graph(source, parts[_NUMBERS["graph_def"]], given, allowed)
    for metadata in user_objects(source, objects):
        yield from judge_metadata(metadata, allowed)


def _savers(source: Source, spans: list[Span]) -> Iterator[str]:
    for span in spans:
        if span.end - span.start <= LEAF:
            yield _node(MESSAGES.parse("SaverDef", source, span).filename_tensor_name)


def _asset(source: Source, span: Span) -> tuple[str, str, int]:
    """Return the node that carries an asset's path, its file name, and where the asset is declared."""
    if span.end - span.start > LEAF:
        return "", "", span.start
    asset = MESSAGES.parse("AssetFileDef", source, span)
    return _node(asset.tensor_info.name), text(asset.filename), span.start


def _judge_asset(filename: str, offset: int) -> Iterator[Finding]:
    if filename.startswith(("/", "\\")) or "://" in filename or leaves(filename.replace("\\", "/")):
        yield Finding(rule="tensorflow-asset-path", evidence=filename[:200], name=filename[:200], offset=offset)


def _requested(source: Source, spans: list[Span]) -> Iterator[str]:
    """Yield the nodes that the inputs of signatures fill in."""
    value = SCHEMA["SignatureDefEntry"]["value"][0]
    inputs = SCHEMA["SignatureDef"]["inputs"][0]
    for span in spans:
        for signature in children(source, span, value):
            for entry in children(source, signature, inputs):
                if entry.end - entry.start <= LEAF:
                    yield _node(MESSAGES.parse("InputsEntry", source, entry).value.name)


def _node(tensor: bytes) -> str:
    """Return the node of a tensor's name, `node:0`."""
    return text(tensor).split(":", 1)[0]
