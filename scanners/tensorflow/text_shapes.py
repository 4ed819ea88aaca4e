"""Tell TensorFlow's messages in protobuf's text format by the name of their first field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanners.sources import Source

_SKIPPED = re.compile(rb"(?:\xef\xbb\xbf)?(?:[\s,;]|#[^\n]*\n)*")
_FIRST: Mapping[str, re.Pattern[bytes]] = {
    "SavedModel": re.compile(rb"meta_graphs\s*:?\s*[{<\[]|saved_model_schema_version\s*:\s*[0-9]"),
    "MetaGraphDef": re.compile(
        rb"(?:meta_info_def|graph_def|saver_def|collection_def|signature_def|asset_file_def|object_graph_def)\s*:?\s*[{<\[]"
    ),
    "GraphDef": re.compile(rb"(?:node|library|versions|debug_info)\s*:?\s*[{<\[]|version\s*:\s*[0-9]"),
    "CheckpointState": re.compile(rb"(?:model_checkpoint_path|all_model_checkpoint_paths)\s*:\s*[\"'\[]"),
}
"""Message -> how its text may begin; a parser refuses a text with fields of another message."""
_LONGEST = 256
_WINDOW = 1 << 16


def text_message(source: Source) -> str | None:
    """Return the message that a text is, by its first field; None for any other text."""
    position = 0
    while position < source.size:
        window = source.read(position, _WINDOW)
        match = _SKIPPED.match(window)
        skipped = match.end() if match else 0
        if window.startswith(b"#", skipped) and b"\n" not in window[skipped:]:
            position = _after_comment(source, position + skipped)
        elif skipped == len(window):
            position += skipped
        else:
            first = source.read(position + skipped, _LONGEST)
            return next((message for message, pattern in _FIRST.items() if pattern.match(first)), None)
    return None


def _after_comment(source: Source, position: int) -> int:
    """Return where the line ends that a comment longer than a window stands on."""
    while position < source.size:
        window = source.read(position, _WINDOW)
        end = window.find(b"\n")
        if end >= 0:
            return position + end + 1
        position += len(window)
    return position
