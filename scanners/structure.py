"""Tell formats that have no signature by their structure: Keras configurations, messages of TensorFlow and ONNX."""

from __future__ import annotations

from scanners.formats import Format
from scanners.keras.shapes import is_config
from scanners.msgpack import is_map
from scanners.onnx.shapes import is_model
from scanners.suffixes import suffix
from scanners.tensorflow.shapes import tensorflow_shapes
from scanners.tensorflow.text_shapes import text_message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanners.sources import Source

_MAPS = frozenset({*range(0x81, 0x90), 0xDE, 0xDF})
"""First bytes of maps in MessagePack that hold anything."""


def by_structure(source: Source, head: bytes, name: str) -> tuple[Format, ...]:
    """Return the formats that a part fits; `INERT` for a message of TensorFlow's that can carry no code."""
    if is_config(source, head):
        return (Format.KERAS_CONFIG,)
    if text_message(source) is not None:
        return (Format.TENSORFLOW_TEXT,)
    if head[0] in _MAPS and is_map(source, named=suffix(name) == ".msgpack"):
        return (Format.FLAX_MSGPACK,)
    return by_messages(source)


def by_messages(source: Source) -> tuple[Format, ...]:
    """Return the formats that a part fits as a message on the wire; one file can be made to be several."""
    found = tensorflow_shapes(source)
    if not is_model(source):
        return found
    return (*(format_ for format_ in found if format_ is not Format.INERT), Format.ONNX)
