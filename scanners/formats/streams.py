"""
Compressed streams with one content: gzip, bzip2, xz, lzma, zlib and LZ4 frames.

joblib, tar and downloads use them. Specifications: RFC 1952, RFC 1950, https://tukaani.org/xz/xz-file-format.txt. Streams
that follow each other are one content, as their loaders read them; checksums are those of the standard library's
decoders (none for LZ4).
"""

from __future__ import annotations

from scanners import inflate
from scanners.findings import Embedded, Finding, Gap, Reason
from scanners.formats import Format, Malformed
from scanners.inflate import InflatedSource
from scanners.magic import HEAD, by_head, old_joblib_header, weak_stream
from scanners.sources import SliceSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.formats import Part

_CODECS: Mapping[Format | None, inflate.Codec] = {
    Format.GZIP: inflate.GZIP,
    Format.BZIP2: inflate.BZIP2,
    Format.XZ: inflate.XZ,
    Format.LZMA: inflate.LZMA,
    Format.ZLIB: inflate.ZLIB,
    Format.LZ4: inflate.LZ4,
}
_CONTENT_SUFFIX = {".tgz": ".tar", ".tbz2": ".tar", ".txz": ".tar"}
_STREAM_SUFFIXES = frozenset({".gz", ".bz2", ".xz", ".lzma", ".lz4", ".z", ".zlib"})


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield the content, and what stands behind the stream."""
    head = part.source.read(0, HEAD)
    codec = _CODECS.get(by_head(head) or weak_stream(head))
    if codec is None:
        raise Malformed(0, "a compressed stream", head[:4].hex())
    skipped = old_joblib_header(head)
    base = SliceSource(part.source, skipped, part.source.size - skipped)
    content = InflatedSource(base, codec, part.budget)
    yield Embedded(source=content, member=content_name(part.name))
    content.drain()
    if content.fault is not None:
        detail = f"the stream breaks after {content.size:,} inflated bytes: {content.fault}"
        yield Gap(reason=Reason.MALFORMED, detail=detail)
    elif content.unused:
        offset = part.source.size - content.unused
        yield Finding(
            rule="archive-trailing-bytes", evidence=f"{content.unused} bytes behind the stream", offset=offset
        )
        rest = SliceSource(part.source, offset, content.unused)
        yield Embedded(source=rest, member=f"<bytes from {offset}>", format=Format.TENSOR_DATA)


def content_name(name: str) -> str:
    """Return what the content is called once the stream's own suffix is off."""
    stem, dot, last = name.rpartition(".")
    ending = f".{last.lower()}"
    if not dot or not stem:
        return name
    if ending in _STREAM_SUFFIXES:
        return stem
    return stem + _CONTENT_SUFFIX[ending] if ending in _CONTENT_SUFFIX else name
