"""
Tell JSON that a loader acts on from other JSON: it holds one of the keys that name code, kernels or files.

Vocabularies and tokenizers of many megabytes are the common case. They are searched once and not parsed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanners.directory.huggingface import KEYS
from scanners.directory.manifests import PIPELINE_INDEX, is_manifest
from scanners.formats import Malformed
from scanners.json_documents import NOT_FOR_US, parse, walk

if TYPE_CHECKING:
    from scanners.sources import Source

MAX_CONFIG_BYTES = 32 << 20
"""The biggest published indices have some ten MiB; parsing one costs about six times its size in memory."""
_OTHER_KEYS = ("_class_name", "handler", "implementation", "structure")
_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*[{\[]")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
"""Marks of UTF-16 and UTF-32, which Python's `json.loads` takes as well."""
_KEY = re.compile(rb'"(?:' + "|".join(key for key in (*KEYS, *_OTHER_KEYS) if key != "weight_map").encode() + rb')"')
_ESCAPED = re.compile(rb"\\u00[2-7]")
"""A character that nobody need escape; searched by itself, since patterns with one beginning are found faster."""
_INDEX = b'"weight_map"'
_MODULES = "modules.json"
_PATH_OUT = re.compile(rb':\s*"(?:[/~]|[^"]{0,1000}(?:\.\.|\\|:))')
"""A value that may lead out of a directory."""
_WINDOW = 1 << 20
_OVERLAP = 1024


def is_object(head: bytes) -> bool:
    """Say whether a text begins as a JSON object does."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def is_config(source: Source, head: bytes, name: str = "") -> bool:
    """
    Say whether a text is JSON that names something a loader would import, fetch or open.

    `head` is its beginning without white space in front, `name` what the file is called.
    """
    if _BEGINNING.match(head) is None:
        return head.startswith(_WIDE) and _acts(source, name)
    return _is_telling(source, head, name) and _acts(source, name)


def _is_telling(source: Source, head: bytes, name: str) -> bool:
    """Search a text for the keys that count, a window at a time."""
    if name.casefold() == PIPELINE_INDEX or _is_modules(source, head, name):
        return True
    index = leaving = False
    for offset in range(0, source.size, _WINDOW):
        window = source.read(max(0, offset - _OVERLAP), _WINDOW + _OVERLAP)
        if _KEY.search(window) is not None or _ESCAPED.search(window) is not None:
            return True
        index = index or _INDEX in window
        leaving = leaving or (index and _PATH_OUT.search(window) is not None)
        if leaving:
            return True
    return False


def _is_modules(source: Source, head: bytes, name: str) -> bool:
    """Say whether a text may be the list of a sentence-transformer's modules: a short one, or one of the name it is read by."""
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        return False
    return name.casefold() == _MODULES or (source.size <= _WINDOW and b'"type"' in source.read(0, _WINDOW))


def _acts(source: Source, name: str) -> bool:
    """
    Say whether a text is JSON with one of the keys in place; a loader refuses what is no JSON.

    Too long a one, or one for other parsers, counts: its reader says that it was not examined.
    """
    if source.size > MAX_CONFIG_BYTES:
        return True
    try:
        document = parse(source.read(0, source.size), "a configuration", MAX_CONFIG_BYTES)
    except Malformed as error:
        return error.found in NOT_FOR_US
    return any(
        is_manifest(root, name)
        or any(isinstance(item, dict) and not KEYS.keys().isdisjoint(item) for _, item in walk(root))
        for root in (document.root, *document.shadowed)
    )
