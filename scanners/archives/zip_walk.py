"""
Walk a ZIP file as the strictest and as the loosest reader at once.

Every record of every central directory is held against its local header, and each way of taking the bytes that the two
allow is yielded as a part of its own. What no record accounts for goes to `zip_leftovers`. Memory: 16 bytes and one hash
a member, up to 16 MiB of directory, and the first records; others are read again when their turn comes, in the order of
the file.
"""

from __future__ import annotations

from array import array

from scanners.archives.names import Names, bounded, folded, judge_link, judge_name
from scanners.archives.search import Overlay
from scanners.archives.zip_compare import (
    ENCRYPTED_AES,
    REFUSED_FLAGS,
    compare,
    descriptor_length,
    is_link,
    is_special,
    spellings,
)
from scanners.archives.zip_directories import find_directories, records
from scanners.archives.zip_leftovers import Leftovers
from scanners.archives.zip_members import checksum, conclude, fault, open_member, readings
from scanners.archives.zip_records import END, END64, LOCATOR, read_central, read_local
from scanners.findings import Embedded, Finding, Gap, Reason
from scanners.formats import Format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanners.archives.zip_directories import Directories, Directory
    from scanners.archives.zip_members import Reading
    from scanners.archives.zip_records import Central, Local
    from scanners.limits import Budget
    from scanners.sources import Source

    Fact = Finding | Gap | Embedded
    Declare = Callable[[str], Format | None]

_KEPT_DIRECTORY = 16 << 20
_KEPT_RECORDS = 4096
_LINK_TARGET = 4096
_MOST_OVERLAPS = 64


def walk(source: Source, budget: Budget, declare: Declare) -> Iterator[Fact]:
    """
    Yield every fact and every member of a ZIP file.

    `declare` says what the loader of this kind of archive takes a member of a given name for, None where content decides.
    """
    found = find_directories(source)
    if found.readings:
        first = min(reading.start for reading in found.readings)
        source = Overlay(source, first, min(_KEPT_DIRECTORY, source.size - first))
    yield from map(bounded, _Walk(source, budget, declare, found).facts())


