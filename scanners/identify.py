"""
What a part is, by content. The name never decides; the engine holds it against `EXPECTED` afterwards.

Several answers are no accident: a ZIP is found from its end, a tar header leaves the first hundred bytes free, HDF5 may
start at any power of two, and a pickle of protocol 0 can start with anything that is an opcode. All that fit are given.
"""

from __future__ import annotations

import re

from scanners.archives.zip_end import may_be_zip
from scanners.formats import Format, Malformed
from scanners.magic import HDF5_SIGNATURE, HEAD, by_head, by_offset, weak_stream
from scanners.plain_text import is_text
from scanners.sources import BytesSource
from scanners.suffixes import EXPECTED, PICKLE_SUFFIXES, suffix
from scanners.unpickler.plausible import is_opcode, is_torch_legacy, looks_like_pickle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.formats import Part
    from scanners.sources import Source

__all__ = ["EXPECTED", "identify"]

_WEAK = frozenset({Format.GZIP, Format.INERT})
"""Formats with so short a signature, or so little to hide, that raw numbers are not searched for them."""
_ZIPS = frozenset({Format.ZIP, Format.TORCH_ZIP, Format.KERAS_ZIP})
_LONGEST_WORD = 64
_FEW_VALUES = 8
"""Different bytes that masks and constant tensors have; some of those values are opcodes of pickles."""
_ACCOUNTED = frozenset(
    {
        Format.PICKLE,
        Format.TORCH_LEGACY,
        Format.NPY,
        Format.SAFETENSORS,
        Format.TAR,
        Format.ZIP,
        Format.TORCH_ZIP,
        Format.KERAS_ZIP,
        Format.GZIP,
        Format.BZIP2,
        Format.XZ,
        Format.LZMA,
        Format.ZLIB,
        Format.LZ4,
    }
)
"""Formats whose readers report every byte behind them: a long compressed source is not inflated to its end before that."""
_TORCH_TAR_NAMES = frozenset({"storages", "tensors", "pickle"})
_WIRE_TYPES = frozenset({0, 1, 2, 3, 5})
"""Low bits of a byte that a protobuf message can begin with."""
_OF_NUMBERS = frozenset({".ckpt", ".pb", ".weights"})
"""Suffixes that files of nothing but numbers have too: exporters to ONNX write `weights.pb`."""
_CHECKPOINT_SHARD = r"\.data-[0-9]{5}-of-[0-9]{5}\Z"
_TABLE_MAGIC = bytes.fromhex("57fb808b247547db")
"""Footer of LevelDB's table format, in which TensorFlow writes checkpoint indices (tensorflow/core/lib/io/format.h)."""
_IMPORT_LINE = rb"\A(?:[ -~\t\r]*\n)*import[ \t]+[A-Za-z_]"


def identify(part: Part) -> tuple[Format, ...]:
    """Return every format that the part must be read as, never none; what cannot carry code is `INERT`."""
    head = part.source.read(0, HEAD)
    if not head:
        return (Format.INERT,)
    source = BytesSource(head) if len(head) < HEAD else part.source
    if part.declared is Format.TENSOR_DATA:
        return tuple(_in_numbers(source, head)) or (Format.TENSOR_DATA,)
    magic = by_head(head) or weak_stream(head)
    found = list(_at_the_start(source, head, magic))
    if _is_pickle(part, source, found, magic):
        found.append(Format.TORCH_LEGACY if is_torch_legacy(source) else Format.PICKLE)
    if magic is Format.ZIP:
        found.extend(_zip_kinds(source))
    if not _ACCOUNTED.isdisjoint(found) and getattr(source, "sequential", False):
        return tuple(dict.fromkeys(found))
    return _by_the_rest(part, source, head, found, magic)


def _by_the_rest(
    part: Part, source: Source, head: bytes, found: list[Format], magic: Format | None
) -> tuple[Format, ...]:
    """Add what is not told from the start; reads go forwards, since going back costs compressed sources a pass."""
    plain = magic is None and not found
    if plain and _is_word(part, head):
        return (Format.INERT,)
    shapes = _by_structure(source, head, part.name) if plain else _by_messages(part, source, head, found)
    text = magic in (None, Format.INERT) and _may_be_text(part, found) and is_text(source, head)
    if plain and not shapes and not text:
        shapes = _vocabulary(source, head)
    found.extend(shape for shape in shapes if shape is not Format.INERT)
    if text:
        alone = plain or not found
        found.extend(kind for kind in _text_kinds(part, source, head) if alone or _runs(kind, source))
    found.extend(format_ for format_ in _further_in(source, magic, text=text) if not _belongs(format_, found))
    if found:
        return tuple(dict.fromkeys(found))
    if Format.INERT in shapes or magic is Format.INERT:
        return (Format.INERT,)
    return (Format.INERT if text else _unrecognised(part),)


def _belongs(format_: Format, found: list[Format]) -> bool:
    """Say whether an archive at the end is a part of the format: TensorFlow Lite's metadata writer puts it there."""
    return Format.TFLITE in found and format_ in _ZIPS


def _may_be_text(part: Part, found: list[Format]) -> bool:
    """Say whether what was found so far leaves room for text: Python source may parse as a pickle to its end."""
    return not found or (found == [Format.PICKLE] and suffix(part.name) in (".py", ".pyw"))


def _runs(kind: Format, source: Source) -> bool:
    """Say whether a text that parses as a pickle is a program as well; few are by accident."""
    return kind is Format.PYTHON_SOURCE and _is_python(source)


