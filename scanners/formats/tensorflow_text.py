"""
TensorFlow's messages in protobuf's text format: `.pbtxt` graphs and models, and the `checkpoint` file beside checkpoints.

The text is rewritten to the wire format, as far as it is read at all, and judged like the binary forms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.archives.names import leaves
from scanners.findings import Embedded, Finding
from scanners.formats import Malformed
from scanners.limits import BudgetExceeded
from scanners.protobuf.text import rewrite
from scanners.protobuf.wire import Span
from scanners.records import replace
from scanners.sources import BytesSource
from scanners.tensorflow.graph import judge_graph
from scanners.tensorflow.meta_graph import judge_meta_graph
from scanners.tensorflow.nodes import MESSAGES, children, text
from scanners.tensorflow.paths import Given
from scanners.tensorflow.schema import SCHEMA
from scanners.tensorflow.text_shapes import text_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Gap
    from scanners.formats import Part

MAX_TEXT_BYTES = 1 << 30
"""A text is held whole while it is rewritten; `tf.io.write_graph` of the biggest published graphs stays below this."""
_META_GRAPHS = SCHEMA["SavedModel"]["meta_graphs"][0]


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what is wrong with the message, whichever of TensorFlow's it is."""
    if part.source.size > MAX_TEXT_BYTES:
        raise BudgetExceeded("bytes of protobuf text", MAX_TEXT_BYTES)
    message = text_message(part.source)
    if message is None:
        raise Malformed(0, "a message of TensorFlow in the protobuf text format", "another beginning")
    content = part.source.read(0, part.source.size).removeprefix(b"\xef\xbb\xbf")
    for fact in _judge(message, BytesSource(rewrite(content, message, SCHEMA)), part.allowed_imports):
        # Offsets are those of the rewritten message.
        yield fact if isinstance(fact, Embedded) else replace(fact, offset=None)


def _judge(message: str, source: BytesSource, allowed: frozenset[str]) -> Iterator[Finding | Gap | Embedded]:
    whole = Span(0, source.size)
    if message == "SavedModel":
        for span in children(source, whole, _META_GRAPHS):
            yield from judge_meta_graph(source, span, allowed)
    elif message == "MetaGraphDef":
        yield from judge_meta_graph(source, whole, allowed)
    elif message == "GraphDef":
        yield from judge_graph(source, [whole], Given(), allowed)
    else:
        yield from _judge_state(source, whole)


def _judge_state(source: BytesSource, span: Span) -> Iterator[Finding]:
    """Judge the file that says which checkpoint is the latest."""
    state = MESSAGES.parse("CheckpointState", source, span)
    for path in dict.fromkeys((text(state.model_checkpoint_path), *map(text, state.all_model_checkpoint_paths))):
        if path.startswith("/") or "://" in path or leaves(path):
            yield Finding(rule="tensorflow-checkpoint-path", evidence=path[:200], name=path[:200])
