"""Hostile text made safe to show: names and evidence come from files that want to be misread."""

from __future__ import annotations

import unicodedata

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""General categories that move the cursor, reorder or hide text (Unicode TR36, TR9), or cannot be encoded."""


def printable(text: str, limit: int | None = None) -> str:
    """
    Return the text with everything that a terminal, a log or a browser could act on as a backslash escape.

    `limit` cuts after so many characters and says by `...` that it did.
    """
    if limit is not None and len(text) > limit:
        return printable(text[: limit - 3]) + "..."
    if text.isascii() and text.isprintable():
        return text.replace("\\", "\\\\")
    return "".join(_escaped(character) for character in text)


def _escaped(character: str) -> str:
    if character == "\\" or unicodedata.category(character) in _UNSAFE:
        return character.encode("unicode_escape", "surrogatepass").decode() if character != "\\" else "\\\\"
    return character
