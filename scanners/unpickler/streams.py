"""All streams of a source: several pickles one after the other, and what stands behind or between them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanners.findings import Finding
from scanners.sources import SliceSource
from scanners.unpickler.arrays import InlineArrays
from scanners.unpickler.listening import Cautious
from scanners.unpickler.losing import LosingMachine
from scanners.unpickler.machine import Machine
from scanners.unpickler.plausible import looks_like_pickle
from scanners.unpickler.reading import NOWHERE, Stopped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.sources import Source
    from scanners.unpickler.facts import Fact
    from scanners.unpickler.listening import Listener

_SEARCH = 1 << 18
_START = re.compile(rb"\x80[\x00-\x05]|[ci][^\n]{1,100}\n[^\n]{1,100}\n", re.DOTALL)
_LONGEST_START = 256
_MOST_STARTS = 1000
"""Places behind the first stream at which a further one is tried."""
_PADDING = re.compile(rb"\x00*\Z")


class Stream:
    """One stream, run as every kind of unpickler would."""

    def __init__(self, source: Source, offset: int, listener: Listener) -> None:
        self._source = source
        self._offset = offset
        self._listener = listener
        self.end = offset
        """Where the next stream starts for who reads one after the other."""
        self.error: Stopped | None = None
        """Why it broke."""

    def read(self) -> Iterator[Fact]:
        """Run the stream; what the further readings find is reported once."""
        arrays = InlineArrays()
        machine = Machine(self._source, self._offset, self._listener)
        machine.after_build = arrays
        yield from self._run(machine)
        self.end = machine.offset if self.error is None else max(machine.at + 1, self._offset + 1)
        error, lies = self.error, machine.lied or (self.error is not None and machine.frame_end != NOWHERE)
        if arrays.seen:
            yield from self._run(Machine(self._source, self._offset, Cautious(self._listener)))
        if lies:
            yield from self._run(LosingMachine(self._source, self._offset, Cautious(self._listener)))
        self.error = error

    def _run(self, machine: Machine) -> Iterator[Fact]:
        try:
            yield from machine.run()
        except Stopped as error:
            self.error = error


def read_streams(source: Source, listener: Listener, offset: int = 0) -> Iterator[Fact]:
    """
    Run every stream of a source from an offset on.

    Raises `Stopped` at the end where a stream broke: what came before it has run, and has been reported.
    """
    broken: Stopped | None = None
    while True:
        stream = Stream(source, offset, listener)
        yield from stream.read()
        broken = broken or stream.error
        if stream.error is None and _follows(source, stream.end):
            offset = stream.end
            continue
        if stream.error is None and (rest := _trailing(source, stream.end)):
            yield rest
        following = _search(source, stream.end)
        if following is None:
            break
        offset = following
    if broken is not None:
        raise broken


def _follows(source: Source, offset: int) -> bool:
    return looks_like_pickle(SliceSource(source, offset, NOWHERE), named=False)


def _search(source: Source, offset: int) -> int | None:
    """Return where a further stream stands behind bytes that are none."""
    tried = 0
    while window := source.read(offset, _SEARCH):
        for match in _START.finditer(window):
            tried += 1
            if tried > _MOST_STARTS:
                return None
            if _follows(source, offset + match.start()):
                return offset + match.start()
        if len(window) < _SEARCH:
            return None
        offset += len(window) - _LONGEST_START
    return None


def _trailing(source: Source, offset: int) -> Finding | None:
    """Tell of bytes behind a stream; zeros fill blocks up and are nothing."""
    position = offset
    while window := source.read(position, _SEARCH):
        if not _PADDING.match(window):
            sample = source.read(offset, 16)
            return Finding(rule="bytes-after-stop", evidence=f"begins with {sample.hex(' ')}", offset=offset)
        position += len(window)
    return None
