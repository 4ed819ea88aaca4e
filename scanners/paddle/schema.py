"""
The fields of PaddlePaddle's messages that are read, and how programs and parameters are told from other content.

https://github.com/PaddlePaddle/Paddle/blob/develop/paddle/fluid/framework/framework.proto
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from scanners.formats import Malformed
from scanners.pages import PagedSource
from scanners.protobuf.wire import BYTES, VARINT, Span, fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanners.sources import Source

CHILDREN: Mapping[str, Mapping[int, str]] = {
    "ProgramDesc": {1: "BlockDesc"},
    "BlockDesc": {4: "OpDesc"},
}
TEXTS: Mapping[str, Mapping[int, str]] = {"OpDesc": {3: "type"}}
PARAMETER = struct.Struct("<IQIi")
"""What stands in front of a tensor's description: a version, the levels of detail, a version, the description's length."""
_LONGEST_DESCRIPTION = 1024
_BLOCK = {(1, VARINT), (2, VARINT)}
"""Index and parent of a block, which every one of them must have for a parser to take it."""
_PAGES = 8


def is_program(source: Source) -> bool:
    """Say whether a part is a ProgramDesc: blocks, each with its index and its parent's, and operators or variables."""
    source = PagedSource(source, _PAGES)
    try:
        blocks = (field for field in fields(source, Span(0, source.size)) if field.number == 1 and field.wire == BYTES)
        first = next(blocks, None)
        return first is not None and _is_block(source, first.span)
    except Malformed:
        return False


def _is_block(source: Source, span: Span) -> bool:
    seen: set[tuple[int, int]] = set()
    for field in fields(source, span):
        seen.add((field.number, field.wire))
        if seen >= _BLOCK and seen & {(3, BYTES), (4, BYTES)}:
            return True
    return False


def is_parameters(head: bytes) -> bool:
    """Say whether a head is that of a file of parameters: versions and levels of 0, and a description of a tensor."""
    if len(head) < PARAMETER.size:
        return False
    version, levels, tensor_version, length = PARAMETER.unpack_from(head)
    described = head[PARAMETER.size : PARAMETER.size + 1] == b"\x08"
    return version == levels == tensor_version == 0 and 2 <= length <= _LONGEST_DESCRIPTION and described
