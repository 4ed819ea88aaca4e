"""
When to look for runs: they begin behind a value, and in nested data behind a container of their like.

Looking costs time wherever there are none. It is tried after a few opcodes at first, and after more of them the longer
nothing was found.
"""

from __future__ import annotations

from scanners.unpickler.machine import MOST_VALUES
from scanners.unpickler.opcodes import Opcode
from scanners.unpickler.runs import pass_over

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from scanners.unpickler.facts import Fact
    from scanners.unpickler.machine import Handler, Machine

FIRST_ROUND = 16
LONGEST_ROUND = 1 << 12
"""Opcodes between two places where runs are looked for."""
_STEPS_FOR_LEAVING = 1 << 15
"""Opcodes after which the ends of containers are looked for as well."""
_LONGEST_TAIL = 64
_EAGER_ROUNDS = 16
_REMEMBERING = frozenset((Opcode.MEMOIZE, Opcode.BINPUT, Opcode.LONG_BINPUT))
_NO_ENDS: frozenset[int] = frozenset()
_TUPLE_ENDS = frozenset((Opcode.TUPLE1, Opcode.TUPLE2, Opcode.TUPLE3))


def look_for_runs(machine: Machine, handlers: Sequence[Handler], fruitless: int) -> Generator[Fact, None, bool]:
    """
    Pass over runs at the position or a little behind it; tell whether there was one.

    `fruitless` says how many rounds in a row have found none.
    """
    eager = machine.steps >= _STEPS_FOR_LEAVING and (fruitless < _EAGER_ROUNDS or fruitless % _EAGER_ROUNDS == 0)
    for ends in (_NO_ENDS, _TUPLE_ENDS, _NO_ENDS):
        if _next_opcode(machine) in _REMEMBERING:
            yield from machine.step(handlers)
        if machine.running and _pass_over(machine):
            return True
        if not eager:
            break
        yield from _leave(machine, ends, handlers)
    return False


def _pass_over(machine: Machine) -> bool:
    found = False
    while len(machine.stack) <= MOST_VALUES and pass_over(machine):
        found = True
    return found


def _next_opcode(machine: Machine) -> int | None:
    """Return the next opcode, None where that cannot be told at once."""
    return machine.window[machine.position] if machine.position < machine.boundary else None


def _leave(machine: Machine, ends: frozenset[int], handlers: Sequence[Handler]) -> Iterator[Fact]:
    """Run out of the innermost mark, or up to one of some opcodes: behind a container, a run of its like begins."""
    depth = len(machine.marks)
    for _ in range(_LONGEST_TAIL):
        if not machine.running:
            return
        code = _next_opcode(machine)
        yield from machine.step(handlers)
        if code in ends or len(machine.marks) < depth:
            break
    if _next_opcode(machine) == Opcode.BUILD:
        yield from machine.step(handlers)