def _is_python(source: Source) -> bool:
    from scanners.python_source.syntax import MAX_SOURCE_BYTES, parse

    try:
        parse(source.read(0, MAX_SOURCE_BYTES))
    except Malformed:
        return source.size > MAX_SOURCE_BYTES
    return True


def _is_word(part: Part, head: bytes) -> bool:
    """Say whether a part without a suffix is one word: PyTorch's archives hold several, and a cache of the hub its revisions."""
    return len(head) <= _LONGEST_WORD and "." not in part.name and head.strip().isalnum()


def _by_structure(source: Source, head: bytes, name: str) -> tuple[Format, ...]:
    """Return formats without signature; imported here, since most parts never come to it."""
    from scanners.structure import by_structure

    return by_structure(source, head, name)


def _vocabulary(source: Source, head: bytes) -> tuple[Format, ...]:
    from scanners.sentencepiece import is_vocabulary

    return (Format.INERT,) if is_vocabulary(source, head) else ()


def _by_messages(part: Part, source: Source, head: bytes, found: list[Format]) -> tuple[Format, ...]:
    """Return messages that share a file with another format: their first fields can be made to spell most signatures."""
    if not _ACCOUNTED.isdisjoint(found) or head[0] & 7 not in _WIRE_TYPES:
        return ()
    from scanners.structure import by_messages

    return tuple(shape for shape in by_messages(source, part.name) if shape is not Format.INERT)


def _in_numbers(source: Source, head: bytes) -> Iterator[Format]:
    """Yield what raw numbers turn out to be; only the start counts, and only what is no accident."""
    magic = by_head(head)
    if magic is Format.ZIP:
        yield from _zip_kinds(source)
    elif magic is not None and magic not in _WEAK:
        yield magic
    yield from by_offset(head)
    if is_opcode(head[0]) and len(set(head)) > _FEW_VALUES and looks_like_pickle(source, named=False):
        yield Format.PICKLE


def _at_the_start(source: Source, head: bytes, magic: Format | None) -> Iterator[Format]:
    """Yield the formats that can carry code and show at the start."""
    if magic not in (None, Format.ZIP, Format.INERT):
        yield magic
    for format_ in by_offset(head):
        yield Format.TORCH_TAR if format_ is Format.TAR and _is_torch_tar(source) else format_
    if _is_safetensors(source, head):
        yield Format.SAFETENSORS


def _is_pickle(part: Part, source: Source, found: list[Format], magic: Format | None) -> bool:
    """Say whether the part is a pickle; its name counts where the content is nothing else."""
    named = not found and magic is None and suffix(part.name) in PICKLE_SUFFIXES and not _is_path_file(part, source)
    return part.declared is Format.PICKLE or looks_like_pickle(source, named=named)


def _is_path_file(part: Part, source: Source) -> bool:
    """Say whether a `.pth` is none of PyTorch's but one of site-packages: its first line that is code begins `import`."""
    return suffix(part.name) == ".pth" and re.search(_IMPORT_LINE, source.read(0, HEAD)) is not None


def _further_in(source: Source, magic: Format | None, *, text: bool) -> Iterator[Format]:
    """Yield the formats that are found far behind a part's start, or from its end."""
    at = HEAD
    while not text and len(signature := source.read(at, 8)) == 8:
        if signature == HDF5_SIGNATURE:
            yield Format.KERAS_HDF5
        at *= 2
    if magic is not Format.ZIP and may_be_zip(source):
        yield from _zip_kinds(source, from_the_end=True)
    if source.size >= 48 and source.read(source.size - 8, 8) == _TABLE_MAGIC:
        yield Format.TENSORFLOW_CHECKPOINT


def _text_kinds(part: Part, source: Source, head: bytes) -> tuple[Format, ...]:
    """Return what acts on a text; imported here, since most parts never come to it."""
    from scanners.text_kinds import text_kinds

    return text_kinds(part, source, head)


def _unrecognised(part: Part) -> Format:
    """
    Return `UNKNOWN`, but for raw numbers: shards of a TensorFlow checkpoint by their name, files by the model beside them.

    No model can say that of a file which a loader takes for something else by its name.
    """
    from scanners.numbers_beside import are_numbers

    if suffix(part.name) in EXPECTED and suffix(part.name) not in _OF_NUMBERS:
        return Format.UNKNOWN

    numbers = re.search(_CHECKPOINT_SHARD, part.name) or are_numbers(part)
    return Format.TENSOR_DATA if numbers else Format.UNKNOWN


def _is_torch_tar(source: Source) -> bool:
    """Say whether `torch.load` would take a tar archive for its own; it opens no compressed one."""
    from scanners.archives.tar_walk import holds_names

    return not getattr(source, "sequential", False) and holds_names(source, _TORCH_TAR_NAMES)


def _is_safetensors(source: Source, head: bytes) -> bool:
    """Say whether a header length and a JSON object stand at the start; the length may lie, but is no text."""
    if head[8:9] != b"{":
        return False
    length = int.from_bytes(head[:8], "little")
    return 2 <= length <= source.size - 8 or (head[9:10] == b'"' and 0 in head[:8])


def _zip_kinds(source: Source, *, from_the_end: bool = False) -> Iterator[Format]:
    """Yield which loaders would take a ZIP for theirs; imported here, since most files are none."""
    from scanners.archives.zip_kinds import zip_kinds

    return zip_kinds(source, from_the_end=from_the_end)
