"""Runs: passing over opcodes changes nothing but the time it takes."""

from __future__ import annotations

import pickle
import re
import struct
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanners.sources import BytesSource
from scanners.unpickler import runs, searching
from scanners.unpickler.listening import Listener
from scanners.unpickler.machine import Machine
from scanners.unpickler.values import Container, Global, Recalled, Run
from tests.corpus.pickle_builder import get, put, put_words, unicode, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanners.unpickler.facts import Fact

_PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.binary(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.tuples(inner, inner)
        | st.tuples(inner)
        | st.tuples(inner, inner, inner)
        | st.dictionaries(st.text(max_size=9), inner, max_size=5)
        | st.frozensets(st.integers(), max_size=3)
    ),
    max_leaves=40,
)


class Names(Listener):
    """Writes down the names of imports."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def imported(self, what: Global) -> Iterable[Fact]:
        self.names.append(f"{what.module}.{what.name}")
        return ()


@pytest.mark.parametrize("version", [sys.version_info[:3], (3, 11, 4)])
def test_what_is_repeated_gives_nothing_back(version: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Not what was matched, nor what an attempt that failed had looked at, in whichever edition of `re` this is."""
    monkeypatch.setattr(runs, "sys", SimpleNamespace(version_info=version))
    for pattern, quantifier, behind, text in (
        (b"a", b"*", b"a", b"aa"),
        (b"ab?c", b"?", b"b", b"ab"),
        (b"ab|abc?d", b"{1,2}", b"c", b"abc"),
    ):
        repeated = re.compile(runs.possessive(pattern, quantifier) + behind)
        greedy = re.compile(b"(?>(?:%b)%b)%b" % (pattern, quantifier, behind))
        assert (repeated.match(text) is None) == (greedy.match(text) is None), pattern


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pass over runs wherever there are some."""
    make_eager(monkeypatch)


def make_eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every limit off that keeps runs from being tried."""
    for name in ("STEPS_FOR_RUNS", "STEPS_FOR_CONTAINERS", "STEPS_FOR_DEPTH"):
        monkeypatch.setattr(runs, name, 0)
    monkeypatch.setattr(runs, "DEPTH", 1)
    monkeypatch.setattr(runs, "SHORTEST", 1)
    monkeypatch.setattr(searching, "FIRST_ROUND", 1)
    monkeypatch.setattr(searching, "LONGEST_ROUND", 1)


def finish(stream: bytes) -> Machine:
    """Run a stream to its end."""
    machine = Machine(BytesSource(stream), 0, Names())
    for _ in machine.run():
        pass
    return machine


def plain(value: object, depth: int = 0) -> Any:
    """Return what a value of the machine stands for, as far as it is known."""
    if isinstance(value, Recalled):
        return plain(value.run.owner.recall(value), depth)
    if isinstance(value, tuple):
        return tuple(plain(item, depth + 1) for item in flat(value))
    if isinstance(value, Container):
        if not value.complete:
            return Incomplete(value.kind)
        return [value.kind, *(plain(item, depth + 1) for item in value.items)]
    return value if isinstance(value, str | int | bool | None) else type(value).__name__


def agree(found: Any, expected: Any) -> bool:
    """Tell whether two values are equal as far as the first is known: of containers in runs, items may be left out."""
    if isinstance(found, Incomplete) and isinstance(expected, Incomplete | list):
        return True
    if isinstance(found, tuple | list) and type(found) is type(expected):
        return len(found) == len(expected) and all(map(agree, found, expected))
    return bool(found == expected)


class Incomplete(str):
    """The kind of a container of which not all items are known."""

    __slots__ = ()


def flat(values: Iterable[object]) -> Iterator[object]:
    """Yield values, runs among them expanded."""
    for value in values:
        if isinstance(value, Run):
            assert isinstance(value.owner, Machine)
            yield from value.owner.expand(value)
        else:
            yield value


@settings(deadline=None)
@given(_PLAIN, st.integers(1, 5))
def test_expanding_gives_what_was_passed_over(data: object, protocol: int) -> None:
    """The values of a run, read again, are those that the machine would have pushed one by one."""
    stream = pickle.dumps((data, data), protocol)
    slow = finish(stream)
    with pytest.MonkeyPatch.context() as monkeypatch:
        make_eager(monkeypatch)
        fast = finish(stream)
        remembered = [plain(fast.memo.get(index)) for index in range(len(slow.memo))]
    assert len(fast.memo) == len(slow.memo)
    for index, found in enumerate(remembered):
        assert agree(found, plain(slow.memo.get(index)))


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_every_remembered_text_can_be_recalled(protocol: int) -> None:
    """A name from the memo is the right one, wherever in a run it was remembered."""
    texts = [f"name{number}" for number in range(3000)]
    if protocol < 4:
        body = b"](" + b"".join(unicode(text) + put(index) for index, text in enumerate(texts)) + b"e"
    else:
        body = b"](" + b"".join(b"\x8c%c%b\x94" % (len(text), text.encode()) for text in texts) + b"e"
    asked = [*range(0, 3000, 37), 0, 1, 255, 256, 257, 2999]
    recalls = b"".join(get(index) + get(2999 - index) + b"\x930" for index in asked)
    machine = finish(b"\x80" + bytes((protocol,)) + body + recalls + b".")
    assert isinstance(machine.listener, Names)
    assert machine.listener.names == [f"{texts[index]}.{texts[2999 - index]}" for index in asked]
    assert machine.steps < 10_000


