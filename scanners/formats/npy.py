"""
NumPy's `.npy`: a magic, a header that is a Python literal, raw numbers or one pickle.

Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1.0 to 3.0. The numbers are not
read; only what the header says of them is held against the size of the file. An array with object dtype is a pickle
behind the header.
"""

from __future__ import annotations

import ast
import re
import struct
import warnings
from math import prod
from typing import NamedTuple

from scanners.findings import Embedded, Finding, Gap
from scanners.formats import Format, Malformed
from scanners.numpy_dtypes import holds_objects, item_size
from scanners.sources import SliceSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.formats import Part
    from scanners.sources import Source

MAGIC = b"\x93NUMPY"
HEADER_LIMIT = 1 << 16
"""Bytes of header read. NumPy evaluates 10,000 characters unless told otherwise (`max_header_size`)."""
_KEYS = frozenset({"descr", "fortran_order", "shape"})
_PYTHON2_LONG = re.compile(r"(?<=[0-9])L\b")


class _Header(NamedTuple):
    descr: object
    shape: tuple[int, ...]
    data: int
    """Where the numbers, or the pickle, start."""


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what is wrong with the header, the pickle of an object array, and bytes behind the array."""
    header = _header(part.source)
    try:
        objects = holds_objects(header.descr)
        expected = header.data + prod(header.shape) * (0 if objects else item_size(header.descr))
    except ValueError as error:
        raise Malformed(len(MAGIC), "a dtype that is known", str(error)) from error
    if objects:
        yield Finding(rule="npy-object-array", evidence=f"dtype {str(header.descr)[:80]}", offset=len(MAGIC))
        rest = SliceSource(part.source, header.data, part.source.size - header.data)
        yield Embedded(source=rest, member="<object array>", format=Format.PICKLE)
    else:
        yield from _judge_size(part.source, header, expected)


def _judge_size(source: Source, header: _Header, expected: int) -> Iterator[Finding | Embedded]:
    if expected > source.size:
        evidence = f"shape {str(header.shape)[:60]} needs {expected - header.data} bytes, {source.size - header.data} are there"
        yield Finding(rule="npy-size-disagrees", evidence=evidence, offset=header.data)
    elif expected < source.size:
        evidence = f"{source.size - expected} bytes behind the array"
        yield Finding(rule="npy-trailing-bytes", evidence=evidence, offset=expected)
        rest = SliceSource(source, expected, source.size - expected)
        yield Embedded(source=rest, member=f"<bytes from {expected}>", format=Format.TENSOR_DATA)


def _header(source: Source) -> _Header:
    start = source.read(0, 12)
    if len(start) < 12 or not start.startswith(MAGIC) or start[6] not in (1, 2, 3):
        raise Malformed(0, "the magic and version 1, 2 or 3", start[6:8].hex())
    layout, begin = ("<I", 12) if start[6] >= 2 else ("<H", 10)
    length: int = struct.unpack_from(layout, start, 8)[0]
    if length > HEADER_LIMIT:
        raise Malformed(8, f"a header of at most {HEADER_LIMIT} bytes", f"{length}")
    text = source.read(begin, length)
    if len(text) < length:
        raise Malformed(begin, f"a header of {length} bytes", f"{len(text)}")
    value = _literal(text, "utf-8" if start[6] == 3 else "latin-1", begin)
    if not isinstance(value, dict) or value.keys() != _KEYS:
        raise Malformed(begin, "the keys descr, fortran_order and shape", repr(value)[:80])
    shape = value["shape"]
    if not isinstance(shape, tuple) or not all(type(length) is int and length >= 0 for length in shape):
        raise Malformed(begin, "a shape of natural numbers", repr(shape)[:80])
    return _Header(value["descr"], shape, begin + length)


def _literal(text: bytes, encoding: str, begin: int) -> object:
    """Evaluate the header as NumPy does; files of Python 2 have an L behind numbers."""
    try:
        decoded = _PYTHON2_LONG.sub("", text.decode(encoding).strip())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            return ast.literal_eval(decoded)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError) as error:
        raise Malformed(begin, "a Python literal", type(error).__name__) from error
