"""All streams of a source: several pickles one after the other, and what stands behind or between them."""

from __future__ import annotations

import re

from scanners.findings import Finding
from scanners.limits import BudgetExceeded
from scanners.sources import SliceSource, stored_from
from scanners.unpickler.arrays import InlineArrays
from scanners.unpickler.listening import Cautious, Doubtful
from scanners.unpickler.machine import Machine
from scanners.unpickler.memo import Memo, Unwritten
from scanners.unpickler.plausible import looks_like_pickle
from scanners.unpickler.reading import NOWHERE, Stopped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from scanners.sources import Source
    from scanners.unpickler.facts import Fact
    from scanners.unpickler.listening import Listener

_SEARCH = 1 << 18
_START = rb"(?s)\x80[\x00-\x05]|[ci][^\n]{1,100}\n[^\n]{1,100}\n"
_LONGEST_START = 256
MOST_STARTS = 10_000
"""Places between streams at which a further one is tried."""


class Stream:
    """One stream, run as every kind of unpickler would."""

    def __init__(self, source: Source, offset: int, listener: Listener, shared: Memo | None = None) -> None:
        """`shared` is the memo of an unpickler that has read the streams before this one."""
        self._source = source
        self._offset = offset
        self._listener = listener
        self._shared = shared
        self.end = offset
        """Where the next stream starts for who reads one after the other."""
        self.memo: Memo | None = None
        """The memo of an unpickler that reads the streams one after the other."""
        self.error: Stopped | None = None
        """Why it broke."""

    def read(self) -> Iterator[Fact]:
        """Run the stream; what the further readings find is reported once."""
        arrays = InlineArrays()
        machine = self._machine(self._listener)
        machine.after_build = arrays
        self.error = yield from self._run(machine)
        self._settle(machine)
        cautious = Cautious(self._listener)
        if arrays.seen:
            yield from self._run(self._machine(cautious))
        if machine.lied or (self.error is not None and machine.frame_end != NOWHERE):
            from scanners.unpickler.losing import LosingMachine

            yield from self._run(LosingMachine(self._source, self._offset, cautious))
        if self.error is None and self.end < machine.frame_end != NOWHERE:
            yield from self._run(Machine(self._source, machine.frame_end, cautious))
        if self._shared is not None and len(self._shared):
            yield from self._continue(self._shared)

    def _continue(self, memo: Memo) -> Iterator[Fact]:
        """Run the stream with the memo of those before it: if it breaks without, that is how it was written."""
        listener = Doubtful(self._listener) if self.error is None else self._listener
        machine = Machine(self._source, self._offset, listener, memo)
        error = yield from self._run(machine)
        if error is None and self.error is not None:
            self.error = None
            self._settle(machine)
        self.memo = memo

    def _settle(self, machine: Machine) -> None:
        """Take the end and the memo from the reading that counts."""
        self.end = machine.offset if self.error is None else max(machine.at, self._offset) + 1
        assert isinstance(machine.memo, Memo)
        self.memo = machine.memo

    def _machine(self, listener: Listener) -> Machine:
        return Machine(self._source, self._offset, listener)

    def _run(self, machine: Machine) -> Generator[Fact, None, Stopped | None]:
        try:
            yield from machine.run()
        except Stopped as error:
            return error
        return None


def read_streams(source: Source, listener: Listener, offset: int = 0) -> Iterator[Fact]:
    """
    Run every stream of a source from an offset on.

    Raises `Stopped` at the end where a stream broke: what came before it has run, and has been reported.
    """
    broken: Stopped | None = None
    memo: Memo | None = None
    search = _Search(source)
    following: int | None = offset
    while following is not None:
        stream = Stream(source, following, listener, memo)
        yield from stream.read()
        broken = broken or stream.error
        memo = stream.memo
        if stream.error is None and _follows(source, stream.end, memo):
            following = stream.end
            continue
        if stream.error is None and (rest := trailing(source, stream.end)):
            yield rest
        following = search.from_(stream.end)
    if broken is not None:
        raise broken


def read_scattered(source: Source, listener: Listener, offset: int) -> Iterator[Fact]:
    """Run the streams that stand somewhere behind an offset, where something else is expected."""
    following = _Search(source).from_(offset)
    if following is not None:
        yield from read_streams(source, listener, following)


def _follows(source: Source, offset: int, memo: Memo | None = None) -> bool:
    """Tell whether a stream begins at an offset; with a memo, also one that goes on using that."""
    rest = SliceSource(source, offset, NOWHERE)
    return looks_like_pickle(rest, named=False) or (
        bool(memo) and rest.read(0, 1) == b"\x80" and looks_like_pickle(rest, named=False, memo=Unwritten())
    )


class _Search:
    """Looks for streams behind bytes that are none."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._tried = 0

    def from_(self, offset: int) -> int | None:
        """Return where a stream begins at an offset or behind it."""
        while window := self._source.read(offset := stored_from(self._source, offset), _SEARCH):
            for match in re.finditer(_START, window):
                self._tried += 1
                if self._tried > MOST_STARTS:
                    raise BudgetExceeded("places where a further pickle could begin", MOST_STARTS)
                if _follows(self._source, offset + match.start()):
                    return offset + match.start()
            if len(window) < _SEARCH:
                return None
            offset += len(window) - _LONGEST_START
        return None


def trailing(source: Source, offset: int) -> Finding | None:
    """Tell of bytes behind a stream; zeros fill blocks up and are nothing."""
    position = offset
    while window := source.read(position := stored_from(source, position), _SEARCH):
        if window.count(0) < len(window):
            sample = source.read(offset, 16)
            return Finding(rule="bytes-after-stop", evidence=f"begins with {sample.hex(' ')}", offset=offset)
        position += len(window)
    return None
