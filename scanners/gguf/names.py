"""The two lists in the header of a GGUF file, of metadata and of tensors: so many entries, each of which begins with its name."""

from __future__ import annotations

from scanners.findings import Finding
from scanners.formats import Malformed
from scanners.limits import BudgetExceeded
from scanners.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.gguf.cursor import HeaderCursor

LONGEST_NAME = 65_535
"""Bytes of a name; the specification's limit for keys (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md)."""


class Entries(Record):
    """One of the lists."""

    what: str
    """What the entries are, for people."""
    a_name: str
    """What their names are called."""
    twice: str
    """What is wrong where a name stands twice."""
    most: int
    """Entries that are walked."""


class Entry(Record):
    """The beginning of an entry; the cursor stands behind its name."""

    offset: int
    name: bytes


def walk_names(cursor: HeaderCursor, count: int, smallest: int, entries: Entries) -> Iterator[Finding | Entry]:
    """
    Yield `count` entries of at least `smallest` bytes, each time with the cursor behind the name, and what is wrong with names.

    Raises `Malformed` where there cannot be so many, `BudgetExceeded` where there are too many.
    """
    if count * smallest > cursor.left():
        evidence = f"{count} {entries.what} in {cursor.left()} bytes"
        yield Finding(rule="gguf-header-disagrees", evidence=evidence, offset=cursor.position)
        raise Malformed(cursor.position, f"as many {entries.what} as the header says", "a shorter file")
    if count > entries.most:
        raise BudgetExceeded(entries.what, entries.most)
    seen: set[bytes] = set()
    for _ in range(count):
        entry = Entry(offset=cursor.position, name=_take(cursor, entries))
        if entry.name in seen:
            yield Finding(
                rule="gguf-duplicate-key", evidence=entries.twice, name=shown(entry.name), offset=entry.offset
            )
        seen.add(entry.name)
        if not _is_text(entry.name):
            evidence = f"a {entries.a_name} that is no text"
            yield Finding(rule="gguf-header-disagrees", evidence=evidence, name=shown(entry.name), offset=entry.offset)
        yield entry


def shown(name: bytes) -> str:
    """Return a name as reports show it."""
    return name[:100].decode("utf-8", "replace")


def _take(cursor: HeaderCursor, entries: Entries) -> bytes:
    length = cursor.count()
    if length > LONGEST_NAME:
        raise Malformed(cursor.position, f"a {entries.a_name} of at most {LONGEST_NAME} bytes", f"{length}")
    return cursor.take(length)


def _is_text(name: bytes) -> bool:
    """Say whether a name is text in UTF-8, as the format wants it; values may be anything."""
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True
