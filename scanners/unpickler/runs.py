"""
Runs of inert opcodes, passed over at the speed of `re`.

Most bytes of a dense pickle push constants, remember them and wrap them in plain containers. A run is a sequence of
whole values made of such opcodes: it imports nothing, calls nothing, and touches no value below it, so that the machine
may take it for one piece: a `Run` on the stack and in the memo. Whoever needs a value of it reads the
stretch again.

A run is taken to succeed. Of constants that the real machine would refuse (text that is no UTF-8, keys without values)
nothing is noticed here; the machine then goes on where the real one has stopped, and can only report more.
"""

from __future__ import annotations

import re
import sys
from functools import cache, lru_cache

from scanners.records import Record
from scanners.unpickler.classes import NONE, Classes
from scanners.unpickler.memo import Memo
from scanners.unpickler.special import IN_BYTES
from scanners.unpickler.values import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanners.unpickler.machine import Machine

UNITS = 512
"""Values in one run: what is read again when one of them is needed."""
BLOCKS = 192
"""The same for runs with containers in them, in blocks of up to eight values."""
SHORTEST = 64
"""Bytes below which a run is not worth its record."""
ROOM = UNITS * 264
"""Bytes that a run of constants may take."""
STEPS_FOR_RUNS = 1 << 13
STEPS_FOR_CONTAINERS = 1 << 15
STEPS_FOR_DEPTH = 1 << 17
"""Opcodes after which patterns that take long to compile are worth it."""
STEPS_FOR_CLASSES = 1 << 18
"""Opcodes after which it is looked again which objects there are."""
DEPTH = 2
"""Levels of containers and objects in the largest pattern."""
MOST_CLASSES = 32
"""Classes with objects in runs; with more of them, objects are looked at one by one."""
MOST_GUARDED = 64
"""Imports whose use decides in the memo; with more of them, every opcode is looked at."""


def possessive(pattern: bytes, quantifier: bytes) -> bytes:
    """
    Return a pattern that is repeated as often as it can be, and of which nothing is given back.

    Before 3.11.5, CPython went on from where a failed attempt had got to (https://github.com/python/cpython/issues/106052):
    bytes would be passed over that nobody has looked at. An atomic group of the same does right there, and takes longer.
    """
    repeated = b"(?:%b)%b" % (pattern, quantifier)
    return repeated + b"+" if sys.version_info >= (3, 11, 5) else b"(?>%b)" % repeated


def _counted(length_bytes: int, longest: int) -> bytes:
    """Return a pattern of a length and as many bytes."""
    zeros = rb"\x00" * (length_bytes - 1)
    return b"(?:" + b"|".join(rb"\x%02x%s.{%d}" % (length, zeros, length) for length in range(longest + 1)) + b")"


class Kept:
    """A stretch of a source that can only be read forwards, compressed."""

    __slots__ = ("_data", "_start")

    def __init__(self, data: bytes, start: int) -> None:
        import zlib

        self._data = zlib.compress(data, 1)
        self._start = start

    @property
    def size(self) -> int:
        """Where the stretch ends."""
        return self._start + len(self._restored())

    def read(self, offset: int, length: int) -> bytes:
        """Return what stands at an offset of the source, within the stretch."""
        return self._restored()[offset - self._start : offset - self._start + length]

    def _restored(self) -> bytes:
        import zlib

        return zlib.decompress(self._data)


class Patterns(Record):
    """The compiled patterns of one way to remember."""

    plain: re.Pattern[bytes]
    """Constants."""
    remembering: re.Pattern[bytes]
    """Finds the opcodes that remember, in a run."""


def _constants(*, explicit: bool, longest: int) -> bytes:
    """Return a pattern of one opcode that pushes a constant, with its argument."""
    texts = b"X" + _counted(4, longest) + b"|" if explicit else b""
    return b"(?:" + texts + rb"[\x8cUC]" + _counted(1, longest) + _FIXED + b")"


_FIXED = (
    rb"|K.|M..|J.{4}|G.{8}|[N\x88\x89)]|\x8a(?:"
    + b"|".join(rb"\x%02x.{%d}" % (length, length) for length in range(1, 10))
    + b")"
)
_GET = b"h.|j.{4}"
"""A value is not remembered twice: what stands at two indices may be an import, and is left to the machine."""
_STRUCTURE = rb"[\](}\x8feutldabRs\x81\x85-\x87\x90\x91]"


