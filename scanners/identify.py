"""
What a part is, by content. The name never decides; the engine holds it against `EXPECTED` afterwards.

Several answers are no accident: a ZIP is found from its end, a tar header leaves the first hundred bytes free, HDF5 may
start at any power of two, and a pickle of protocol 0 can start with anything that is an opcode. All that fit are given.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanners.archives.tar_walk import holds_names
from scanners.archives.zip_directories import find_directories, mentions, records
from scanners.formats import Format
from scanners.magic import HDF5_SIGNATURE, HEAD, by_head, by_offset, weak_stream
from scanners.plain_text import is_text
from scanners.protobuf_shapes import by_shape
from scanners.sources import BytesSource
from scanners.structure import by_structure
from scanners.suffixes import EXPECTED, PICKLE_SUFFIXES, suffix
from scanners.unpickler import is_torch_legacy, looks_like_pickle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.formats import Part
    from scanners.sources import Source

__all__ = ["EXPECTED", "identify"]

_WEAK = frozenset({Format.GZIP, Format.INERT})
"""Formats with so short a signature, or so little to hide, that raw numbers are not searched for them."""
_TORCH_TAR_NAMES = frozenset({"storages", "tensors", "pickle"})
_CHECKPOINT_SHARD = re.compile(r"\.data-[0-9]{5}-of-[0-9]{5}\Z")
_TABLE_MAGIC = bytes.fromhex("57fb808b247547db")
"""Footer of LevelDB's table format, in which TensorFlow writes checkpoint indices (tensorflow/core/lib/io/format.h)."""
_TELLING = re.compile(
    rb"data\.pkl|serialization_id|extern_modules|archive_format|config\.json|metadata\.json|model\.weights\.",
    re.IGNORECASE,
)
_TORCH_NAMES = frozenset({"data.pkl", "serialization_id", "extern_modules", "archive_format"})
"""Members of what `torch.save`, `torch.jit.save`, `torch.package` and `torch.export.save` write."""


def identify(part: Part) -> tuple[Format, ...]:
    """Return every format that the part must be read as, never none; what cannot carry code is `INERT`."""
    head = part.source.read(0, HEAD)
    if not head:
        return (Format.INERT,)
    source = BytesSource(head) if len(head) < HEAD else part.source
    if part.declared is Format.TENSOR_DATA:
        return tuple(_in_numbers(source, head)) or (Format.TENSOR_DATA,)
    magic = by_head(head) or weak_stream(head)
    found: list[Format] = []
    found.extend(_at_the_start(source, head, magic))
    if _is_pickle(part, source, found, magic):
        found.append(Format.TORCH_LEGACY if is_torch_legacy(source) else Format.PICKLE)
    found.extend(_further_in(source, found, magic))
    structure = by_structure(source, head) if magic is None else ()
    found.extend(format_ for format_ in structure if format_ is not Format.INERT)
    shape = by_shape(head, source.size) if magic is None and not found else None
    shape = Format.INERT if Format.INERT in structure else shape
    if shape is not None and shape is not Format.INERT:
        found.append(shape)
    return tuple(dict.fromkeys(found)) or (_passive(part, source, head, shape or magic),)


def _in_numbers(source: Source, head: bytes) -> Iterator[Format]:
    """Yield what raw numbers turn out to be; only the start counts, and only what is no accident."""
    magic = by_head(head)
    if magic is Format.ZIP:
        yield from _zip_kinds(source)
    elif magic is not None and magic not in _WEAK:
        yield magic
    yield from (format_ for format_ in by_offset(head) if format_ is not Format.INERT)
    if looks_like_pickle(source, named=False):
        yield Format.PICKLE


def _at_the_start(source: Source, head: bytes, magic: Format | None) -> Iterator[Format]:
    """Yield the formats that can carry code and show at the start."""
    if magic is Format.ZIP:
        yield from _zip_kinds(source)
    elif magic is not None and magic is not Format.INERT:
        yield magic
    for format_ in by_offset(head):
        if format_ is not Format.INERT:
            yield Format.TORCH_TAR if format_ is Format.TAR and holds_names(source, _TORCH_TAR_NAMES) else format_
    if _is_safetensors(source, head):
        yield Format.SAFETENSORS


def _is_pickle(part: Part, source: Source, found: list[Format], magic: Format | None) -> bool:
    """Say whether the part is a pickle; its name counts where the content is nothing else."""
    named = not found and magic is None and suffix(part.name) in PICKLE_SUFFIXES
    return part.declared is Format.PICKLE or looks_like_pickle(source, named=named)


def _further_in(source: Source, found: list[Format], magic: Format | None) -> Iterator[Format]:
    """
    Yield the formats that are found from the end of a part, or far behind its start.

    A long compressed source is not inflated for this where the reader of what it starts with accounts for every byte.
    """
    if found and getattr(source, "sequential", False):
        return
    if magic is not Format.ZIP and find_directories(source).readings:
        yield from _zip_kinds(source)
    size = source.size
    at = HEAD
    while at + 8 <= size:
        if source.read(at, 8) == HDF5_SIGNATURE:
            yield Format.KERAS_HDF5
        at *= 2
    if size >= 48 and source.read(size - 8, 8) == _TABLE_MAGIC:
        yield Format.TENSORFLOW_CHECKPOINT


def _passive(part: Part, source: Source, head: bytes, kind: Format | None) -> Format:
    """Return what content is that carries no code, or that nobody knows."""
    if kind is Format.INERT or Format.INERT in by_offset(head):
        return Format.INERT
    if is_text(source, head):
        if part.declared is Format.TORCHSCRIPT:
            return Format.TORCHSCRIPT
        if suffix(part.name) in (".py", ".pyw"):
            return Format.PYTHON_SOURCE
        return Format.SCRIPT if head.startswith((b"#!", b"\xef\xbb\xbf#!")) else Format.INERT
    return Format.TENSOR_DATA if _CHECKPOINT_SHARD.search(part.name) else Format.UNKNOWN


def _is_safetensors(source: Source, head: bytes) -> bool:
    """Say whether a header length and a JSON object stand at the start; the length may lie, but is no text."""
    length = int.from_bytes(head[:8], "little")
    fits = 2 <= length <= source.size - 8
    return head[8:9] == b"{" and (fits or (head[9:10] == b'"' and 0 in head[:8]))


def _zip_kinds(source: Source) -> Iterator[Format]:
    """Yield which loaders would take a ZIP for theirs, by the names of its members."""
    names = _telling_names(source)
    torch = not _TORCH_NAMES.isdisjoint(names)
    keras = "config.json" in names and any(name.startswith(("model.weights.", "metadata.json")) for name in names)
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
        match = _TELLING.findall(source.read(0, 1 << 20))
        return {name.decode().lower() for name in match}
    if not mentions(source, found, _TELLING):
        return set()
    names = (record.name for reading in found.readings for _, record in records(source, reading))
    last = (name.decode("latin-1").lower().replace("\\", "/").rpartition("/")[2] for name in names)
    return {name for name in last if _TELLING.match(name.encode("latin-1"))}
