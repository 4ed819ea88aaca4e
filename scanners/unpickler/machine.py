"""
The machine: stack, marks and memo, and the loop over opcodes.

It does to abstract values what CPython's unpicklers do to objects: the C one (Modules/_pickle.c) and the Python one
(Lib/pickle.py), versions 3.8 to 3.14. Where they differ, it goes on as long as either would: `Stopped` is raised only
where both have raised. A call, of which nobody can tell whether it would raise, is taken to succeed.
"""

from __future__ import annotations

from scanners.limits import BudgetExceeded
from scanners.unpickler.classes import NONE
from scanners.unpickler.listening import Listener
from scanners.unpickler.memo import Memo, Overlay
from scanners.unpickler.reading import NOWHERE, Reader, Stopped
from scanners.unpickler.values import FORGOTTEN_TEXT, FORGOTTEN_TUPLE, LONGEST_TEXT, Global, Recalled, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scanners.sources import Source
    from scanners.unpickler.arrays import InlineArrays
    from scanners.unpickler.facts import Fact
    from scanners.unpickler.values import Text

    Handler = Callable[["Machine"], Iterable[Fact] | None]

MOST_VALUES = 1 << 20
"""Values on the stack, or open marks, at one time; of plain values, runs of hundreds count as one."""
MOST_IMPORTS = 100_000
"""Different names; real models import some hundreds."""
MOST_REPLAYS = 10_000
"""Runs that are read again for one value of theirs; past that, the value counts as forgotten."""
_CACHED_RUNS = 32
_LONGEST_TUPLE = 1 << 13
"""Bytes of runs in a tuple up to which its items are kept."""


