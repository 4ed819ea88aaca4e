"""
What a part is, by content. The name never decides; the engine holds it against `EXPECTED` afterwards.

Several answers are no accident: a ZIP is found from its end, a tar header leaves the first hundred bytes free, HDF5 may
start at any power of two, and a pickle of protocol 0 can start with anything that is an opcode. All that fit are given.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanners.archives.zip_directories import find_directories, mentions, records
from scanners.formats import Format
from scanners.magic import HEAD, by_head, by_offset, weak_stream
from scanners.plain_text import is_text
from scanners.protobuf_shapes import by_shape
from scanners.suffixes import EXPECTED, PICKLE_SUFFIXES, suffix
from scanners.unpickler import looks_like_pickle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.formats import Part
    from scanners.sources import Source

__all__ = ["EXPECTED", "identify"]

_WEAK = frozenset({Format.GZIP, Format.INERT})
"""Formats with so short a signature, or so little to hide, that raw numbers are not searched for them."""
_CHECKPOINT_SHARD = re.compile(r"\.data-[0-9]{5}-of-[0-9]{5}\Z")
_TABLE_MAGIC = bytes.fromhex("57fb808b247547db")
"""Footer of LevelDB's table format, in which TensorFlow writes checkpoint indices (tensorflow/core/lib/io/format.h)."""
_TORCH_OR_KERAS = re.compile(rb"data\.pkl|config\.json|model\.weights\.", re.IGNORECASE)
_ZIP_PARENTS = {Format.ZIP, Format.TORCH_ZIP, Format.KERAS_ZIP}


def identify(part: Part) -> tuple[Format, ...]:
    """Return every format that the part must be read as, never none; what cannot carry code is `INERT`."""
    head = part.source.read(0, HEAD)
    if not head:
        return (Format.INERT,)
    if part.declared is Format.TENSOR_DATA:
        return tuple(_in_numbers(part, head)) or (Format.TENSOR_DATA,)
    found = tuple(dict.fromkeys(_active(part, head)))
    return found or (_passive(part, head),)


def _in_numbers(part: Part, head: bytes) -> Iterator[Format]:
    """Yield what raw numbers turn out to be; only the start counts, and only what is no accident."""
    magic = by_head(head)
    if magic is Format.ZIP:
        yield from _zip_kinds(part.source)
    elif magic is not None and magic not in _WEAK:
        yield magic
    yield from (format_ for format_ in by_offset(head) if format_ is not Format.INERT)
    if looks_like_pickle(part.source, named=False):
        yield Format.PICKLE


def _active(part: Part, head: bytes) -> Iterator[Format]:
    """Yield the formats that can carry code."""
    source = part.source
    magic = by_head(head) or weak_stream(head)
    if magic is not None and magic not in (Format.ZIP, Format.INERT):
        yield magic
    yield from (format_ for format_ in by_offset(head) if format_ is not Format.INERT)
    if _is_safetensors(source, head):
        yield Format.SAFETENSORS
    named = magic is None and suffix(part.name) in PICKLE_SUFFIXES
    if part.declared is Format.PICKLE or looks_like_pickle(source, named=named):
        yield Format.PICKLE
    if magic is Format.ZIP or _zip_behind(part, magic):
        yield from _zip_kinds(source)
    if magic is None and (shape := by_shape(head, source.size)) is not None and shape is not Format.INERT:
        yield shape
    if magic is None and source.size >= 48 and source.read(source.size - 8, 8) == _TABLE_MAGIC:
        yield Format.TENSORFLOW_CHECKPOINT


def _passive(part: Part, head: bytes) -> Format:
    """Return what content is that carries no code, or that nobody knows."""
    if by_head(head) is Format.INERT or Format.INERT in by_offset(head):
        return Format.INERT
    if is_text(part.source, head):
        if suffix(part.name) in (".py", ".pyw"):
            return Format.PYTHON_SOURCE
        return Format.SCRIPT if head.startswith((b"#!", b"\xef\xbb\xbf#!")) else Format.INERT
    if by_shape(head, part.source.size) is Format.INERT:
        return Format.INERT
    return Format.TENSOR_DATA if _CHECKPOINT_SHARD.search(part.name) else Format.UNKNOWN


def _is_safetensors(source: Source, head: bytes) -> bool:
    """Say whether a header length fits the file and a JSON object follows it."""
    length = int.from_bytes(head[:8], "little")
    return head[8:9] == b"{" and 2 <= length <= source.size - 8


def _zip_behind(part: Part, magic: Format | None) -> bool:
    """
    Say whether a ZIP directory ends the part.

    A long compressed source is not inflated for this where its own reader accounts for every byte anyway.
    """
    accounted = magic is not None and magic is not Format.INERT
    if accounted and getattr(part.source, "sequential", False):
        return False
    return bool(find_directories(part.source).readings)


def _zip_kinds(source: Source) -> Iterator[Format]:
    """Yield which loaders would take a ZIP for theirs, by the names of its members."""
    names = _telling_names(source)
    torch = any(name == "data.pkl" for name in names)
    keras = "config.json" in names and any(name.startswith("model.weights.") for name in names)
    if torch:
        yield Format.TORCH_ZIP
    if keras:
        yield Format.KERAS_ZIP
    if not torch and not keras:
        yield Format.ZIP


def _telling_names(source: Source) -> set[str]:
    """Return the last components, in lower case, of member names that tell PyTorch's and Keras's archives."""
    found = find_directories(source)
    if not found.readings:
        match = _TORCH_OR_KERAS.findall(source.read(0, 1 << 20))
        return {name.decode().lower() for name in match}
    if not mentions(source, found, _TORCH_OR_KERAS):
        return set()
    names = (record.name for reading in found.readings for _, record in records(source, reading))
    last = (name.decode("latin-1").lower().replace("\\", "/").rpartition("/")[2] for name in names)
    return {name for name in last if _TORCH_OR_KERAS.match(name.encode("latin-1"))}
