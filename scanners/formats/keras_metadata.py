"""
`keras_metadata.pb`: what Keras 2 notes about the layers of the SavedModel beside it.

https://github.com/keras-team/tf-keras/blob/master/tf_keras/protobuf/saved_metadata.proto
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.protobuf.messages import LEAF
from scanners.protobuf.wire import BYTES, Span, fields
from scanners.tensorflow.keras_metadata import judge_metadata
from scanners.tensorflow.nodes import children, text
from scanners.tensorflow.objects import Metadata
from scanners.tensorflow.schema import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded, Finding, Gap
    from scanners.formats import Part

_NODES = SCHEMA["SavedMetadata"]["nodes"][0]
_PATH, _METADATA = (SCHEMA["KerasObject"][name][0] for name in ("node_path", "metadata"))


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what is wrong with the configuration of each layer."""
    source = part.source
    for span in children(source, Span(0, source.size), _NODES):
        where, places = "", list[Span]()
        for field in fields(source, span):
            if field.wire == BYTES and field.number == _PATH:
                where = text(source.read(field.start, min(LEAF, field.end - field.start)))
            elif field.wire == BYTES and field.number == _METADATA:
                places.append(field.span)
        for place in places:
            yield from judge_metadata(Metadata(source, place, where), part.allowed_imports)
