"""
PaddlePaddle's parameters: `.pdiparams`, tensors one after the other, each behind a description.

Only the descriptions are read (paddle/fluid/framework/lod_tensor.cc and tensor_util.cc).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.findings import Finding
from scanners.formats import Malformed
from scanners.paddle.schema import PARAMETER, is_parameters
from scanners.protobuf.wire import VARINT, Span, fields, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.formats import Part
    from scanners.sources import Source

_BYTES: Mapping[int, int] = {0: 1, 1: 2, 2: 4, 3: 8, 4: 2, 5: 4, 6: 8, 20: 1, 21: 1, 22: 2, 23: 8, 24: 16, 32: 1, 33: 1}
"""VarType.Type -> bytes an element takes."""
_DATA_TYPE, _DIMS = 1, 2


def read(part: Part) -> Iterator[Finding]:
    """Yield what is wrong with the tensors; every byte of the file belongs to one."""
    source, position = part.source, 0
    while position < source.size:
        part.budget.spend_member()
        head = source.read(position, 1100)
        if not is_parameters(head):
            raise Malformed(position, "the description of a tensor", repr(head[:20]))
        *_, length = PARAMETER.unpack_from(head)
        start = position + PARAMETER.size + length
        end = start + _size(source, Span(position + PARAMETER.size, start))
        if end > source.size:
            evidence = f"a tensor up to byte {end} of a file of {source.size}"
            yield Finding(rule="paddle-parameters-disagree", evidence=evidence, offset=position)
            return
        position = end


def _size(source: Source, span: Span) -> int:
    """Return how many bytes a tensor takes by its description."""
    width, items = None, 1
    for field in fields(source, span):
        if field.number == _DATA_TYPE and field.wire == VARINT:
            width = _BYTES.get(field.value)
        elif field.number == _DIMS:
            for size in numbers(source, field):
                items = min(items * size, 1 << 63)
    if width is None:
        raise Malformed(span.start, "a tensor of a known type", "another")
    return items * width
