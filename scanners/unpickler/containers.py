"""Opcodes that make and fill containers, move values and use the memo."""

from __future__ import annotations

from scanners.limits import BudgetExceeded
from scanners.unpickler import literals
from scanners.unpickler.reading import Stopped
from scanners.unpickler.special import SPECIAL
from scanners.unpickler.values import Container, Global, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scanners.unpickler.facts import Fact
    from scanners.unpickler.machine import Machine


def mark(machine: Machine) -> None:
    """Open a mark."""
    machine.fence = len(machine.stack)
    machine.marks.append(machine.fence)


def pop(machine: Machine) -> None:
    """Drop the topmost value, or the last mark where nothing stands above it."""
    if len(machine.stack) > machine.fence:
        machine.pop()
    else:
        machine.pop_mark()


def pop_mark(machine: Machine) -> None:
    """Drop all above the last mark, and the mark."""
    machine.pop_mark()


def duplicate(machine: Machine) -> None:
    """Push the topmost value again."""
    machine.stack.append(machine.top())


def empty(kind: str) -> Callable[[Machine], None]:
    """Push an empty container."""

    def push(machine: Machine) -> None:
        machine.stack.append(Container(kind))

    return push


def empty_tuple(machine: Machine) -> None:
    """Push an empty tuple."""
    machine.stack.append(())


def small_tuple(count: int) -> Callable[[Machine], None]:
    """Make a tuple of the topmost values."""

    def push(machine: Machine) -> None:
        machine.stack.append(tuple(machine.pop_many(count)))

    return push


def marked_tuple(machine: Machine) -> None:
    """Make a tuple of all above the last mark."""
    machine.stack.append(machine.as_tuple(machine.pop_mark()))


def marked(kind: str) -> Callable[[Machine], Iterable[Fact] | None]:
    """Make a container of all above the last mark."""

    def push(machine: Machine) -> Iterable[Fact] | None:
        items = machine.pop_mark()
        container = Container(kind)
        if kind == "dict":
            _require_pairs(machine, items)
        machine.stack.append(container)
        return (_fill_pairs if kind == "dict" else _fill)(machine, container, items)

    return push


def append(machine: Machine) -> Iterable[Fact] | None:
    """Append one item to a list."""
    (item,) = machine.pop_many(1)
    return _fill(machine, machine.top(), [item])


def setitem(machine: Machine) -> Iterable[Fact] | None:
    """Set one item of a dict."""
    pair = machine.pop_many(2)
    return _fill_pairs(machine, machine.top(), pair)


def extend(machine: Machine) -> Iterable[Fact] | None:
    """Append all above the last mark to a list, or add them to a set."""
    items = machine.pop_mark()
    return _fill(machine, machine.top(), items)


def setitems(machine: Machine) -> Iterable[Fact] | None:
    """Set all above the last mark as items of a dict."""
    items = machine.pop_mark()
    target = machine.top()
    _require_pairs(machine, items)
    return _fill_pairs(machine, target, items)


def _require_pairs(machine: Machine, items: list[object]) -> None:
    if len(items) % 2 and Run not in map(type, items):
        raise Stopped(machine.at, "keys with values", f"{len(items)} items")


def _fill(machine: Machine, target: object, items: list[object]) -> Iterable[Fact] | None:
    facts: list[Fact] = []
    if not TELLING.isdisjoint(map(type, items)):
        for item in items:
            if item.__class__ in TELLING:
                facts += escapes(machine, item)
    if target.__class__ is Container:
        target.add(items)
    elif items:
        facts += machine.listener.changed(machine.at, target, items)
    return facts


def _fill_pairs(machine: Machine, target: object, items: list[object]) -> Iterable[Fact] | None:
    """Put keys and values into a target; note special attributes among the keys."""
    facts: list[Fact] = []
    for key in items[::2]:
        if key.__class__ is str and key in SPECIAL:
            machine.special = str(key)
            facts += machine.listener.keyed(machine.at, target, machine.special)
    filled = _fill(machine, target, items)
    return [*facts, *(filled or ())] if facts else filled


def escapes(machine: Machine, value: object) -> Iterable[Fact]:
    """Report the imports in a value, the items of tuples included, whose use decides and is now out of sight."""
    if isinstance(value, tuple) and TELLING.isdisjoint(map(type, value)):
        return ()
    return _escapes(machine, value)


def _escapes(machine: Machine, value: object) -> Iterator[Fact]:
    for item in inside(machine, value, Global):
        assert isinstance(item, Global)
        if item.guarded:
            yield from machine.listener.escaped(machine.at, item)


def inside(machine: Machine, value: object, wanted: type) -> Iterator[object]:
    """
    Yield a value of a class, or those among the items of tuples; what stands twice is looked through once.

    Raises `BudgetExceeded` where a stream has more looked through than any file holds values.
    """
    waiting: list[object] = [(value,)]
    seen: set[int] = set()
    while waiting:
        items = waiting.pop()
        assert isinstance(items, tuple)
        if id(items) in seen:
            continue
        seen.add(id(items))
        machine.looked_through += len(items)
        if machine.looked_through > MOST_LOOKED_THROUGH:
            raise BudgetExceeded("values looked through for imports", MOST_LOOKED_THROUGH)
        for item in items:
            if item.__class__ is wanted:
                yield item
            elif item.__class__ is tuple:
                waiting.append(item)


TELLING = frozenset((Global, tuple))
"""Classes of values that are, or may hold, imports."""
MOST_LOOKED_THROUGH = 1 << 27
"""Items of tuples in one stream, those that are passed on many times counted each time."""


def put_line(machine: Machine) -> None:
    """Remember the topmost value at an index."""
    index = _index(machine)
    if index < 0:
        raise Stopped(machine.at, "an index", str(index))
    machine.memo.put(index, machine.top(), machine.at)


def put(size: int) -> Callable[[Machine], None]:
    """Remember the topmost value at an index of fixed size."""

    def remember(machine: Machine) -> None:
        machine.memo.put(machine.take_int(size), machine.top(), machine.at)

    return remember


def memoize(machine: Machine) -> None:
    """Remember the topmost value at the next index."""
    stack = machine.stack
    value = stack[-1] if len(stack) > machine.fence else None
    if value is None or value.__class__ is Run:
        value = machine.top()
    machine.memo.memoize(value, machine.at)


def get_line(machine: Machine) -> None:
    """Recall a value."""
    _recall(machine, _index(machine))


def binget(machine: Machine) -> None:
    """Recall a value by an index of one byte."""
    position = machine.position
    if position >= len(machine.window):
        _recall(machine, machine.take_int(1))
        return
    machine.position = position + 1
    _recall(machine, machine.window[position])


def get(size: int) -> Callable[[Machine], None]:
    """Recall a value by an index of fixed size."""

    def recall(machine: Machine) -> None:
        _recall(machine, machine.take_int(size))

    return recall


def _recall(machine: Machine, index: int) -> None:
    try:
        machine.stack.append(machine.memo.get(index))
    except LookupError:
        raise Stopped(machine.at, "a memo index that is in use", str(index)) from None


def _index(machine: Machine) -> int:
    line = machine.take_line()
    try:
        return literals.parse_index(line)
    except ValueError as error:
        raise Stopped(machine.at, "an index", str(error)) from error
