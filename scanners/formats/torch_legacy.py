"""
PyTorch's layout before 1.6, which `torch.save` still writes on request: five pickles, then raw storages.

Magic number, protocol version, system, the object, the keys of its storages; then for each key eight bytes of length and
the numbers (`_legacy_load` in https://github.com/pytorch/pytorch/blob/main/torch/serialization.py). The numbers are not
read; only that they fill the file is held against what the object says of them.
"""

from __future__ import annotations

from scanners.findings import Embedded, Finding, Gap
from scanners.formats import Malformed
from scanners.limits import BudgetExceeded
from scanners.unpickler import Judge, Nested, Stopped, Stream, read_scattered, read_streams
from scanners.unpickler.values import Global

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scanners.formats import Part
    from scanners.unpickler import Fact

_PICKLES = 5
_OBJECT = 3
"""Which of the pickles is the object: the one whose persistent ids name storages."""
_MOST_STORAGES = 1 << 20
_ITEM_SIZES: Mapping[str, int] = {
    "BFloat16Storage": 2,
    "BoolStorage": 1,
    "ByteStorage": 1,
    "CharStorage": 1,
    "ComplexDoubleStorage": 16,
    "ComplexFloatStorage": 8,
    "DoubleStorage": 8,
    "FloatStorage": 4,
    "HalfStorage": 2,
    "IntStorage": 4,
    "LongStorage": 8,
    "QInt32Storage": 4,
    "QInt8Storage": 1,
    "QUInt2x4Storage": 1,
    "QUInt4x2Storage": 1,
    "QUInt8Storage": 1,
    "ShortStorage": 2,
    "UntypedStorage": 1,
}


class _Storages(Judge):
    """Judges, and notes the storages that the object asks for."""

    sizes: dict[object, int | None]
    """Bytes of each storage by its key; None where they are not known."""

    def persistent(self, offset: int, identifier: object) -> Iterable[Fact]:
        """Note a storage: ('storage', class, key, location, number of items, view)."""
        del offset
        if isinstance(identifier, tuple) and len(identifier) >= 5 and isinstance(identifier[2], str):
            self.sizes[identifier[2]] = _size(identifier[1], identifier[4])
        if len(self.sizes) > _MOST_STORAGES:
            raise BudgetExceeded("storages", _MOST_STORAGES)
        return ()


def _size(storage: object, count: object) -> int | None:
    item = _ITEM_SIZES.get(storage.name) if isinstance(storage, Global) else None
    return None if item is None or not isinstance(count, int) or count < 0 else 8 + item * count


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what the pickles would do to who loads them, and bytes behind the storages."""
    judge = _Storages(part.source, part.allowed_imports, persistent_ids=True)
    judge.sizes = {}
    offset = 0
    for _ in range(_PICKLES):
        stream = Stream(part.source, offset, judge)
        yield from map(_embed, stream.read())
        if stream.error is not None:
            yield from _rest(part, judge, offset)
            return
        offset = stream.end
    yield from _behind(part, judge, offset)


def _behind(part: Part, judge: _Storages, offset: int) -> Iterator[Finding | Gap | Embedded]:
    """Yield what stands behind the raw storages."""
    sizes = [size for size in judge.sizes.values() if size is not None]
    if len(sizes) < len(judge.sizes):
        raise Malformed(offset, "storages of known types", "others")
    end = offset + sum(sizes)
    if end > part.source.size:
        raise Malformed(offset, f"{end - offset} bytes of storages", f"{part.source.size - offset}")
    if end < part.source.size:
        evidence = f"{part.source.size - end} bytes behind the storages"
        yield Finding(rule="bytes-after-stop", evidence=evidence, offset=end)
        yield from map(_embed, read_scattered(part.source, judge, end))


def _rest(part: Part, judge: Judge, offset: int) -> Iterator[Finding | Gap | Embedded]:
    """Yield what pickles do that are not where the layout has them."""
    try:
        yield from map(_embed, read_streams(part.source, judge, offset))
    except Stopped as error:
        raise Malformed(error.offset, error.expected, error.found) from error


def _embed(fact: Fact) -> Finding | Gap | Embedded:
    return Embedded(source=fact.source, member=fact.member) if isinstance(fact, Nested) else fact
