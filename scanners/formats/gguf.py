"""
GGUF: a header of metadata and tensor entries, then raw numbers.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 1 to 3 in both byte orders. Only the header is
read, in bounded windows. A file of a split model (`-00001-of-00003.gguf`) is whole by itself. Chat templates are handed on as
such; what the other values mean to a server is not looked at.
"""

from __future__ import annotations

from scanners.findings import Embedded, Finding, Gap
from scanners.formats import Format, Malformed
from scanners.gguf.cursor import HeaderCursor
from scanners.gguf.metadata import Metadata, walk_metadata
from scanners.gguf.tensors import judge_ranges, walk_tensors
from scanners.sources import SliceSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.formats import Part
    from scanners.gguf.tensors import Tensor
    from scanners.sources import Source

MAGIC = b"GGUF"
VERSIONS = (1, 2, 3)


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what is wrong with the header, the chat templates, and bytes that no tensor accounts for."""
    source = part.source
    cursor, tensor_count, pair_count = _start(source)
    metadata = Metadata()
    yield from walk_metadata(cursor, pair_count, metadata)
    for template in metadata.templates:
        text = SliceSource(source, template.offset, template.length)
        yield Embedded(source=text, member=template.key, format=Format.JINJA_TEMPLATE)
    tensors: list[Tensor] = []
    yield from walk_tensors(cursor, tensor_count, tensors, metadata.alignment)
    data = -(-cursor.position // metadata.alignment) * metadata.alignment
    yield from judge_ranges(source, data, tensors, metadata.alignment)


def _start(source: Source) -> tuple[HeaderCursor, int, int]:
    """Read magic, version and counts; the version tells the byte order (gguf-py/gguf/gguf_reader.py)."""
    head = source.read(0, 8)
    if len(head) < 8 or head[:4] != MAGIC:
        raise Malformed(0, "the magic GGUF and a version", head.hex())
    order = "<" if int.from_bytes(head[4:6], "little") else ">"
    version = int.from_bytes(head[4:], "little" if order == "<" else "big")
    if version not in VERSIONS:
        raise Malformed(4, "version 1, 2 or 3", f"{version}")
    cursor = HeaderCursor(source, 8, order, wide=version > 1)
    return cursor, cursor.count(), cursor.count()
