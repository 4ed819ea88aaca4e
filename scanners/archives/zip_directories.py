"""
Find every central directory that some reader of ZIP files would use.

Readers differ. CPython's `zipfile` takes the last end record of the last 65,557 bytes, believes a ZIP64 record whenever a
locator stands in front of it, and shifts all offsets by whatever precedes the archive; miniz (PyTorch) takes offsets as
written; Java insists on a comment that ends with the file. Each reading that leads to a directory is kept.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from scanners.archives.zip_end import END_SIGNATURE, TAIL
from scanners.archives.zip_records import (
    CENTRAL_SIGNATURE,
    END,
    END64,
    LOCATOR,
    SATURATED,
    End,
    read_central,
    read_end,
    read_end64,
    read_locator,
)
from scanners.limits import BudgetExceeded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.archives.zip_records import Central
    from scanners.sources import Source

_MOST_READINGS = 8


class Directory(NamedTuple):
    """One reading of where the central directory is."""

    start: int
    """Offset of the first record."""
    claimed: End
    """What the end record says of it."""
    base: int
    """Added to every header offset: the length of a prefix that the archive does not know of."""
    end: int
    """Where the 32-bit end record stands."""
    wide: bool
    """Whether a ZIP64 end record was believed."""


class Directories(NamedTuple):
    """All readings of one file."""

    readings: tuple[Directory, ...]
    """Distinct ones, CPython's first; empty where no end record leads anywhere."""
    ends: tuple[End, ...]
    """The 32-bit end records that some reader would use, in file order."""


def find_directories(source: Source) -> Directories:
    """
    Return every reading; none for bytes that no reader takes for a ZIP file.

    Raises `BudgetExceeded` for more readings than any two readers have: each costs a pass over a directory.
    """
    ends = tuple(_ends(source))
    readings: dict[tuple[int, int], Directory] = {}
    for end in reversed(ends):
        for reading in _readings(source, end):
            if _leads_somewhere(source, reading):
                readings.setdefault((reading.start, reading.base), reading)
        if len(readings) > _MOST_READINGS:
            raise BudgetExceeded("central directories of one ZIP archive", _MOST_READINGS)
    return Directories(tuple(readings.values()), ends)


def records(source: Source, directory: Directory) -> Iterator[tuple[int, Central]]:
    """Yield (position, record) for as long as records follow each other, whatever the end record claims."""
    position = directory.start
    while (record := read_central(source, position)) is not None:
        yield position, record
        position += record.length


def mentions(source: Source, directories: Directories, pattern: re.Pattern[bytes]) -> bool:
    """Say whether the bytes of some directory match; the pattern must match no more than 64 bytes."""
    for directory in directories.readings:
        start, end = directory.start, max(directory.start, directory.end)
        for position in range(start, end, _WINDOW):
            if pattern.search(source.read(position, min(_WINDOW + 64, end - position))):
                return True
    return False


_WINDOW = 1 << 20


def _ends(source: Source) -> Iterator[End]:
    """Yield the last end record and every other one whose comment ends exactly with the file."""
    start = max(0, source.size - TAIL)
    tail = source.read(start, TAIL)
    if END_SIGNATURE not in tail:
        return
    positions = [match.start() for match in re.finditer(END_SIGNATURE, tail) if match.start() + END.size <= len(tail)]
    for position in positions:
        end = read_end(source, start + position)
        if end is None:
            continue
        exact = end.position + END.size + end.comment == source.size
        if exact or position == positions[-1]:
            yield end


def _readings(source: Source, end: End) -> Iterator[Directory]:
    """Yield where the directory may be: right in front of the end records, or where they say."""
    behind = end.position
    locator = end.position - LOCATOR.size
    target = read_locator(source, locator)
    if target is not None:
        for position in dict.fromkeys((locator - END64.size, target)):
            wide = read_end64(source, position)
            if wide is not None:
                behind = min(behind, position)
                yield Directory(position - wide.size, wide, position - wide.size - wide.offset, end.position, wide=True)
                yield Directory(wide.offset, wide, 0, end.position, wide=True)
    if SATURATED not in {end.size, end.offset}:
        yield Directory(behind - end.size, end, behind - end.size - end.offset, end.position, wide=False)
        yield Directory(end.offset, end, 0, end.position, wide=False)


def _leads_somewhere(source: Source, reading: Directory) -> bool:
    """Say whether a record stands where the reading leads; an empty directory must end with the file, or be no accident."""
    if reading.start < 0 or reading.start > reading.end:
        return False
    if source.read(reading.start, 4) == CENTRAL_SIGNATURE:
        return True
    claimed = reading.claimed
    exact = reading.wide or claimed.position + END.size + claimed.comment == source.size
    return claimed.entries == claimed.size == reading.base == 0 and exact
