"""Tell TensorFlow's messages in protobuf's text format by the name of their first field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanners.sources import Source

_SKIPPED = re.compile(rb"(?:[\s,;]|#[^\n]*\n)*")
_NAME = re.compile(rb"[a-z_]+(?![A-Za-z0-9_])")
_MESSAGE = frozenset({b"{", b"<", b"["})
_NUMBER = frozenset({b"-", *(b"%d" % digit for digit in range(10))})
_TEXT = frozenset({b'"', b"'", b"["})
"""What a value of a kind begins with; only that of a message may stand without a colon."""
_FIRST: Mapping[str, tuple[str, frozenset[bytes]]] = {
    "meta_graphs": ("SavedModel", _MESSAGE),
    "saved_model_schema_version": ("SavedModel", _NUMBER),
    **dict.fromkeys(
        (
            "asset_file_def",
            "collection_def",
            "graph_def",
            "meta_info_def",
            "object_graph_def",
            "saver_def",
            "signature_def",
        ),
        ("MetaGraphDef", _MESSAGE),
    ),
    **dict.fromkeys(("node", "library", "versions", "debug_info"), ("GraphDef", _MESSAGE)),
    "version": ("GraphDef", _NUMBER),
    **dict.fromkeys(("model_checkpoint_path", "all_model_checkpoint_paths"), ("CheckpointState", _TEXT)),
}
"""Field -> the message that has it, and how its value begins; a parser refuses a text with fields of another message."""
_MARK = b"\xef\xbb\xbf"
_LONGEST = 256
_WINDOW = 1 << 16


def text_message(source: Source) -> str | None:
    """Return the message that a text is, by its first field; None for any other text."""
    start = _behind(source, len(_MARK) if source.read(0, len(_MARK)) == _MARK else 0)
    match = _NAME.match(source.read(start, _LONGEST))
    message, values = _FIRST.get(match[0].decode(), (None, _MESSAGE)) if match else (None, _MESSAGE)
    if message is None or match is None:
        return None
    position = _behind(source, start + match.end())
    if source.read(position, 1) == b":":
        position = _behind(source, position + 1)
    elif values is not _MESSAGE:
        return None
    return message if source.read(position, 1) in values else None


def _behind(source: Source, position: int) -> int:
    """Return where the white space, separators and comments end that stand at a position."""
    while window := source.read(position, _WINDOW):
        match = _SKIPPED.match(window)
        skipped = match.end() if match else 0
        if window.startswith(b"#", skipped) and b"\n" not in window[skipped:]:
            position = _after_comment(source, position + skipped)
        elif skipped == len(window):
            position += skipped
        else:
            return position + skipped
    return position


def _after_comment(source: Source, position: int) -> int:
    """Return where the line ends that a comment longer than a window stands on."""
    while position < source.size:
        window = source.read(position, _WINDOW)
        end = window.find(b"\n")
        if end >= 0:
            return position + end + 1
        position += len(window)
    return position
