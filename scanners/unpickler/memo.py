"""
The memo: what PUT and MEMOIZE remember and GET recalls, in bounded memory.

Indices are nearly always used one after the other. Stretches of them are kept as chunks: the values that the machine
pushed one by one, or a run of the stream that it passed over. Indices out of order are kept one by one.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from scanners.limits import BudgetExceeded
from scanners.unpickler.special import SPECIAL
from scanners.unpickler.values import (
    FORGOTTEN_BYTES,
    FORGOTTEN_CONTAINERS,
    FORGOTTEN_TEXT,
    FORGOTTEN_TUPLE,
    Bytes,
    Container,
    Global,
    Made,
    Persistent,
    Recalled,
    Run,
    Text,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

DETAILED = 100_000
"""Values remembered in detail; of later ones only what imports and calls need."""
MOST_NAMES = 200_000
"""Texts that could be part of a name, remembered besides."""
_NAME = r"[^\W\d][\w.]{,127}\Z"
MOST_SCATTERED = 1 << 20
"""Indices out of order, and values put over others, that are kept."""


class Memo:
    """Values by index."""

    __slots__ = (
        "_chunks",
        "_dense",
        "_firsts",
        "_head",
        "_history",
        "_made",
        "_names",
        "_overwritten",
        "_scattered",
        "_settled",
        "_tail",
        "called_freely",
        "guarded",
        "made_freely",
    )

    def __init__(self) -> None:
        self._settled = 0
        """Values of runs that are kept after all."""
        self._dense = 0
        """Indices from zero that are in use without a gap."""
        self._firsts: list[int] = []
        self._chunks: list[list[object] | Run] = []
        self._head: list[object] = []
        """The first chunk, where it is one of values: what is recalled most."""
        self._tail: list[object] | None = None
        """The last chunk, where it is one of values."""
        self._overwritten: dict[int, object] = {}
        """Values put over one of a chunk."""
        self._scattered: dict[int, object] = {}
        """Values at indices past the first gap."""
        self._history: dict[int, list[tuple[int, object]]] = {}
        """What stood at an index, and up to which offset of the stream."""
        self._names = 0
        self._made: dict[Global | None, Made] = {}
        """What stands for all that was made by one callee."""
        self.guarded: set[int] = set()
        """Indices that ever held what must be seen when it is recalled: imports whose use decides, special attributes."""
        self.made_freely: set[int] = set()
        """Indices that hold an import which may be made anew unseen."""
        self.called_freely: set[int] = set()
        """Those of them that may be called unseen."""

    def __len__(self) -> int:
        return self._dense + len(self._scattered)

    @property
    def next_index(self) -> int | None:
        """The index that a run may go on from; None where indices were used out of order."""
        return None if self._scattered else self._dense

    def memoize(self, value: object, offset: int) -> None:
        """Remember a value at the index that MEMOIZE takes: the number of indices in use, whichever they are."""
        tail = self._tail
        if (
            tail is None
            or self._scattered
            or self._dense >= DETAILED
            or value.__class__ is Global
            or (value.__class__ is str and value in SPECIAL)
        ):
            self.put(len(self), value, offset)
        else:
            tail.append(value)
            self._dense += 1

    def put(self, index: int, value: object, offset: int) -> None:
        """Remember a value at an index, over what was there; `offset` is that of the opcode."""
        if isinstance(value, Global | str):
            self._note(index, value)
        elif index in self.made_freely:
            self.made_freely.remove(index)
            self.called_freely.discard(index)
        if index < self._dense:
            self._keep_old(index, self._in_dense(index), offset)
            self._overwritten[index] = value
        elif index in self._scattered:
            self._keep_old(index, self._scattered[index], offset)
            self._scattered[index] = value
        elif index == self._dense:
            self._append(value)
        else:
            self._scattered[index] = value
            self._check_size()

    def _note(self, index: int, value: Global | str) -> None:
        """Note what a run may do with the value at an index."""
        free = isinstance(value, Global) and (value.named_freely or not value.guarded)
        if not free and not (isinstance(value, str) and value not in SPECIAL):
            self.guarded.add(index)
        for indices, belongs in (
            (self.made_freely, isinstance(value, Global) and value.made_freely),
            (self.called_freely, isinstance(value, Global) and value.called_freely),
        ):
            if belongs:
                indices.add(index)
            else:
                indices.discard(index)

    def pass_over(self, run: Run, count: int) -> None:
        """Remember the values of a run that remembers `count` of them, from `next_index` on."""
        if count:
            self._firsts.append(self._dense)
            self._chunks.append(run)
            self._tail = None
            self._dense += count

    def get(self, index: int) -> object:
        """Recall a value; raise `KeyError` where there is none."""
        if index < len(self._head) and index >= 0 and not self._overwritten:
            return self._head[index]
        return self._in_dense(index) if 0 <= index < self._dense else self._scattered[index]

    def get_before(self, index: int, offset: int) -> object:
        """Recall what stood at an index when the machine was at an offset it has passed since."""
        for until, value in self._history.get(index, ()):
            if offset < until:
                return value
        return self.get(index)

    def settle(self, run: Run, values: list[object]) -> None:
        """Keep the values of a run that was read again."""
        place = bisect_right(self._firsts, run.first_index) - 1
        if place >= 0 and self._chunks[place] is run and self._settled < DETAILED:
            self._chunks[place] = values
            self._settled += len(values)
            self._head = values if place == 0 else self._head
            self._tail = values if place == len(self._chunks) - 1 else self._tail

    def _in_dense(self, index: int) -> object:
        if index in self._overwritten:
            return self._overwritten[index]
        place = bisect_right(self._firsts, index) - 1
        chunk = self._chunks[place]
        position = index - self._firsts[place]
        return Recalled(chunk, position) if isinstance(chunk, Run) else chunk[position]

    def _append(self, value: object) -> None:
        if self._dense >= DETAILED:
            value = self._forget(value)
        if self._tail is None:
            self._tail = []
            self._head = self._head if self._chunks else self._tail
            self._firsts.append(self._dense)
            self._chunks.append(self._tail)
        self._tail.append(value)
        self._dense += 1

    def _forget(self, value: object) -> object:
        """Return the value, or in place of one that would take room, one that stands for all of its class."""
        match value:
            case str():
                self._names += 1
                return value if self._names <= MOST_NAMES and re.match(_NAME, value) else FORGOTTEN_TEXT
            case tuple() if value:
                return FORGOTTEN_TUPLE
            case Container():
                return FORGOTTEN_CONTAINERS[value.kind]
            case Made():
                return self._made.setdefault(value.by, Made(value.by, FORGOTTEN_TUPLE))
        return _FORGOTTEN.get(type(value), value)

    def _keep_old(self, index: int, value: object, offset: int) -> None:
        self._history.setdefault(index, []).append((offset, value))
        self._check_size()

    def _check_size(self) -> None:
        if len(self._scattered) + len(self._history) > MOST_SCATTERED:
            raise BudgetExceeded("pickle memo indices out of order", MOST_SCATTERED)


_FORGOTTEN: Mapping[type, object] = {
    Bytes: FORGOTTEN_BYTES,
    Text: FORGOTTEN_TEXT,
    Recalled: FORGOTTEN_TEXT,
    Persistent: Persistent(None),
}


class Unwritten(Memo):
    """The memo of an unpickler that has read other streams before: every index may hold something."""

    def get(self, index: int) -> object:
        """Recall a value, or something."""
        try:
            return super().get(index)
        except LookupError:
            return Made(None, ())


class Overlay:
    """The memo as a run saw it, while the run is read again."""

    __slots__ = ("_memo", "_run", "guarded", "values")

    def __init__(self, memo: Memo, run: Run) -> None:
        self._memo = memo
        self._run = run
        self.values: list[object] = []
        """What the run remembers."""
        self.guarded: set[int] = set()

    @property
    def next_index(self) -> None:
        """No run is passed over within a run."""
        return

    def memoize(self, value: object, offset: int) -> None:
        """Remember a value."""
        del offset
        self.values.append(value)

    def put(self, index: int, value: object, offset: int) -> None:
        """Remember a value: the indices of a run follow each other."""
        del index, offset
        self.values.append(value)

    def get(self, index: int) -> object:
        """Recall a value of the run, or one of before."""
        if index >= self._run.first_index:
            return self.values[index - self._run.first_index]
        return self._memo.get_before(index, self._run.start)
