"""What kind of text a part is: a loader's, an interpreter's, or a reader's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.formats import Format
from scanners.suffixes import SHELL_SUFFIXES, TEMPLATE_SUFFIXES, suffix

if TYPE_CHECKING:
    from scanners.formats import Part
    from scanners.sources import Source


def text_kind(part: Part, source: Source, head: bytes) -> Format | None:
    """Return what acts on a text, None for a text that only people read."""
    if part.declared is Format.TORCHSCRIPT:
        return Format.TORCHSCRIPT
    if suffix(part.name) in (".py", ".pyw"):
        return Format.PYTHON_SOURCE
    if suffix(part.name) in TEMPLATE_SUFFIXES:
        return Format.JINJA_TEMPLATE
    if head.startswith((b"#!", b"\xef\xbb\xbf#!")) or suffix(part.name) in SHELL_SUFFIXES:
        return Format.SCRIPT
    return _document(source, head)


def _document(source: Source, head: bytes) -> Format | None:
    """Return what a text is by its content; imported here, since most files are no text."""
    from scanners.directory.json_shapes import is_config

    return Format.MODEL_CONFIG if is_config(source, head) else None
