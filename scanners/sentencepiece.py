"""
Tell vocabularies of SentencePiece, which have no signature: a message of pieces, each a text and a score.

https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto. Such a file is read by nothing that runs code,
so that every field of it must be one that it may have: a message with others is somebody else's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.formats import Malformed
from scanners.pages import PagedSource
from scanners.protobuf.wire import BYTES, FIXED32, VARINT, Span, fields

if TYPE_CHECKING:
    from scanners.sources import Source

_PIECES, _LAST = 1, 5
"""Of ModelProto: pieces, then how they were trained, the two normalizers, and samples to test it with."""
_OF_A_PIECE = {(1, BYTES), (2, FIXED32), (3, VARINT)}
_BEGINS = b"\x0a"
_LONGEST = 128
_PAGES = 8


def is_vocabulary(source: Source, head: bytes) -> bool:
    """Say whether a part is a vocabulary to its end."""
    if not head.startswith(_BEGINS):
        return False
    source = PagedSource(source, _PAGES)
    scored = False
    try:
        for field in fields(source, Span(0, source.size)):
            if field.wire != BYTES or field.number > _LAST:
                return False
            if field.number == _PIECES and is_piece(source, field.span):
                scored = True
            elif field.number == _PIECES:
                found = {(inner.number, inner.wire) for inner in fields(source, field.span)}
                scored |= found >= {(1, BYTES), (2, FIXED32)}
                if not found <= _OF_A_PIECE:
                    return False
    except Malformed:
        return False
    return scored


def is_piece(source: Source, span: Span) -> bool:
    """
    Say whether a message is a piece as it is usually written and nothing else: a text, a score, perhaps a kind.

    Tokenizers have up to a million of them, so that they are told without walking their fields.
    """
    content = source.read(span.start, min(_LONGEST, span.end - span.start))
    behind = 2 + content[1] if len(content) > 1 else 0
    rest = len(content) - behind
    scored = content[:1] == _BEGINS and content[behind : behind + 1] == b"\x15"
    return scored and rest in (5, 7) and len(content) < _LONGEST
