"""Tell text from binary content: the whole of it, since a head of text proves nothing about the rest."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from scanners.archives.search import forwards

if TYPE_CHECKING:
    from scanners.sources import Source

_CONTROL = bytes({*range(0x20), 0x7F} - {*b"\t\n\v\f\r\x1b"})
"""Bytes that no 8-bit text holds; escape stands in logs with colours."""
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def is_text(source: Source, head: bytes) -> bool:
    """Say whether the content is text: UTF-8, an 8-bit encoding without control characters, or UTF-16 and -32 with a mark."""
    for mark, encoding in _WIDE:
        if head.startswith(mark):
            return _decodes(source, encoding)
    if len(head.translate(None, _CONTROL)) != len(head):
        return False
    return all(len(window.translate(None, _CONTROL)) == len(window) for window in forwards(source))


def _decodes(source: Source, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for window in forwards(source):
            if "\0" in decoder.decode(window):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
