"""Walk the metadata of a GGUF file: keys, types and lengths; only what is needed of the values is kept."""

from __future__ import annotations

from scanners.findings import Finding
from scanners.formats import Malformed
from scanners.gguf.names import Entries, shown, walk_names
from scanners.gguf.types import ARRAY, SIZES, STRING, UINT32
from scanners.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.gguf.cursor import HeaderCursor

_PAIRS = Entries(what="pairs of metadata", a_name="key", twice="the key stands twice", most=65_536)
"""Published models have some fifty."""
MAX_DEPTH = 4
"""Arrays in arrays; llama.cpp refuses the second level."""
MAX_ARRAYS = 100_000
ALIGNMENT = b"general.alignment"
TEMPLATE = b"tokenizer.chat_template"
DEFAULT_ALIGNMENT = 32
MAX_ALIGNMENT = 65_536


class Template(Record):
    """Where a chat template stands."""

    key: str
    offset: int
    length: int


class Metadata:
    """What was found in the metadata; filled while it is walked."""

    __slots__ = ("alignment", "arrays", "templates")

    def __init__(self) -> None:
        self.alignment = DEFAULT_ALIGNMENT
        self.templates: list[Template] = []
        self.arrays = 0


def walk_metadata(cursor: HeaderCursor, count: int, metadata: Metadata) -> Iterator[Finding]:
    """Yield what is wrong with `count` pairs; raise `Malformed` where they cannot be told apart any more."""
    for found in walk_names(cursor, count, cursor.count_size + 5, _PAIRS):
        if isinstance(found, Finding):
            yield found
        else:
            yield from _pair(cursor, found.name, metadata)


def _pair(cursor: HeaderCursor, key: bytes, metadata: Metadata) -> Iterator[Finding]:
    type_ = cursor.uint32()
    at = cursor.position
    if key == ALIGNMENT:
        yield from _alignment(cursor, type_, metadata)
    elif key == TEMPLATE or key.startswith(TEMPLATE + b"."):
        yield from _template(cursor, key, type_, metadata)
    else:
        yield from _value(cursor, type_, metadata, 0, shown(key), at)


def _alignment(cursor: HeaderCursor, type_: int, metadata: Metadata) -> Iterator[Finding]:
    at = cursor.position
    if type_ != UINT32:
        yield Finding(rule="gguf-header-disagrees", evidence=f"an alignment of value type {type_}", offset=at)
        yield from _value(cursor, type_, metadata, 0, shown(ALIGNMENT), at)
        return
    alignment = cursor.uint32()
    if alignment == 0 or alignment & (alignment - 1) or alignment > MAX_ALIGNMENT:
        evidence = f"an alignment of {alignment}, not a power of two up to {MAX_ALIGNMENT}"
        yield Finding(rule="gguf-header-disagrees", evidence=evidence, offset=at)
        return
    metadata.alignment = alignment


def _template(cursor: HeaderCursor, key: bytes, type_: int, metadata: Metadata) -> Iterator[Finding]:
    """Note where the template stands; what is no text cannot be one."""
    at = cursor.position
    if type_ != STRING:
        yield Finding(rule="gguf-header-disagrees", evidence=f"{shown(key)} of value type {type_}", offset=at)
        yield from _value(cursor, type_, metadata, 0, shown(key), at)
        return
    length = cursor.count()
    metadata.templates.append(Template(key=shown(key), offset=cursor.position, length=length))
    cursor.skip(length)


def _value(cursor: HeaderCursor, type_: int, metadata: Metadata, depth: int, key: str, at: int) -> Iterator[Finding]:
    if type_ == STRING:
        yield from _length(cursor.count(), 1, cursor, key, at)
    elif type_ == ARRAY:
        yield from _array(cursor, metadata, depth + 1, key, at)
    elif type_ in SIZES:
        cursor.skip(SIZES[type_])
    else:
        yield Finding(rule="gguf-header-disagrees", evidence=f"{key} of value type {type_}", name=key, offset=at)
        raise Malformed(at, "a value type that is known", f"{type_}")


def _array(cursor: HeaderCursor, metadata: Metadata, depth: int, key: str, at: int) -> Iterator[Finding]:
    metadata.arrays += 1
    if depth > MAX_DEPTH or metadata.arrays > MAX_ARRAYS:
        evidence = f"{key} holds arrays in arrays deeper than {MAX_DEPTH}, or more than {MAX_ARRAYS:,} of them"
        yield Finding(rule="gguf-header-disagrees", evidence=evidence, name=key, offset=at)
        raise Malformed(at, "arrays of numbers and text", "arrays nested or numbered beyond any need")
    type_ = cursor.uint32()
    count = cursor.count()
    if type_ in SIZES:
        yield from _length(count, SIZES[type_], cursor, key, at)
    elif count * cursor.count_size > cursor.left():
        yield from _length(count, cursor.count_size, cursor, key, at)
    elif type_ == STRING:
        cursor.skip_strings(count)
    else:
        for _ in range(count):
            yield from _value(cursor, type_, metadata, depth, key, at)


def _length(count: int, size: int, cursor: HeaderCursor, key: str, at: int) -> Iterator[Finding]:
    """Skip what is there; a length that the file cannot hold is what the readers in C and Go overflow on."""
    if count * size > cursor.left():
        evidence = f"{key} claims {count} items of {size} bytes, {cursor.left()} bytes are left"
        yield Finding(rule="gguf-header-disagrees", evidence=evidence, name=key, offset=at)
    cursor.skip(count * size)
