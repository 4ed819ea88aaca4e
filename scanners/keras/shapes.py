"""Tell the configuration of a Keras model from other JSON: its outermost object has a class and a configuration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanners.formats import Malformed
from scanners.json_documents import NOT_FOR_US
from scanners.keras.config import MAX_CONFIG_BYTES, parse

if TYPE_CHECKING:
    from scanners.sources import Source

_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\0 \t\r\n]*\{")
"""An object in any of the encodings that Python's `json.loads` takes: UTF-8, UTF-16, UTF-32."""
_KEY = re.compile(rb"c\0*l\0*a\0*s\0*s\0*_\0*n\0*a\0*m\0*e|\\\0*u\0*0\0*0\0*(?:63|6[cCdDeE]|61|73|5[fF]|65)")
"""The key of the class in those encodings, or one of its letters escaped."""
_WRAPPED = 3
"""Objects of which the last is the model."""
_WINDOW = 1 << 20
_OVERLAP = 64


def is_config(source: Source, head: bytes) -> bool:
    """
    Say whether a part is JSON that Keras would build a model of.

    One that is too long, or is JSON for other parsers, counts if the key is in it: its reader says that it was not read.
    """
    if _BEGINNING.match(head) is None or not _has_key(source):
        return False
    if source.size > MAX_CONFIG_BYTES:
        return True
    try:
        config = parse(source.read(0, source.size))
    except Malformed as error:
        return error.found in NOT_FOR_US
    return any(_is_model(root) for root in (config.root, *config.shadowed))


def _is_model(root: object) -> bool:
    """Say whether an object is a model, or holds one as the files of TensorFlow.js and old HDF5 converters do."""
    for _ in range(_WRAPPED):
        if not isinstance(root, dict):
            return False
        if {"class_name", "config"} <= root.keys():
            return True
        root = root.get("modelTopology", root.get("model_config"))
    return False


def _has_key(source: Source) -> bool:
    return any(
        _may_hold(source.read(max(0, offset - _OVERLAP), _WINDOW + _OVERLAP))
        for offset in range(0, source.size, _WINDOW)
    )


def _may_hold(window: bytes) -> bool:
    """Search for the key as it is written first, which is fast; then in other encodings and escaped, where there are any."""
    return b"class_name" in window or ((b"\0" in window or b"\\" in window) and _KEY.search(window) is not None)
