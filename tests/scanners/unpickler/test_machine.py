"""The machine: what it reports, and where it stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from scanners.limits import BudgetExceeded
from scanners.sources import BytesSource
from scanners.unpickler import containers
from scanners.unpickler import machine as machine_module
from scanners.unpickler.listening import Listener
from scanners.unpickler.losing import LosingMachine
from scanners.unpickler.machine import Machine
from scanners.unpickler.reading import Stopped
from scanners.unpickler.values import Container, Global, Made

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanners.unpickler.facts import Fact


class Heard(NamedTuple):
    """What a listener heard."""

    what: str
    detail: object


class Ear(Listener):
    """Writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []

    def imported(self, what: Global) -> Iterable[Fact]:
        self.heard.append(Heard("import", f"{what.module}.{what.name}"))
        return ()

    def called(self, offset: int, callee: object, arguments: object, *, new: bool) -> Iterable[Fact]:
        name = callee.name if isinstance(callee, Global) else type(callee).__name__
        self.heard.append(Heard("new" if new else "call", name))
        return ()

    def built(self, offset: int, target: object, state: object, special: str | None) -> Iterable[Fact]:
        self.heard.append(Heard("build", special))
        return ()

    def frame_disagrees(self, offset: int, why: str) -> Iterable[Fact]:
        self.heard.append(Heard("frame", offset))
        return ()

    def late_protocol(self, offset: int, number: int) -> Iterable[Fact]:
        self.heard.append(Heard("protocol", number))
        return ()


def run(stream: bytes, kind: type[Machine] = Machine) -> tuple[list[Heard], Stopped | None, Machine]:
    """Run a stream; return what was heard, why it stopped, and the machine."""
    ear = Ear()
    machine = kind(BytesSource(stream), 0, ear)
    try:
        for _ in machine.run():
            pass
    except Stopped as stopped:
        return ear.heard, stopped, machine
    return ear.heard, None, machine


@pytest.mark.parametrize(
    ("stream", "offset"),
    [
        (b"", 0),
        (b"N", 1),
        (b"\xff", 0),
        (b"R.", 0),
        (b"N(R.", 2),
        (b"N(0R.", 3),
        (b"(N\x86.", 2),
        (b"t.", 0),
        (b"h\x00.", 0),
        (b"\x80\x06.", 0),
        (b"I08\n.", 0),
        (b"J\x00", 1),
        (b"\x8b\xff\xff\xff\xff.", 0),
        (b"X\x01\x00\x00\x00\xff.", 0),
        (b"K\x01)R.", 3),
        (b"}(Nu.", 3),
        (b"B\x05\x00\x00\x00abc", 5),
        (b"\x8c\x01aC\x01b\x93.", 6),
        (b"p-1\n.", 0),
        (b"Np-1\n.", 1),
        (b"\x82\x00.", 0),
        (b"\x95\xff\xff\xff\xff\xff\xff\xff\xff.", 0),
        (b"]N(a.", 3),
    ],
)
def test_stops(stream: bytes, offset: int) -> None:
    """Where every real unpickler raises, the machine stops, and says where."""
    _, stopped, _ = run(stream)
    assert stopped is not None
    assert stopped.offset == offset


@pytest.mark.parametrize(
    ("stream", "heard"),
    [
        (b"ca\nb\n.", [("import", "a.b")]),
        (b"ca\nb\n)R.", [("import", "a.b"), ("call", "b")]),
        (b"ca\nb\n)\x81.", [("import", "a.b"), ("new", "b")]),
        (b"ca\nb\n)}\x92.", [("import", "a.b"), ("new", "b")]),
        (b"(ia\nb\n.", [("import", "a.b"), ("call", "b")]),
        (b"(ca\nb\nNo.", [("import", "a.b"), ("call", "b")]),
        (b"ca\nb\n)R)R.", [("import", "a.b"), ("call", "b"), ("call", "Made")]),
        (b"ca\nb\n)R}b.", [("import", "a.b"), ("call", "b"), ("build", None)]),
        (b"}\x8c\x09__class__Nsca\nb\n)R}b.", [("import", "a.b"), ("call", "b"), ("build", "__class__")]),
        (b"N\x80\x02.", [("protocol", 2)]),
        (b"\x95\x01\x00\x00\x00\x00\x00\x00\x00N.", []),
        (b"\x95\x02\x00\x00\x00\x00\x00\x00\x00N.", []),
        (b"\x95\x01\x00\x00\x00\x00\x00\x00\x00K\x00.", [("frame", 10)]),
        (b"\x95\x03\x00\x00\x00\x00\x00\x00\x00N.", [("frame", 10)]),
    ],
)
def test_reports(stream: bytes, heard: list[tuple[str, object]]) -> None:
    """Imports, calls, states and structure are reported in order."""
    assert run(stream)[0] == heard