@cache
def patterns(*, explicit: bool) -> Patterns:
    """Compile the patterns for MEMOIZE, or with `explicit` for BINPUT and LONG_BINPUT. This takes some milliseconds."""
    remember = b"(?:q.|r.{4})" if explicit else rb"\x94"
    constant = _constants(explicit=explicit, longest=255)
    value = constant + possessive(remember, b"?") + b"|" + _GET
    plain = re.compile(b"(?s:" + possessive(value, b"{1,%d}" % UNITS) + b")")
    inert = constant + b"|" + _GET + b"|" + _STRUCTURE
    remembering = re.compile(b"(?s:" + possessive(inert, b"*") + b"(" + remember + rb"|\Z))")
    return Patterns(plain=plain, remembering=remembering)


@lru_cache(maxsize=32)
def nested(*, explicit: bool, depth: int, classes: Classes = NONE) -> re.Pattern[bytes]:
    """
    Compile the pattern of constants, containers and objects, `depth` levels of them.

    This takes some hundredths of a second for one level, and some tenths for two.
    """
    remember = possessive(b"q.|r.{4}" if explicit else rb"\x94", b"?")
    recall = _recall(classes)
    value = b"(?:" + _constants(explicit=explicit, longest=23) + remember + b"|" + recall + b")"
    for _ in range(depth):
        objects = _objects(value, remember, classes, explicit=explicit) if classes.made else b""
        value = b"(?:" + objects + _containers(value, remember) + b"|" + value + b")"
    outermost = b"(?:" + value + b"|" + _constants(explicit=explicit, longest=255) + remember + b")"
    return re.compile(b"(?s:" + possessive(_sequence(outermost, remember, 8), b"{1,%d}" % BLOCKS) + b")")


def _recall(classes: Classes) -> bytes:
    """Return a pattern of an opcode that recalls anything but what is watched, and classes: they are there to be called."""
    kept_out = sorted(classes.watched | classes.made)
    if not kept_out:
        return _GET
    return b"(?!" + b"|".join(map(re.escape, needles(kept_out))) + b")(?:" + _GET + b")"


def _sequence(value: bytes, remember: bytes, most: int) -> bytes:
    """Return a pattern of some values, the last of which may be wrapped in a tuple; it never has to go back."""
    three, two, one = (
        possessive(rb"[%b]%b" % (opcodes, remember), b"?") for opcodes in (rb"\x85-\x87", rb"\x85\x86", rb"\x85")
    )
    more = possessive(value, b"{1,%d}" % (most - 2))
    return rb"(?:%b(?:%b(?:%b%b|%b)|%b))" % (value, value, more, three, two, one)


def _containers(value: bytes, remember: bytes) -> bytes:
    """Return a pattern of one container of values; what may go into an empty one is left to the machine."""
    marked = rb"\(" + possessive(_sequence(value, remember, 64), b"{0,8}")
    batches = rb"[\]}\x8f]%b(?>%b|%ba|%b{2}s|(?![(\x95]))"
    batches %= (remember, possessive(marked + rb"[eu\x90]", b"{1,2}"), value, value)
    return batches + rb"|%b[tld\x91]%b" % (marked, remember)


def _objects(value: bytes, remember: bytes, classes: Classes, *, explicit: bool) -> bytes:
    """Return a pattern of one instance, with up to two constants as arguments and with its state, a dict most often.

    What begins behind one without a state is most likely that: it is left to the machine, with the instance.
    """
    made, called = (b"|".join(map(re.escape, needles(sorted(indices)))) for indices in (classes.made, classes.called))
    constant = b"(?:" + _constants(explicit=explicit, longest=15) + remember + b"|" + _recall(classes) + b")"
    arguments = rb"(?:\)|%b(?:\x85|%b\x86)%b)" % (constant, constant, remember)
    ways = rb"(?:%b)%b\x81" % (made, arguments) + (rb"|(?:%b)%bR" % (called, arguments) if called else b"")
    state = rb"}%b\(%bu|%b" % (remember, possessive(_sequence(value, remember, 64), b"{0,8}"), value)
    return rb"(?:%b)%b(?>(?>%b)b|(?![}(\x95]))|" % (ways, remember, state)


