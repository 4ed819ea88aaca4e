"""The machine: stack, marks and memo, and the loop over opcodes.

It does to abstract values what CPython's unpicklers do to objects: the C one (Modules/_pickle.c) and the Python one
(Lib/pickle.py), versions 3.8 to 3.14. Where they differ, it goes on as long as either would: `Stopped` is raised only
where both have raised. A call, of which nobody can tell whether it would raise, is taken to succeed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.limits import BudgetExceeded
from scanners.unpickler.memo import Memo
from scanners.unpickler.reading import Reader, Stopped
from scanners.unpickler.values import LONGEST_TEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scanners.sources import Source
    from scanners.unpickler.facts import Fact
    from scanners.unpickler.listening import Listener
    from scanners.unpickler.values import Text

    Handler = Callable[["Machine"], Iterable[Fact] | None]

MOST_VALUES = 1 << 22
"""Values on the stack, or open marks, at one time: ten times what the deepest of real streams hold."""


class Machine(Reader):
    """One run over one stream."""

    __slots__ = ("at", "fence", "listener", "marks", "memo", "protocol", "running", "stack", "began")

    def __init__(self, source: Source, offset: int, listener: Listener, memo: Memo | None = None) -> None:
        super().__init__(source, offset)
        self.listener = listener
        self.began = offset
        self.stack: list[object] = []
        self.marks: list[int] = []
        self.fence = 0
        """Values below this stand under the last open mark and are out of reach."""
        self.memo = Memo() if memo is None else memo
        self.protocol = 0
        self.running = True
        self.at = offset
        """Offset of the opcode that runs."""

    def run(self) -> Iterator[Fact]:
        """Run to STOP, yielding what the listener reports; raise `Stopped` where the real machine raises."""
        from scanners.unpickler.table import HANDLERS

        while self.running:
            yield from self.step(HANDLERS)

    def step(self, handlers: Sequence[Handler]) -> Iterable[Fact]:
        """Run some opcodes: until one has something to report, or enough for the limits to be looked at."""
        for _ in range(64):
            facts = self.step_once(handlers)
            if facts or not self.running:
                return facts or ()
        if len(self.stack) > MOST_VALUES or len(self.marks) > MOST_VALUES:
            raise BudgetExceeded("values on a pickle's stack", MOST_VALUES)
        return ()

    def step_once(self, handlers: Sequence[Handler]) -> Iterable[Fact] | None:
        """Run one opcode."""
        if self.position >= len(self.window) and not self.refill():
            raise Stopped(self.start, "an opcode", "the end of the data")
        code = self.window[self.position]
        self.at = self.start + self.position
        self.position += 1
        return handlers[code](self)

    def read_text(self, where: Text) -> str:
        """Return the beginning of a text that was left where it stands."""
        return self._source.read(where.offset, min(where.length, LONGEST_TEXT)).decode("utf-8", "replace")

    def pop(self) -> object:
        """Take the topmost value."""
        if len(self.stack) <= self.fence:
            raise self.underflow(1)
        return self.stack.pop()

    def top(self) -> object:
        """Return the topmost value and leave it."""
        if len(self.stack) <= self.fence:
            raise self.underflow(1)
        return self.stack[-1]

    def pop_many(self, count: int) -> list[object]:
        """Take the topmost values, lowest first."""
        below = len(self.stack) - count
        if below < self.fence:
            raise self.underflow(count)
        taken = self.stack[below:]
        del self.stack[below:]
        return taken

    def pop_mark(self) -> list[object]:
        """Take all above the last mark, lowest first, and the mark."""
        if not self.marks:
            raise Stopped(self.at, "an open mark", "none")
        mark = self.marks.pop()
        self.fence = self.marks[-1] if self.marks else 0
        taken = self.stack[mark:]
        del self.stack[mark:]
        return taken

    def underflow(self, wanted: int) -> Stopped:
        """Return the error of an opcode that finds too few values."""
        return Stopped(self.at, f"{wanted} values on the stack", str(len(self.stack) - self.fence))