def test_keeps_what_calls_may_need() -> None:
    """Arguments, states and items are there for whoever judges."""
    _, _, machine = run(b"ca\nb\n(K\x01\x8c\x01x]K\x02atR}\x8c\x01kK\x03sb.")
    made = machine.result
    assert isinstance(made, Made)
    assert isinstance(made.arguments, tuple)
    assert made.arguments[:2] == (1, "x")
    assert isinstance(made.arguments[2], Container)
    assert made.arguments[2].items == [2]
    assert isinstance(made.state, Container)
    assert made.state.items == ["k", 3]


def test_same_import_same_object() -> None:
    """An import of the same name is one object, so that millions cost nothing."""
    _, _, machine = run(b"ca\nb\nca\nb\n\x86.")
    assert isinstance(machine.result, tuple)
    assert machine.result[0] is machine.result[1]


def test_losing_machine_reads_another_stream() -> None:
    """From a file, what is left of a frame is lost when an opcode reaches over its end."""
    stream = b"\x95\x03\x00\x00\x00\x00\x00\x00\x00cxya\nb\n."
    assert run(stream)[0] == [("import", "xya.b"), ("frame", 12)]
    assert run(stream, LosingMachine)[0][-1] == ("import", "a.b")


def test_losing_machine_puts_bytes_together() -> None:
    """Payloads of bytes are read in two parts, and nothing is lost."""
    stream = b"\x95\x08\x00\x00\x00\x00\x00\x00\x00B\x05\x00\x00\x00abcdeca\nb\n."
    assert run(stream, LosingMachine)[0][-1] == ("import", "a.b")


def test_losing_machine_wants_the_whole_frame() -> None:
    """A frame past the end is refused by the reader that reads it at once."""
    stream = b"\x95\xff\x00\x00\x00\x00\x00\x00\x00ca\nb\n."
    assert run(stream, LosingMachine)[0] == []
    assert run(stream)[0][0] == ("import", "a.b")


def test_stack_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream of marks or values ends in a budget, not in the machine's memory."""
    monkeypatch.setattr(machine_module, "MOST_VALUES", 100)
    with pytest.raises(BudgetExceeded):
        run(b"(" * 10_000 + b".")
    with pytest.raises(BudgetExceeded):
        run(b"]" * 10_000 + b".")


def test_windows_end_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the window ends makes no difference."""
    stream = b"\x80\x04" + b"\x8c\x03abc\x94" * 5 + b"ca\nb\n(K\x01J\x01\x02\x03\x04tRX\x05\x00\x00\x00hello0."
    expected = run(stream)[0]
    for size in range(1, 20):
        monkeypatch.setattr("scanners.unpickler.reading.WINDOW", size)
        assert run(stream)[0] == expected


@pytest.mark.parametrize("opcode", [b"V", b"S", b"I", b"L"])
def test_long_lines_are_passed_over(opcode: bytes) -> None:
    """A line of megabytes, as protocol 0 writes arrays, is not kept, and what follows it is seen."""
    body = b"'" + b"1" * 3_000_000 + b"'" if opcode == b"S" else b"1" * 3_000_000
    heard, stopped, machine = run(opcode + body + b"\n0ca\nb\n.")
    assert (heard, stopped) == ([("import", "a.b")], None)
    assert len(machine.window) <= 1 << 18


def test_names_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream of ever new names ends in a budget."""
    monkeypatch.setattr(machine_module, "MOST_IMPORTS", 10)
    with pytest.raises(BudgetExceeded):
        run(b"".join(b"ca\nb%d\n0" % number for number in range(20)) + b"N.")


def test_what_is_looked_through_for_imports_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tuple that doubles with each opcode costs no more than its opcodes, and many uses of it end in a budget."""
    doubled = b"N" + b"2\x86" * 60 + b"\x94"
    _, stopped, machine = run(b"\x80\x04" + doubled + b"]h\x00a.")
    assert stopped is None
    assert machine.looked_through < 200
    monkeypatch.setattr(containers, "MOST_LOOKED_THROUGH", 1000)
    with pytest.raises(BudgetExceeded):
        run(b"\x80\x04" + doubled + b"]" + b"h\x00a" * 20 + b".")