class _Walk:
    """One pass over one archive."""

    def __init__(self, source: Source, budget: Budget, declare: Declare, found: Directories) -> None:
        self._source = source
        self._budget = budget
        self._declare = declare
        self._found = found
        self._leftovers = Leftovers(source, budget, declare, hidden=bool(found.readings))
        self._covered = 0
        """Everything before this offset is accounted for."""
        self._names = Names()
        self._overlaps = 0
        self._headers = array("Q")
        """Offset of each member's local header."""
        self._records = array("Q")
        """Offset of each member's directory record."""
        self._read: list[Central] = []
        """The first of these records, so that those of most archives are read once."""
        self._areas: list[tuple[int, int]] = []
        """Ranges that directories and end records take."""

    def facts(self) -> Iterator[Fact]:
        """Yield everything."""
        if not self._found.readings:
            yield Finding(rule="zip-no-directory", evidence="no end record leads to a central directory")
        if len(self._found.readings) > 1:
            starts = ", ".join(f"byte {reading.start}" for reading in self._found.readings)
            yield Finding(rule="zip-several-directories", evidence=f"central directories at {starts}")
        self._areas.extend((end.position, end.position + END.size + end.comment) for end in self._found.ends)
        for reading in self._found.readings:
            yield from self._collect(reading)
        yield from self._members()

    def _collect(self, directory: Directory) -> Iterator[Finding]:
        """Note where the members of one directory are, and the bytes that the directory itself takes."""
        end, number = directory.start, 0
        for position, record in records(self._source, directory):
            self._budget.spend_member()
            self._headers.append(max(0, directory.base + record.header))
            self._records.append(position)
            if len(self._read) < _KEPT_RECORDS:
                self._read.append(record)
            end, number = position + record.length, number + 1
        self._areas.append((directory.start, end))
        claimed = directory.claimed
        if directory.wide:
            self._areas.append((claimed.position, claimed.position + END64.size))
            self._areas.append((directory.end - LOCATOR.size, directory.end))
        mask = (1 << 64) - 1 if directory.wide else 0xFFFF
        if claimed.entries != number & mask or claimed.size != end - directory.start:
            evidence = (
                f"{number} records in {end - directory.start} bytes, "
                f"the end record claims {claimed.entries} in {claimed.size}"
            )
            yield Finding(rule="zip-directory-disagrees", evidence=evidence, offset=directory.start)

    def _members(self) -> Iterator[Fact]:
        """Read the members in file order, and what stands between them."""
        areas = sorted(self._areas, reverse=True)
        previous, seen = -1, set[tuple[object, ...]]()
        for index in sorted(range(len(self._headers)), key=self._headers.__getitem__):
            header = self._headers[index]
            while areas and areas[-1][0] < header:
                yield from self._account(*areas.pop())
            kept = index < len(self._read)
            record = self._read[index] if kept else read_central(self._source, self._records[index])
            if header != previous:
                previous, seen = header, set()
            if record is not None and (said := record[:6]) not in seen:
                seen.add(said)
                yield from self._member(header, record)
        while areas:
            yield from self._account(*areas.pop())
        yield from self._account(self._source.size, self._source.size)

    def _account(self, start: int, end: int) -> Iterator[Fact]:
        """Account for the range, after what lies between it and the last one."""
        if start > self._covered:
            yield from self._leftovers.between(self._covered, start)
        self._covered = max(self._covered, end)

    def _member(self, header: int, central: Central) -> Iterator[Fact]:
        local = read_local(self._source, header)
        if local is None:
            detail = f"member {central.name!r} has no local header at byte {header}"
            yield Gap(reason=Reason.MALFORMED, detail=detail, offset=header)
            return
        names = spellings(central, local)
        if header < self._covered:
            evidence = f"starts at byte {header}, before the end of what precedes it"
            yield Finding(rule="zip-overlapping-members", evidence=evidence, name=names[0], offset=header)
            self._overlaps += 1
            if self._overlaps > _MOST_OVERLAPS:
                yield from self._leave_out(header)
                return
        yield from self._account(header, local.data)
        yield from compare(central, local, names, header)
        yield from self._judge_names(names, header)
        if is_special(central.mode):
            evidence = f"Unix mode {central.mode:o}"
            yield Finding(rule="archive-special-file", evidence=evidence, name=names[0], offset=header)
        yield from self._contents(header, central, local, names)

    def _leave_out(self, header: int) -> Iterator[Gap]:
        """Say once that a bomb is not set off to its end: each further member can inflate to what all before it hold."""
        if self._overlaps == _MOST_OVERLAPS + 1:
            detail = f"more than {_MOST_OVERLAPS} members share bytes; the others that do were not inflated"
            yield Gap(reason=Reason.BUDGET, detail=detail, offset=header)

    def _judge_names(self, names: tuple[str, ...], header: int) -> Iterator[Finding]:
        """Judge every spelling; two that differ only in case count once."""
        for name in names:
            yield from judge_name(name, header)
        for name in {folded(name): name for name in reversed(names)}.values():
            yield from self._names.judge(name, header)

    def _contents(self, header: int, central: Central, local: Local, names: tuple[str, ...]) -> Iterator[Fact]:
        """Yield the member in every reading that the two headers allow, and account for its bytes."""
        ways = readings(central, local)
        end = local.data + ways[0].compressed
        length = descriptor_length(self._source, end, central, local)
        if length is None:
            evidence = "the data descriptor is missing or repeats other values"
            yield Finding(rule="zip-size-disagrees", evidence=evidence, name=names[0], offset=end)
        self._covered = max(self._covered, min(end + (length or 0), self._source.size))
        if names[0].endswith("/") and not ways[0].compressed and len(ways) == 1:
            return
        flagged = (central.flags | local.flags) & REFUSED_FLAGS or ENCRYPTED_AES in (central.method, local.method)
        broken: list[str] = []
        for way in ways:
            yield from (
                self._flagged(header, local, way, names) if flagged else self._plain(header, local, way, names, broken)
            )
        if len(broken) == len(ways):
            yield Gap(reason=Reason.MALFORMED, detail=f"member {names[0]!r}: {broken[0]}", offset=header)
        if is_link(central.mode):
            yield from self._link(header, local, ways[0], names[0])

    def _plain(
        self, header: int, local: Local, way: Reading, names: tuple[str, ...], broken: list[str]
    ) -> Iterator[Fact]:
        """Yield the member in one reading and what its bytes say against that; note in `broken` why it cannot be read."""
        source = open_member(self._source, local.data, way, self._budget)
        if source is None:
            yield _unknown_method(names[0], way.method, header)
            return
        declared = self._declared(names)
        yield Embedded(source=source, member=names[0], format=declared)
        if (why := fault(source)) is not None:
            broken.append(why)
        else:
            opaque = declared is Format.TENSOR_DATA
            yield from conclude(source, way, names[0], header, opaque=opaque)

    def _flagged(self, header: int, local: Local, way: Reading, names: tuple[str, ...]) -> Iterator[Fact]:
        """Yield a member whose flags say that it cannot be read: some are lies, and loose readers do not look."""
        source = open_member(self._source, local.data, way, self._budget)
        readable = source is not None and fault(source) is None and checksum(source) == way.crc
        if source is None or not readable:
            detail = f"member {names[0]!r} is encrypted or patched"
            yield Gap(reason=Reason.ENCRYPTED, detail=detail, offset=header)
        if readable:
            evidence = "marked as encrypted or patched, but its bytes are plain"
            yield Finding(rule="zip-flag-bits", evidence=evidence, name=names[0], offset=header)
        if source is not None:
            declared = self._declared(names) if readable else Format.TENSOR_DATA
            yield Embedded(source=source, member=names[0], format=declared)

    def _declared(self, names: tuple[str, ...]) -> Format | None:
        """Return what some spelling is declared as; readers in C, and CPython, end a name at its NUL."""
        for name in names:
            declared = self._declare(name) or self._declare(name.partition("\0")[0])
            if declared is not None:
                return declared
        return None

    def _link(self, header: int, local: Local, way: Reading, name: str) -> Iterator[Finding]:
        source = open_member(self._source, local.data, way, self._budget)
        if source is not None:
            target = source.read(0, _LINK_TARGET).decode("utf-8", "surrogateescape")
            yield from judge_link(name, target, header)


def _unknown_method(name: str, method: int, offset: int) -> Gap:
    detail = f"member {name!r}: compression method {method} is not read by this version"
    return Gap(reason=Reason.UNKNOWN_COMPRESSION, detail=detail, offset=offset)
