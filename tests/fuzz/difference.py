"""Does the machine report all that the real unpicklers do? Every name asked for, every call made, in order."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

from scanners.limits import BudgetExceeded
from scanners.sources import BytesSource
from scanners.unpickler import runs, searching
from scanners.unpickler.classes import Classes
from scanners.unpickler.listening import Listener
from scanners.unpickler.losing import LosingMachine
from scanners.unpickler.machine import Machine
from scanners.unpickler.reading import NOWHERE, Stopped
from scanners.unpickler.values import Global
from tests.fuzz.grammar import streams
from tests.fuzz.oracle import EXTENSIONS, LOSING, Trace, ask

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scanners.unpickler.facts import Fact
    from scanners.unpickler.memo import Memo

BATCH = 250
FREE = frozenset({"a"})
"""Modules of classes of which runs may hold instances: calls of them are not reported."""
ANYTHING = ["*", "*"]
"""Reported for an import whose name is not in the stream; stands for whatever the real machine asks for."""


class Case(NamedTuple):
    """A stream and what the real unpicklers did with it."""

    stream: bytes
    traces: list[Trace]


class Miss(NamedTuple):
    """Something that the real machine did and ours did not report."""

    stream: bytes
    reader: str
    real: list[list[str]] | list[str]
    reported: list[list[str]] | list[str]

    def __str__(self) -> str:
        return f"{self.reader}: real {self.real}, reported {self.reported}, stream {self.stream[:1500]!r}"


class Ear(Listener):
    """Writes down what the machine reports."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.called_: list[str] = []
        self.lies = False
        """Whether a file is another stream than the same bytes in memory."""

    def imported(self, what: Global) -> Iterable[Fact]:
        """Write down a name; some may be called unseen, though not be used for anything else."""
        what.guarded = what.made_freely = what.called_freely = what.module in FREE
        self.asked.append([what.module, what.name])
        return ()

    def import_not_determined(self, offset: int, why: str) -> Iterable[Fact]:
        """Write down that there was one."""
        self.asked.append(ANYTHING)
        return ()

    def extension(self, offset: int, code: int) -> Iterable[Fact]:
        """Write down the name that the oracle registers."""
        if code in EXTENSIONS and list(EXTENSIONS[code]) not in self.asked:
            self.asked.append(list(EXTENSIONS[code]))
        return ()

    def frame_disagrees(self, offset: int, why: str) -> Iterable[Fact]:
        """Write down that there was one."""
        self.lies = True
        return ()

    def called(self, offset: int, callee: object, arguments: object, *, new: bool) -> Iterable[Fact]:
        """Write down the callee, if anybody cares."""
        if not isinstance(callee, Global):
            self.called_.append("?")
        elif callee.module not in FREE:
            self.called_.append(f"{callee.module}\n{callee.name}")
        return ()


def listen(stream: bytes, kind: type[Machine] = Machine) -> Ear:
    """Run one of our machines."""
    ear = Ear()
    machine_ = kind(BytesSource(stream), 0, ear)
    try:
        for _ in machine_.run():
            pass
    except (Stopped, BudgetExceeded):
        ear.lies |= machine_.frame_end != NOWHERE
    return ear


def compare(case: Case) -> Iterator[Miss]:
    """Yield what our machine did not report."""
    usual = listen(case.stream)
    for trace in case.traces:
        ear = listen(case.stream, LosingMachine) if trace.reader == LOSING and usual.lies else usual
        if not _begins(ear.asked, trace.asked, ANYTHING):
            yield Miss(case.stream, trace.reader, trace.asked, ear.asked)
            continue
        called = [callee for callee in trace.called if callee.partition("\n")[0] not in FREE]
        if not _begins(ear.called_, called, "?"):
            yield Miss(case.stream, trace.reader, called, ear.called_)


def _begins(reported: Sequence[object], real: Sequence[object], anything: object) -> bool:
    """Tell whether what was reported begins with what was real; `anything` may stand for any."""
    if len(reported) < len(real):
        return False
    return all(said in (done, anything) for said, done in zip(reported, real, strict=False))


def cases(seed: int, count: int) -> Iterator[Case]:
    """Yield cases with their traces."""
    choose = random.Random(seed)
    for _ in range(0, count, BATCH):
        batch = [streams(choose) for _ in range(BATCH)]
        for stream, traces in zip(batch, ask(batch), strict=False):
            yield Case(stream, traces)


def choose_first(memo: Memo) -> Classes:
    """Choose the class at index 0, where that is one: few patterns have to be compiled."""
    return Classes(
        made=frozenset({0} & memo.made_freely),
        called=frozenset({0} & memo.called_freely),
        watched=frozenset({0} & memo.guarded),
    )


def be_eager() -> None:
    """Make the machine pass over runs wherever it can, however short they are."""
    runs.SHORTEST = 1
    runs.STEPS_FOR_RUNS = 0
    runs.STEPS_FOR_CONTAINERS = 0
    runs.STEPS_FOR_DEPTH = 0
    runs.STEPS_FOR_CLASSES = 0
    runs.DEPTH = 1
    runs._choose = choose_first
    searching.FIRST_ROUND = 1
    searching.LONGEST_ROUND = 1
