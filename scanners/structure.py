"""Tell formats that have no signature by their structure: Keras configurations, messages of several frameworks."""

from __future__ import annotations

import re

from scanners.coreml import schema as coreml
from scanners.formats import Format
from scanners.msgpack import is_map
from scanners.onnx import shapes as onnx
from scanners.paddle import schema as paddle
from scanners.plain_text import beginning
from scanners.suffixes import suffix
from scanners.tensorflow.shapes import tensorflow_shapes
from scanners.tensorflow.text_shapes import text_message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanners.sources import Source

_UBJSON = re.compile(rb"\{(?:L\0{7}|l\0{3}|I\0|[iU])\x07(?:learner|version)")
"""The outermost object of XGBoost's models and its first key, whatever width its length has."""
_MAPS = frozenset({*range(0x81, 0x90), 0xDE, 0xDF})
"""First bytes of maps in MessagePack that hold anything."""

_MESSAGES = (
    (Format.ONNX, onnx.is_model),
    (Format.COREML, coreml.is_model),
    (Format.PADDLE, paddle.is_program),
)


def by_structure(source: Source, head: bytes, name: str) -> tuple[Format, ...]:
    """Return the formats that a part fits; `INERT` for a message of TensorFlow's that can carry no code."""
    start = beginning(source, head)
    if b"{" in start and _is_config(source, start):
        return (Format.KERAS_CONFIG,)
    if text_message(source) is not None:
        return (Format.TENSORFLOW_TEXT,)
    if head and head[0] in _MAPS and is_map(source, named=suffix(name) == ".msgpack"):
        return (Format.FLAX_MSGPACK, *_carrying(by_messages(source, name)))
    if _UBJSON.match(head):
        return (Format.XGBOOST_UBJSON,)
    return by_messages(source, name)


def _is_config(source: Source, head: bytes) -> bool:
    """Say whether a text is a configuration of Keras; imported here, since messages never are."""
    from scanners.keras.shapes import is_config

    return is_config(source, head)


def by_messages(source: Source, name: str) -> tuple[Format, ...]:
    """Return the formats that a part fits as a message on the wire; one file can be made to be several."""
    found = tensorflow_shapes(source, name)
    more = tuple(format_ for format_, fits in _MESSAGES if fits(source))
    return (*_carrying(found), *more) if more else found


def _carrying(found: tuple[Format, ...]) -> tuple[Format, ...]:
    """Leave out that a message can carry no code."""
    return tuple(format_ for format_ in found if format_ is not Format.INERT)