class Machine(Reader):
    """One run over one stream."""

    __slots__ = (
        "_error",
        "_globals",
        "_recent",
        "_replays",
        "after_build",
        "began",
        "classes",
        "fence",
        "forwards_only",
        "lied",
        "listener",
        "looked_through",
        "marks",
        "memo",
        "next_choice",
        "protocol",
        "result",
        "running",
        "special",
        "stack",
        "steps",
    )

    def __init__(self, source: Source, offset: int, listener: Listener, memo: Memo | Overlay | None = None) -> None:
        super().__init__(source, offset)
        self.listener = listener
        self.began = offset
        self.forwards_only = bool(getattr(source, "sequential", False))
        """Whether reading backwards costs the source a new pass."""
        self.stack: list[object] = []
        self.marks: list[int] = []
        self.fence = 0
        """Values below this stand under the last open mark and are out of reach."""
        self.memo: Memo | Overlay = Memo() if memo is None else memo
        self.protocol = 0
        self.lied = False
        """Whether frames were found that make unpicklers read different streams."""
        self.running = True
        self.result: object = None
        """The value at STOP."""
        self.after_build: InlineArrays | None = None
        """What a loader does to an instance that BUILD has given its state."""
        self.special: str | None = None
        """An attribute of `special.SPECIAL` that some dict was given as a key."""
        self.looked_through = 0
        """Items of tuples that were looked through for imports."""
        self.steps = 0
        """Opcodes that were run one by one."""
        self.classes = NONE
        """Imports of which runs may hold instances."""
        self.next_choice = 0
        """From how many steps on these are chosen anew."""
        self._error: Stopped | None = None
        self._globals: dict[tuple[str, str, int], Global] = {}
        self._recent: dict[Run, list[object]] = {}
        self._replays = 0

    def run(self) -> Iterator[Fact]:
        """Run to STOP, yielding what the listener reports; raise `Stopped` where the real machine raises."""
        from scanners.unpickler.searching import FIRST_ROUND, LONGEST_ROUND, look_for_runs
        from scanners.unpickler.table import HANDLERS

        fruitless = 0
        while self.running:
            yield from self.step(HANDLERS, min(FIRST_ROUND << min(fruitless, 16), LONGEST_ROUND))
            if len(self.stack) > MOST_VALUES or len(self.marks) > MOST_VALUES:
                raise BudgetExceeded("values on a pickle's stack", MOST_VALUES)
            found = yield from look_for_runs(self, HANDLERS, fruitless)
            fruitless = 0 if found else fruitless + 1

    def step(self, handlers: Sequence[Handler], count: int = 1) -> Iterable[Fact]:
        """Run some opcodes, or up to one that has something to report."""
        for _ in range(count):
            position = self.position
            if position >= self.boundary:
                facts = self._cross()
                if facts or not self.running:
                    return facts
                position = self.position
            self.begin = position
            self.position = position + 1
            reported = handlers[self.window[position]](self)
            if reported:
                return reported
        self.steps += count
        return ()

    def lie(self, offset: int, why: str) -> Iterable[Fact]:
        """Note that unpicklers read different streams from here."""
        self.lied = True
        return self.listener.frame_disagrees(offset, why)

    def finish(self, result: object) -> None:
        """End the stream."""
        self.result = result
        self.running = False
        self.boundary = 0

    def fail(self, error: Stopped) -> None:
        """Raise an error before the next opcode: what the opcode that runs reports is heard first."""
        self._error = error
        self.boundary = 0

    def _cross(self) -> Iterable[Fact]:
        """Leave the frame, or read on; after STOP, or the last opcode before an error, do nothing more."""
        if not self.running:
            return ()
        if self._error is not None:
            raise self._error
        facts: Iterable[Fact] = ()
        if self.offset >= self.frame_end:
            if self.offset > self.frame_end:
                facts = self.lie(self.frame_end, "the frame ends inside an opcode")
            self.frame_end = NOWHERE
            self.set_boundary()
        if self.position >= len(self.window) and not self.refill():
            raise Stopped(self.start, "an opcode", "the end of the data")
        return facts

    def read_text(self, where: Text) -> str:
        """Return the beginning of a text that was left where it stands."""
        return self.source.read(where.offset, min(where.length, LONGEST_TEXT)).decode("utf-8", "replace")

    def find_global(self, module: str, name: str) -> Global:
        """Return what stands for an import, the same for the same name."""
        key = (module, name, self.protocol)
        found = self._globals.get(key)
        if found is None:
            if len(self._globals) >= MOST_IMPORTS:
                raise BudgetExceeded("names imported by a pickle", MOST_IMPORTS)
            found = self._globals[key] = Global(module, name, self.protocol, self.at)
        return found

    def pop(self) -> object:
        """Take the topmost value."""
        if len(self.stack) <= self.fence:
            raise self.underflow(1)
        value = self.stack.pop()
        if value.__class__ is Run:
            assert isinstance(value, Run)
            self.stack += self.expand(value)
            value = self.stack.pop()
        return value

    def top(self) -> object:
        """Return the topmost value and leave it."""
        value = self.pop()
        self.stack.append(value)
        return value

    def pop_many(self, count: int) -> list[object]:
        """Take the topmost values, lowest first."""
        stack = self.stack
        below = len(stack) - count
        if below >= self.fence:
            taken = stack[below:]
            if Run not in map(type, taken):
                del stack[below:]
                return taken
        return self._pop_among_runs(count)

    def _pop_among_runs(self, count: int) -> list[object]:
        stack = self.stack
        while True:
            below = max(len(stack) - count, self.fence)
            taken = stack[below:]
            for place, value in enumerate(taken):
                if isinstance(value, Run):
                    stack[below + place : below + place + 1] = self.expand(value)
                    break
            else:
                break
        if len(taken) < count:
            raise self.underflow(count)
        del stack[below:]
        return taken

    def pop_mark(self) -> list[object]:
        """Take all above the last mark, lowest first, and the mark. Runs may be among it."""
        if not self.marks:
            raise Stopped(self.at, "an open mark", "none")
        mark = self.marks.pop()
        self.fence = self.marks[-1] if self.marks else 0
        taken = self.stack[mark:]
        del self.stack[mark:]
        return taken

    def as_tuple(self, values: list[object]) -> object:
        """Make a tuple of values, runs among them; of very many values no items are kept."""
        if Run not in map(type, values):
            return tuple(values)
        if sum(value.end - value.start for value in values if isinstance(value, Run)) > _LONGEST_TUPLE:
            return FORGOTTEN_TUPLE
        expanded: list[object] = []
        for value in values:
            expanded += self.expand(value) if isinstance(value, Run) else (value,)
        return tuple(expanded)

    def underflow(self, wanted: int) -> Stopped:
        """Return the error of an opcode that finds too few values."""
        return Stopped(self.at, f"{wanted} values on the stack", str(len(self.stack) - self.fence))

    def recall(self, value: Recalled) -> object:
        """Return a value that a run remembered."""
        remembered = self._recent.get(value.run)
        if remembered is None:
            if self._replays >= MOST_REPLAYS:
                return FORGOTTEN_TEXT
            self._replays += 1
            self.expand(value.run)
            remembered = self._recent[value.run]
        return remembered[value.position]

    def expand(self, run: Run) -> list[object]:
        """Return the values of a run by running it after all."""
        from scanners.unpickler.table import HANDLERS

        assert isinstance(self.memo, Memo)
        overlay = Overlay(self.memo, run)
        replay = Machine(self.source if run.kept is None else run.kept, run.start, Listener(), overlay)
        while replay.offset < run.end:
            replay.step(HANDLERS)
        self._recent[run] = overlay.values
        if len(self._recent) > _CACHED_RUNS:
            del self._recent[next(iter(self._recent))]
        self.memo.settle(run, overlay.values)
        return replay.stack
