"""
What a ZIP file holds besides its members.

Readers of streams (`ZipInputStream`, bsdtar from a pipe, repair tools) know no central directory: they take any local header
they come to. So bytes that no record accounts for are searched for local headers; zeros are padding; anything else is
handed on as a part, opaque unless its content is recognised.
"""

from __future__ import annotations

import re

from scanners.archives.names import judge_name
from scanners.archives.search import occurrences, only_zeros
from scanners.archives.zip_compare import REFUSED_FLAGS, text
from scanners.archives.zip_members import Reading, conclude, fault, open_member
from scanners.archives.zip_records import (
    CENTRAL_SIGNATURE,
    DESCRIPTOR_SIGNATURE,
    FLAG_DESCRIPTOR,
    LOCAL_SIGNATURE,
    SATURATED,
    Local,
    read_local,
)
from scanners.findings import Embedded, Finding, Gap, Reason
from scanners.formats import Format
from scanners.sources import SliceSource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from scanners.limits import Budget
    from scanners.sources import Source

    Fact = Finding | Gap | Embedded

_LOCAL = re.compile(re.escape(LOCAL_SIGNATURE))
_ANY = re.compile(b"|".join(map(re.escape, (LOCAL_SIGNATURE, CENTRAL_SIGNATURE, DESCRIPTOR_SIGNATURE))))


class Leftovers:
    """Judges ranges of one archive that its directory does not account for."""

    def __init__(
        self, source: Source, budget: Budget, declare: Callable[[str], Format | None], *, hidden: bool
    ) -> None:
        """`hidden` says that there is a directory, so that a member outside it is hidden from its readers."""
        self._source = source
        self._budget = budget
        self._declare = declare
        self._hidden = hidden

    def between(self, start: int, end: int) -> Iterator[Fact]:
        """Yield the members and other bytes of one range."""
        rest = start
        for header in occurrences(self._source, _LOCAL, start, end):
            local = read_local(self._source, header) if header >= rest else None
            if local is None or local.data > end or not local.name:
                continue
            yield from self._junk(rest, header)
            rest = yield from self._member(header, local, end)
        yield from self._junk(rest, end)

    def _member(self, header: int, local: Local, end: int) -> Generator[Fact, None, int]:
        """Yield one member as its local header has it, and return where it ends."""
        self._budget.spend_member()
        name = text(local.name, local.flags)
        if self._hidden:
            evidence = "a local header that no directory record points to"
            yield Finding(rule="zip-hidden-member", evidence=evidence, name=name, offset=header)
        yield from judge_name(name, header)
        unsized = bool(local.flags & FLAG_DESCRIPTOR) and local.compressed in (0, SATURATED)
        room = end - local.data
        compressed = self._unsized(local, end) if unsized else min(local.compressed, room)
        reading = Reading(local.method, compressed, compressed if unsized else local.size, local.crc)
        source = open_member(self._source, local.data, reading, self._budget)
        if source is None:
            detail = f"member {name!r}: compression method {local.method} is not read by this version"
            yield Gap(reason=Reason.UNKNOWN_COMPRESSION, detail=detail, offset=header)
            return local.data + compressed
        yield Embedded(source=source, member=name, format=self._declare(name))
        if (why := fault(source)) is not None:
            reason = Reason.ENCRYPTED if local.flags & REFUSED_FLAGS else Reason.MALFORMED
            yield Gap(reason=reason, detail=f"member {name!r}: {why}", offset=header)
        elif not unsized:
            yield from conclude(source, reading, name, header, opaque=True)
        unused = source.unused if unsized and not isinstance(source, SliceSource) and not source.fault else 0
        return self._behind_descriptor(local, local.data + compressed - unused, end)

    def _unsized(self, local: Local, end: int) -> int:
        """Return how far a member without sizes can reach: to the next signature if it is stored, else to the end."""
        if local.method:
            return end - local.data
        behind = next(occurrences(self._source, _ANY, local.data, end), end)
        return behind - local.data

    def _behind_descriptor(self, local: Local, position: int, end: int) -> int:
        """Return where the data descriptor ends that a header announces; its layout is told by what follows it."""
        if not local.flags & FLAG_DESCRIPTOR:
            return position
        data = self._source.read(position, 28)
        for length in (16, 24, 12, 20):
            if position + length == end or data[length : length + 4] in (LOCAL_SIGNATURE, CENTRAL_SIGNATURE):
                return position + length
        return position

    def _junk(self, start: int, end: int) -> Iterator[Fact]:
        """Report bytes that are no member; in front of the archive identification has looked at them already."""
        if start >= end:
            return
        if start == 0:
            yield Finding(rule="zip-prefix", evidence=f"{end} bytes in front of the first member", offset=0)
        elif not only_zeros(self._source, start, end):
            last = end == self._source.size
            rule = "archive-trailing-bytes" if last else "zip-unaccounted-bytes"
            evidence = f"{end - start} bytes that belong to no member"
            yield Finding(rule=rule, evidence=evidence, offset=start)
            name = f"<bytes {start} to {end}>"
            yield Embedded(source=SliceSource(self._source, start, end - start), member=name, format=Format.TENSOR_DATA)
