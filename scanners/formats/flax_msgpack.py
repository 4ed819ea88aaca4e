"""
MessagePack as Flax writes it (`flax_model.msgpack`, checkpoints): maps of maps, arrays in extension values.

Layout: flax/serialization.py (`msgpack_serialize`, `_MsgpackExtType`). An array is a shape, the name of a dtype and bytes; the
bytes are not read, only held against the shape. What reads the parameters is the server's own code.
"""

from __future__ import annotations

from math import prod

from scanners.cursor import Cursor
from scanners.findings import Embedded, Finding, Gap
from scanners.formats import Format, Malformed
from scanners.msgpack import MAX_DEPTH, Kind, Walker
from scanners.sources import SliceSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.formats import Part
    from scanners.msgpack import Value

    Fact = Finding | Gap | Embedded

NDARRAY, COMPLEX, SCALAR = 1, 2, 3
"""Codes of extension values (flax/serialization.py, `_MsgpackExtType`)."""
_MAX_DIMENSIONS = 64
_READ_BYTES = 16
"""Plain bytes of this length on are looked at: Flax writes none, and pickles hide in them."""
_WIDTHS: Mapping[str, int] = {
    **dict.fromkeys(("bool", "int8", "uint8", "int4", "uint4", "int2", "uint2"), 1),
    **dict.fromkeys(("int16", "uint16", "float16", "bfloat16", "V2"), 2),
    **dict.fromkeys(("int32", "uint32", "float32"), 4),
    **dict.fromkeys(("int64", "uint64", "float64", "complex64"), 8),
    "complex128": 16,
}
"""Name of a dtype -> bytes of an item. Names beginning with float8, float6 and float4 take one."""


def read(part: Part) -> Iterator[Fact]:
    """Yield what is wrong with the arrays, what other extensions and bytes there are, and bytes behind the value."""
    walker = Walker(Cursor(part.source))
    yield from _value(walker, walker.next(), part, 0)
    end, size = walker.cursor.position, part.source.size
    if end < size:
        yield Finding(rule="msgpack-trailing-bytes", evidence=f"{size - end} bytes behind the value", offset=end)
        rest = SliceSource(part.source, end, size - end)
        yield Embedded(source=rest, member=f"<bytes from {end}>", format=Format.TENSOR_DATA)


def _value(walker: Walker, value: Value, part: Part, depth: int) -> Iterator[Fact]:
    if depth > MAX_DEPTH:
        raise Malformed(value.offset, f"at most {MAX_DEPTH} levels", "more")
    if value.kind is Kind.MAP:
        yield from _map(walker, value, part, depth)
    elif value.kind is Kind.ARRAY:
        for _ in range(value.length):
            yield from _value(walker, walker.next(), part, depth + 1)
    elif value.kind is Kind.EXTENSION:
        yield from _extension(walker, value, part)
    else:
        walker.cursor.skip(value.length)
        if value.kind is Kind.BYTES and value.length >= _READ_BYTES:
            part.budget.spend_member()
            content = SliceSource(part.source, value.offset, value.length)
            yield Embedded(source=content, member=f"<bytes at {value.offset}>", format=Format.TENSOR_DATA)


def _map(walker: Walker, value: Value, part: Part, depth: int) -> Iterator[Fact]:
    seen: set[bytes] = set()
    for _ in range(value.length):
        key = walker.next()
        if key.kind is Kind.TEXT:
            text = walker.text(key)
            if text in seen:
                name = text[:100].decode("utf-8", "replace")
                yield Finding(
                    rule="msgpack-duplicate-key", evidence="the key stands twice", name=name, offset=key.offset
                )
            seen.add(text)
        else:
            yield from _value(walker, key, part, depth + 1)
        yield from _value(walker, walker.next(), part, depth + 1)


def _extension(walker: Walker, value: Value, part: Part) -> Iterator[Fact]:
    end = value.offset + value.length
    if value.code in (NDARRAY, SCALAR):
        yield from _array(part, value)
    elif value.code != COMPLEX:
        evidence = f"extension {value.code} of {value.length} bytes"
        yield Finding(rule="msgpack-extension-not-known", evidence=evidence, name=str(value.code), offset=value.offset)
        content = SliceSource(part.source, value.offset, value.length)
        yield Embedded(source=content, member=f"<extension at {value.offset}>", format=Format.TENSOR_DATA)
    walker.cursor.skip(end - walker.cursor.position)


def _array(part: Part, value: Value) -> Iterator[Finding]:
    """Hold an array's bytes against its shape and the name of its dtype."""
    inner = Walker(Cursor(SliceSource(part.source, value.offset, value.length)))
    try:
        shape, dtype, length = _fields(inner)
    except Malformed as error:
        yield Finding(rule="msgpack-array-disagrees", evidence=str(error)[:150], offset=value.offset)
        return
    if dtype.lstrip("<>=|") in ("O", "object") or dtype.startswith("object"):
        yield Finding(rule="msgpack-object-array", evidence=f"dtype {dtype}", name=dtype, offset=value.offset)
        return
    width = 1 if dtype.startswith(("float8", "float6", "float4")) else _WIDTHS.get(dtype)
    if width is None:
        yield Finding(rule="msgpack-type-not-known", evidence=f"dtype {dtype}", name=dtype, offset=value.offset)
    elif prod(shape) * width != length:
        evidence = f"shape {shape} of {dtype} in {length} bytes"[:150]
        yield Finding(rule="msgpack-array-disagrees", evidence=evidence, offset=value.offset)


def _fields(walker: Walker) -> tuple[list[int], str, int]:
    """Read a shape, the name of a dtype, and how many bytes follow."""
    outer = walker.next()
    if outer.kind is not Kind.ARRAY or outer.length != 3:
        raise Malformed(outer.offset, "a shape, a dtype and bytes", outer.kind.name.lower())
    shape = walker.next()
    if shape.kind is not Kind.ARRAY or shape.length > _MAX_DIMENSIONS:
        raise Malformed(shape.offset, f"a shape of at most {_MAX_DIMENSIONS} lengths", f"{shape.length}")
    lengths = [_natural(walker) for _ in range(shape.length)]
    dtype = walker.next()
    if dtype.kind not in (Kind.TEXT, Kind.BYTES):
        raise Malformed(dtype.offset, "the name of a dtype", dtype.kind.name.lower())
    name = walker.text(dtype).decode("latin-1")
    numbers = walker.next()
    walker.skip(numbers)
    if numbers.kind not in (Kind.TEXT, Kind.BYTES) or walker.cursor.left():
        raise Malformed(numbers.offset, "bytes, and nothing behind them", numbers.kind.name.lower())
    return lengths, name, numbers.length


def _natural(walker: Walker) -> int:
    """Read a number that is not below zero."""
    at = walker.cursor.position
    value = walker.next()
    length = walker.cursor.position - at
    walker.cursor.position = at
    data = walker.cursor.take(length)
    if value.kind is Kind.SCALAR and data[0] < 0x80:
        return data[0]
    if value.kind is Kind.SCALAR and 0xCC <= data[0] <= 0xCF:
        return int.from_bytes(data[1:], "big")
    raise Malformed(at, "a length", data[:1].hex())
