"""Tell formats that have no signature by their structure: Keras configurations and TensorFlow's messages."""

from __future__ import annotations

from scanners.formats import Format
from scanners.keras.shapes import is_config
from scanners.tensorflow.shapes import tensorflow_shapes
from scanners.tensorflow.text_shapes import text_message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanners.sources import Source


def by_structure(source: Source, head: bytes) -> tuple[Format, ...]:
    """Return the formats that a part fits; `INERT` for a message of TensorFlow's that can carry no code."""
    if is_config(source, head):
        return (Format.KERAS_CONFIG,)
    if text_message(source) is not None:
        return (Format.TENSORFLOW_TEXT,)
    return tensorflow_shapes(source)
