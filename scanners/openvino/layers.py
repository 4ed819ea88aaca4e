"""
The layers of OpenVINO's graphs: whose they are, and where the numbers of constants lie.

Operators that no set of OpenVINO's has come from an extension: a native library that the server loads.
https://docs.openvino.ai/2025/documentation/openvino-ir-format.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from scanners.xml_events import Start, events

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.sources import Source

_SETS = re.compile(r"opset[1-9][0-9]?|ie_internal_opset|type_relaxed_opset|experimental|")
_TOKENIZERS = frozenset(
    [
        "BPETokenizer",
        "ByteFallback",
        "BytesToChars",
        "CaseFold",
        "CharsMapNormalization",
        "CharsToBytes",
        "CombineSegments",
        "EqualStr",
        "FuzeRagged",
        "NormalizeUnicode",
        "RaggedTensorPack",
        "RaggedToDense",
        "RaggedToRagged",
        "RaggedToSparse",
        "RegexNormalization",
        "RegexSplit",
        "SentencepieceDetokenizer",
        "SentencepieceStreamDetokenizer",
        "SentencepieceTokenizer",
        "SpecialTokensSplit",
        "StringTensorPack",
        "StringTensorUnpack",
        "StringToHashBucket",
        "TrieTokenizer",
        "Truncate",
        "UTF8Validate",
        "UnigramTokenizer",
        "VocabDecoder",
        "VocabEncoder",
        "WordpieceTokenizer",
    ]
)
"""Operators of openvino-tokenizers, which OpenVINO's own servers ship (https://github.com/openvinotoolkit/openvino_tokenizers)."""
BITS: Mapping[str, int] = {
    **dict.fromkeys(("u1",), 1),
    "u2": 2,
    "u3": 3,
    **dict.fromkeys(("i4", "u4", "nf4", "f4e2m1"), 4),
    "u6": 6,
    **dict.fromkeys(("boolean", "i8", "u8", "f8e4m3", "f8e5m2", "f8e8m0"), 8),
    **dict.fromkeys(("f16", "bf16", "i16", "u16"), 16),
    **dict.fromkeys(("f32", "i32", "u32"), 32),
    **dict.fromkeys(("f64", "i64", "u64"), 64),
}
"""Element type -> bits an element takes; texts have no fixed size."""


class Constant(NamedTuple):
    """Where the numbers of a layer lie in the file of weights."""

    start: int
    end: int
    layer: str
    offset: int
    """Where the layer stands in the document."""


def is_known(version: str, type_: str) -> bool:
    """Say whether a layer is of a set of OpenVINO's own, or of its tokenizers."""
    return _SETS.fullmatch(version) is not None or type_ in _TOKENIZERS


def constant(data: Mapping[str, str], layer: str, offset: int) -> Constant | str | None:
    """Return the place that a `data` element gives, the reason why it can be none, or None where it gives none."""
    if "offset" not in data and "size" not in data:
        return None
    start, size = _natural(data.get("offset", "")), _natural(data.get("size", ""))
    if start is None or size is None:
        return f"offset {data.get('offset', '')[:40]!r}, size {data.get('size', '')[:40]!r}"
    bits, needed = BITS.get(data.get("element_type", "")), 1
    for length in filter(None, (part.strip() for part in data.get("shape", "").split(","))):
        if (value := _natural(length)) is None:
            return f"shape {data['shape'][:80]!r}"
        needed = min(needed * value, 1 << 63)
    if bits is not None and "shape" in data and size != -(-needed * bits // 8):
        return f"{needed} elements of {data['element_type'][:20]} in {size} bytes"
    return Constant(start, start + size, layer, offset)


def constants(source: Source) -> Iterator[Constant]:
    """Yield the places of all constants of a document that are as they should be."""
    layer: Mapping[str, str] = {}
    for event in events(source):
        if isinstance(event, Start) and event.name == "layer":
            layer = event.attributes
        elif isinstance(event, Start) and event.name == "data" and layer.get("type") == "Const":
            place = constant(event.attributes, layer.get("name", ""), event.offset)
            if isinstance(place, Constant):
                yield place


def _natural(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
