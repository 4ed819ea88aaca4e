"""
The fields of Core ML's messages that are read (https://github.com/apple/coremltools/tree/main/mlmodel/format).

Every other field is stepped over: kinds of models that are only numbers, and the numbers of the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.formats import Malformed
from scanners.pages import PagedSource
from scanners.protobuf.wire import BYTES, VARINT, Span, fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanners.sources import Source

_NETWORK = "NeuralNetwork"
CHILDREN: Mapping[str, Mapping[int, str]] = {
    "Model": {
        200: "PipelineOfKind",
        201: "PipelineOfKind",
        202: "Pipeline",
        303: _NETWORK,
        403: _NETWORK,
        500: _NETWORK,
        502: "Program",
        555: "CustomModel",
        556: "LinkedModel",
    },
    "PipelineOfKind": {1: "Pipeline"},
    "Pipeline": {1: "Model"},
    _NETWORK: {1: "NeuralNetworkLayer"},
    "NeuralNetworkLayer": {500: "CustomLayerParams", 605: "BranchLayerParams", 615: "LoopLayerParams"},
    "BranchLayerParams": {1: _NETWORK, 2: _NETWORK},
    "LoopLayerParams": {3: _NETWORK, 4: _NETWORK},
    "LinkedModel": {1: "LinkedModelFile"},
    "LinkedModelFile": {1: "StringParameter", 2: "StringParameter"},
    "Program": {2: "FunctionsEntry", 4: "AttributesEntry"},
    "FunctionsEntry": {2: "Function"},
    "Function": {3: "BlockSpecializationsEntry", 4: "AttributesEntry"},
    "BlockSpecializationsEntry": {2: "Block"},
    "Block": {3: "Operation", 4: "AttributesEntry"},
    "Operation": {2: "InputsEntry", 4: "Block", 5: "AttributesEntry"},
    "InputsEntry": {2: "Argument"},
    "Argument": {1: "Binding"},
    "Binding": {2: "Value"},
    "AttributesEntry": {2: "Value"},
    "Value": {5: "BlobFileValue"},
}
TEXTS: Mapping[str, Mapping[int, str]] = {
    "CustomModel": {10: "className"},
    "CustomLayerParams": {10: "className"},
    "StringParameter": {1: "defaultValue"},
    "BlobFileValue": {1: "fileName"},
}
_VERSION = 1
_TYPES = range(200, 3001)
"""The fields of the kinds of models, of which a model has one."""
_PAGES = 8


def is_model(source: Source) -> bool:
    """Say whether a part is a Model: a version and a model of some kind, in any order."""
    seen: set[tuple[int, int]] = set()
    source = PagedSource(source, _PAGES)
    try:
        for field in fields(source, Span(0, source.size)):
            seen.add((field.number if field.number not in _TYPES else _TYPES.start, field.wire))
            if {(_VERSION, VARINT), (_TYPES.start, BYTES)} <= seen:
                return True
    except Malformed:
        return False
    return False
