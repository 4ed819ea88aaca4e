"""
Walk a tar archive and everything it holds besides its members.

Members are ranges of the source, never extracted. Where two readers would disagree on where the next header stands (a PAX
size against the header's, a link that carries data), the bytes in question are handed on as a part of their own. After a
broken header the next one that is whole is searched, as GNU tar does.
"""

from __future__ import annotations

import re

from scanners.archives.names import Names, bounded, judge_hard_link, judge_link, judge_name
from scanners.archives.search import occurrences, only_zeros
from scanners.archives.tar_checksum import BLOCK, is_tar
from scanners.archives.tar_headers import (
    HARD_LINK,
    SPECIAL,
    SYMBOLIC_LINK,
    WITHOUT_DATA,
    Member,
    padded,
    read_member,
)
from scanners.findings import Embedded, Finding, Gap, Reason
from scanners.formats import Format, Malformed
from scanners.sources import SliceSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from scanners.limits import Budget
    from scanners.sources import Source

    Fact = Finding | Gap | Embedded
    Declare = Callable[[str], Format | None]

_USTAR = re.compile(rb"ustar")
_USTAR_AT = 257
_TELLING_MEMBERS = 16
"""Members looked at to tell which kind of archive it is; PyTorch writes four."""


def walk(source: Source, budget: Budget, declare: Declare) -> Iterator[Fact]:
    """
    Yield every fact and every member of a tar archive.

    `declare` says what the loader of this kind of archive takes a member of a given name for, None where content decides.
    """
    yield from map(bounded, _facts(source, budget, declare))


def _facts(source: Source, budget: Budget, declare: Declare) -> Iterator[Fact]:
    names = Names()
    everywhere: dict[str, str] = {}
    position: int | None = 0
    while position is not None:
        try:
            member = read_member(source, position, everywhere)
        except Malformed as error:
            yield Gap(reason=Reason.MALFORMED, detail=str(error), offset=error.offset)
            position = _next_header(source, position + BLOCK)
            continue
        if member is None:
            yield from _end(source, position)
            return
        budget.spend_member()
        position = yield from _member(source, member, names, declare)


def holds_names(source: Source, wanted: frozenset[str]) -> bool:
    """Say whether the first members of an archive include all of these names."""
    missing, position = set(wanted), 0
    everywhere: dict[str, str] = {}
    for _ in range(_TELLING_MEMBERS):
        try:
            member = read_member(source, position, everywhere)
        except Malformed:
            return False
        if member is None:
            return False
        missing.discard(member.name)
        if not missing:
            return True
        position = member.data + (0 if member.type in WITHOUT_DATA else padded(member.size))
    return False


def _member(source: Source, member: Member, names: Names, declare: Declare) -> Generator[Fact, None, int]:
    """Yield one member, and return where the next header stands."""
    yield from judge_name(member.name, member.start)
    yield from names.judge(member.name, member.start)
    if member.type == SYMBOLIC_LINK:
        yield from judge_link(member.name, member.link, member.start)
        names.add_link(member.name)
    elif member.type == HARD_LINK:
        yield from judge_hard_link(member.name, member.link, member.start)
    elif member.type in SPECIAL:
        evidence = f"tar type {member.type.decode('latin-1')}"
        yield Finding(rule="archive-special-file", evidence=evidence, name=member.name, offset=member.start)
    if member.sparse:
        detail = f"member {member.name!r} is sparse; its holes are not filled in by this version"
        yield Gap(reason=Reason.UNKNOWN_COMPRESSION, detail=detail, offset=member.start)
    if member.type in WITHOUT_DATA:
        yield from _data_of_none(source, member)
        return member.data
    yield from _data(source, member, declare)
    return member.data + padded(member.size)


def _data_of_none(source: Source, member: Member) -> Iterator[Fact]:
    """Judge bytes behind a member that has none: CPython reads headers there, others pass over them."""
    if member.size:
        evidence = f"a member of type {member.type.decode('latin-1')} with {member.size} bytes"
        yield Finding(rule="tar-size-disagrees", evidence=evidence, name=member.name, offset=member.start)
        yield _range(source, member.data, member.data + member.size)


def _data(source: Source, member: Member, declare: Declare) -> Iterator[Fact]:
    if member.data + member.size > source.size:
        there = max(0, source.size - member.data)
        detail = f"member {member.name!r} has {there} of {member.size} bytes"
        yield Gap(reason=Reason.MALFORMED, detail=detail, offset=member.data)
    content = SliceSource(source, member.data, max(0, min(member.size, source.size - member.data)))
    yield Embedded(source=content, member=member.name, format=declare(member.name))
    if member.size != member.header_size and (member.header_size or member.size < 1 << 33):
        evidence = f"{member.size} bytes by the PAX header, {member.header_size} by its own"
        yield Finding(rule="tar-size-disagrees", evidence=evidence, name=member.name, offset=member.start)
        other = member.data + padded(member.header_size)
        yield _range(source, *sorted((other, member.data + padded(member.size))))


def _end(source: Source, position: int) -> Iterator[Fact]:
    """Judge what follows the block of zeros that ends an archive."""
    if only_zeros(source, position, source.size):
        return
    while not source.read(position, BLOCK).strip(b"\0"):
        position += BLOCK
    evidence = f"{source.size - position} bytes behind the end of the archive"
    yield Finding(rule="archive-trailing-bytes", evidence=evidence, offset=position)
    yield _range(source, position, source.size)


def _range(source: Source, start: int, end: int) -> Embedded:
    end = min(end, source.size)
    part = SliceSource(source, start, max(0, end - start))
    return Embedded(source=part, member=f"<bytes {start} to {end}>", format=Format.TENSOR_DATA)


def _next_header(source: Source, position: int) -> int | None:
    """Return where the next header with a signature and a right checksum stands, None where there is none."""
    for found in occurrences(source, _USTAR, position, source.size):
        start = found - _USTAR_AT
        if start >= position and start % BLOCK == 0 and is_tar(source.read(start, BLOCK)):
            return start
    return None