@pytest.mark.parametrize(
    "data",
    [
        {f"word_{number}": number for number in range(60_000)},
        [f"word_{number}" for number in range(60_000)],
        [(number, number + 1) for number in range(60_000)],
        [float(number) for number in range(60_000)],
        [number % 256 for number in range(60_000)],
        [[number, [str(number)]] for number in range(100_000)],
    ],
    ids=["dict", "texts", "tuples", "floats", "numbers", "lists"],
)
@pytest.mark.parametrize("protocol", [2, 4])
def test_dense_data_is_passed_over(data: Any, protocol: int) -> None:
    """Of dense pickles, most opcodes are never looked at one by one, and the memo holds no object for each."""
    machine = finish(pickle.dumps(data, protocol))
    assert machine.steps < 140_000
    assert machine.steps < 45_000 or isinstance(data[0], list)


def test_runs_stop_at_what_must_be_seen() -> None:
    """A run does not hide special attributes, nor imports whose use decides."""
    window = b"\x8c\x0c__setstate__N"
    machine = Machine(BytesSource(window), 0, Listener())
    machine.refill()
    assert runs._must_be_seen(machine, 0, len(window))
    machine.memo.guarded.add(7)
    assert not runs._must_be_seen(machine, 14, len(window))
    assert runs.needles([7, 300]) == (b"h\x07", b"j\x07\0\0\0", b"j\x2c\x01\0\0")


class Uses(Listener):
    """Hears of a class that may be made anew unseen, and of whatever else is done with it."""

    def __init__(self) -> None:
        self.escapes: list[int] = []

    def imported(self, what: Global) -> Iterable[Fact]:
        what.guarded = what.made_freely = True
        return ()

    def escaped(self, offset: int, what: Global) -> Iterable[Fact]:
        self.escapes.append(offset)
        return ()


@pytest.mark.parametrize("place", [0, 700, 2999])
@pytest.mark.parametrize("protocol", [2, 4])
def test_a_class_that_may_only_be_made_is_seen_when_it_is_passed_on(
    monkeypatch: pytest.MonkeyPatch, place: int, protocol: int
) -> None:
    """Runs hold its instances, with containers in their states, and leave each other use of it to the machine."""
    objects: list[object] = [Made(number) for number in range(3000)]
    objects[place] = {"class": Made}
    stream = pickle.dumps(objects, protocol)

    def listen() -> tuple[int, list[int]]:
        machine = Machine(BytesSource(stream), 0, uses := Uses())
        assert list(machine.run()) == []
        return machine.steps, uses.escapes

    steps, escapes = listen()
    for name in ("STEPS_FOR_RUNS", "STEPS_FOR_CONTAINERS", "STEPS_FOR_DEPTH"):
        monkeypatch.setattr(runs, name, 300)
    monkeypatch.setattr(searching, "_STEPS_FOR_LEAVING", 300)
    fewer_steps, with_runs = listen()
    assert with_runs == escapes
    assert len(escapes) == 1
    assert fewer_steps < steps / 4


class Made:
    """A class of a saved object."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.text = f"number {number}"
        self.inner = {"half": number / 2}
        self.next = [number + 1, number + 2]


@pytest.mark.parametrize(
    ("puts", "first", "follows"),
    [
        ([], 5, True),
        ([b"q\x05", b"q\x06"], 5, True),
        ([b"q\x05", b"q\x07"], 5, False),
        ([b"q\xff", b"r\x00\x01\x00\x00", b"r\x01\x01\x00\x00"], 255, True),
        ([b"q\xff", b"q\x00"], 255, False),
        ([b"r\x05\x00\x00\x00"], 5, False),
        ([b"r" + struct.pack("<I", 70_000), b"r" + struct.pack("<I", 70_001)], 70_000, True),
        ([b"r" + struct.pack("<I", 70_000), b"r" + struct.pack("<I", 70_002)], 70_000, False),
    ],
)
def test_indices_follow_each_other(puts: list[bytes], first: int, follows: bool) -> None:
    """Explicit indices are believed only where they go on one by one."""
    assert runs._follow(puts, first) is follows


def test_memory_is_that_of_the_runs() -> None:
    """A memo of a hundred thousand texts is a few hundred records."""
    import tracemalloc

    stream = b"\x80\x04" + words(100_000) + b"."
    finish(stream)
    tracemalloc.start()
    try:
        machine = finish(stream)
        size, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(machine.memo) == 100_001
    assert size < 1_000_000
    assert peak < 3_000_000


def test_recalling_from_a_source_that_only_goes_forwards() -> None:
    """What may be recalled is kept, so that nothing is inflated twice."""

    class Forwards(BytesSource):
        sequential = True
        last = 0

        def read(self, offset: int, length: int) -> bytes:
            assert offset >= self.last - (1 << 20), "read backwards"
            self.last = max(self.last, offset)
            return super().read(offset, length)

    stream = b"\x80\x02" + put_words(150_000, 0) + get(5) + get(140_000) + b"\x930."
    listener = Names()
    machine = Machine(Forwards(stream), 0, listener)
    for _ in machine.run():
        pass
    assert listener.names == ["word 4.word 139999"]
