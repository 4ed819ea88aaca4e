"""Tell text from binary content: the whole of it, since a head of text proves nothing about the rest."""

from __future__ import annotations

import codecs
import re

from scanners.archives.search import forwards
from scanners.magic import HEAD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanners.sources import Source

_CONTROL = bytes({*range(0x20), 0x7F} - {*b"\t\n\v\f\r\x1b"})
"""Bytes that no text in an 8-bit encoding holds; escape stands in logs with colours."""
_MARKED = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MARK = re.compile(rb"\xef\xbb\xbf|\xff\xfe(?:\0\0)?|\xfe\xff|\0\0\xfe\xff")
_BLANK = b" \t\n\v\f\r"


def beginning(source: Source, head: bytes) -> bytes:
    """
    Return the head of a text behind the white space it begins with, of which parsers of documents take any length.

    The mark of its encoding stays in front of it.
    """
    mark = _MARK.match(head)
    blank = _BLANK + b"\0" if mark and mark[0] != codecs.BOM_UTF8 else _BLANK
    start = position = mark.end() if mark else 0
    window = head[start:]
    while window and not window.lstrip(blank):
        position += len(window)
        window = source.read(position, HEAD)
    position += len(window) - len(window.lstrip(blank))
    return head if position == start else head[:start] + source.read(position, HEAD)


def is_text(source: Source, head: bytes) -> bool:
    """
    Say whether the content is text.

    That is UTF-8 without NUL (vocabularies hold other control characters), UTF-16 and -32 with a mark, or an 8-bit
    encoding without control characters. No signature of a binary format that matters passes for one of them.
    """
    for mark, encoding in _MARKED:
        if head.startswith(mark):
            return _decodes(source, encoding)
    decoder = codecs.getincrementaldecoder("utf-8")()
    eight_bit = valid = True
    for window in forwards(source):
        eight_bit = eight_bit and len(window.translate(None, _CONTROL)) == len(window)
        valid = valid and b"\0" not in window and _continues(decoder, window)
        if not (eight_bit or valid):
            return False
    return eight_bit or _continues(decoder, b"", final=True)


def _continues(decoder: codecs.IncrementalDecoder, window: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(window, final)
    except UnicodeDecodeError:
        return False
    return True


def _decodes(source: Source, encoding: str) -> bool:
    """Say whether text with a mark decodes to its end, and holds no NUL."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for window in forwards(source):
            if "\0" in decoder.decode(window):
                return False
    except UnicodeDecodeError:
        return False
    return _continues(decoder, b"", final=True)
