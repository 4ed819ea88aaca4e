"""Is this a pickle? Protocols 0 and 1 have no magic, so that the answer is a trial run."""

from __future__ import annotations

from scanners.limits import BudgetExceeded
from scanners.unpickler.listening import Listener, is_dangerous, is_importable
from scanners.unpickler.machine import Machine
from scanners.unpickler.reading import Stopped
from scanners.unpickler.table import HANDLERS
from scanners.unpickler.values import Global

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanners.sources import Source
    from scanners.unpickler.facts import Fact
    from scanners.unpickler.memo import Memo

_ROUNDS = 512
"""Rounds of a trial. What parses for longer is no text."""
_ROUND = 8
"""Opcodes in a round, which random bytes behind PROTO do not survive."""


class _Trial(Listener):
    """Notes whether anything was reached that makes a stream dangerous."""

    def __init__(self) -> None:
        self.dangerous = False
        self.called_something = False

    def imported(self, what: Global) -> Iterable[Fact]:
        """Note names known to be dangerous, of modules that could be one: `i` begins INST and `import os` alike."""
        self.dangerous |= is_importable(what) and is_dangerous(what)
        return ()

    def called(self, offset: int, callee: object, arguments: object, *, new: bool) -> Iterable[Fact]:
        """Note calls of what could be imported on a usual system."""
        del offset, arguments, new
        self.called_something |= not isinstance(callee, Global) or is_importable(callee)
        return ()


def looks_like_pickle(source: Source, *, named: bool, memo: Memo | None = None) -> bool:
    """
    Tell whether a source begins with a pickle of any protocol.

    `named` says that its name or its loader calls it one. Without PROTO and without `named`, a stream counts that runs to
    its end, or that breaks only after a call or the name of something dangerous. `memo` is what the unpickler remembers
    at its beginning.
    """
    start = source.read(0, 2)
    if not start or not is_opcode(start[0]):
        return False
    marked = start[0] == 0x80
    trial = _Trial()
    machine = Machine(source, 0, trial, memo)
    try:
        for _ in range(_ROUNDS):
            machine.step(HANDLERS, _ROUND)
            if trial.dangerous or trial.called_something:
                return True
            if not machine.running:
                return marked or named or _ends(source, machine.offset)
    except BudgetExceeded:
        return True
    except Stopped:
        reached = trial.dangerous or trial.called_something or named
        return reached or (marked and machine.steps >= _ROUND)
    return True


def is_opcode(byte: int) -> bool:
    """Tell whether a stream may go on with a byte."""
    return HANDLERS[byte] is not HANDLERS[0]


def is_torch_legacy(source: Source) -> bool:
    """Tell whether a source begins with the pickle of PyTorch's magic number, in whatever way it is spelt."""
    machine = Machine(source, 0, Listener())
    try:
        for _ in range(_LONGEST_MAGIC):
            machine.step(HANDLERS)
            if not machine.running:
                return machine.result == _TORCH_MAGIC
    except Stopped:
        pass
    return False


_TORCH_MAGIC = 0x1950A86A20F9469CFC6C
"""`MAGIC_NUMBER` of https://github.com/pytorch/pytorch/blob/main/torch/serialization.py."""
_LONGEST_MAGIC = 16


def _ends(source: Source, offset: int) -> bool:
    """Tell whether nothing, or a further pickle with PROTO, stands behind a STOP: else a text happened to parse."""
    rest = source.read(offset, 2)
    return not rest or (rest[0] == 0x80 and len(rest) == 2 and rest[1] <= 5)