def _count(pattern: re.Pattern[bytes], window: bytes, start: int, end: int, first: int | None) -> int | None:
    """
    Return how many values a run remembers.

    With `first`, None where the indices that the run states do not go on from it one by one.
    """
    found: list[bytes] = pattern.findall(window, start, end)
    while found and not found[-1]:
        found.pop()
    if first is None or _follow(found, first):
        return len(found)
    return None


def _follow(puts: list[bytes], first: int) -> bool:
    """Tell whether opcodes put consecutive indices."""
    short = min(len(puts), max(0, 256 - first))
    if puts[:short] != [b"q%c" % index for index in range(first, first + short)]:
        return False
    count, first = len(puts) - short, first + short
    joined = b"".join(puts[short:])
    if joined[::5] != b"r" * count or len(joined) != 5 * count or first + count > 1 << 32:
        return False
    from array import array

    indices = array("I", range(first, first + count)).tobytes()
    return all(joined[byte + 1 :: 5] == indices[byte::4] for byte in range(4))


def needles(indices: Iterable[int]) -> tuple[bytes, ...]:
    """Return the opcodes that recall some indices."""
    short = tuple(b"h%c" % index for index in indices if index < 256)
    return short + tuple(b"j" + index.to_bytes(4, "little") for index in indices if index < 1 << 32)


def pass_over(machine: Machine) -> bool:
    """Pass over a run at the machine's position; tell whether there was one."""
    first = machine.memo.next_index
    if machine.steps < STEPS_FOR_RUNS or first is None or len(machine.memo.guarded) > MOST_GUARDED:
        return False
    if len(machine.window) - machine.position < ROOM and not machine.exhausted:
        machine.refill()
    start, window = machine.position, machine.window
    explicit = machine.protocol < 4
    match = _pattern(machine).match(window, start)
    if match is None or match.end() - start < SHORTEST:
        return False
    end = match.end()
    if start < machine.frame_end - machine.start < end or _must_be_seen(machine, start, end):
        return False
    remembering = patterns(explicit=explicit).remembering
    count = _count(remembering, window, start, end, first if explicit else None)
    if count is None:
        return False
    _take(machine, end, first, count)
    return True


def _take(machine: Machine, end: int, first: int, count: int) -> None:
    kept = None
    if count and machine.forwards_only:
        kept = Kept(machine.window[machine.position : end], machine.offset)
    run = Run(machine, machine.offset, machine.start + end, first, kept)
    machine.position = end
    machine.stack.append(run)
    assert isinstance(machine.memo, Memo)
    machine.memo.pass_over(run, count)


def _pattern(machine: Machine) -> re.Pattern[bytes]:
    """Return the pattern that is worth its compilation, given the opcodes that were run one by one."""
    explicit = machine.protocol < 4
    if machine.steps < STEPS_FOR_CONTAINERS:
        return patterns(explicit=explicit).plain
    deep = machine.steps >= STEPS_FOR_DEPTH
    assert isinstance(machine.memo, Memo)
    if machine.steps >= machine.next_choice:
        machine.next_choice = machine.steps + STEPS_FOR_CLASSES if deep else STEPS_FOR_DEPTH
        machine.classes = _choose(machine.memo)
    elif not (
        machine.classes.made <= machine.memo.made_freely and machine.classes.called <= machine.memo.called_freely
    ):
        machine.classes = NONE
    return nested(explicit=explicit, depth=DEPTH if deep else 1, classes=machine.classes)


def _choose(memo: Memo) -> Classes:
    if len(memo.made_freely) > MOST_CLASSES:
        return NONE
    watched = frozenset(memo.guarded if len(memo.guarded) <= MOST_GUARDED else ())
    return Classes(made=frozenset(memo.made_freely), called=frozenset(memo.called_freely), watched=watched)


@cache
def _special_in_bytes() -> re.Pattern[bytes]:
    return re.compile(IN_BYTES)


def _must_be_seen(machine: Machine, start: int, end: int) -> bool:
    """Tell whether the machine has to see a run's opcodes: special attributes, imports whose use decides."""
    window = machine.window
    if window.find(b"__", start, end) >= 0 and _special_in_bytes().search(window, start, end):
        return True
    unseen = machine.memo.guarded - machine.classes.watched
    return any(window.find(needle, start, end) >= 0 for needle in needles(unseen))
