"""The memo: any index in any order, in bounded memory."""

from __future__ import annotations

import pytest

from scanners.limits import BudgetExceeded
from scanners.unpickler import memo as memo_module
from scanners.unpickler.memo import Memo
from scanners.unpickler.values import FORGOTTEN_TEXT, FORGOTTEN_TUPLE, Container, Global, Made, Opaque, Recalled, Run


class _Owner:
    def recall(self, value: Recalled) -> object:
        return f"recalled {value.position}"


def _run(first: int) -> Run:
    return Run(_Owner(), 0, 10, first)


def test_memoize_counts_indices() -> None:
    """MEMOIZE takes the number of indices in use, wherever they are."""
    memo = Memo()
    memo.put(1, "one", 0)
    memo.memoize("over one", 1)
    assert memo.get(1) == "over one"
    memo.put(0, "zero", 2)
    memo.memoize("two", 3)
    assert [memo.get(index) for index in range(3)] == ["zero", "over one", "two"]
    with pytest.raises(KeyError):
        memo.get(3)


def test_runs_stand_between_values() -> None:
    """Indices of a run and of values pushed one by one do not mix."""
    memo = Memo()
    memo.memoize("zero", 0)
    memo.pass_over(_run(1), 3)
    memo.memoize("four", 1)
    assert len(memo) == 5
    recalled = memo.get(2)
    assert isinstance(recalled, Recalled)
    assert recalled.position == 1
    assert memo.get(4) == "four"
    memo.put(2, "over", 20)
    assert memo.get(2) == "over"
    assert isinstance(memo.get_before(2, 19), Recalled)
    assert memo.get_before(2, 20) == "over"
    assert len(memo) == 5


def test_runs_need_indices_in_order() -> None:
    """With a gap, no run goes on."""
    memo = Memo()
    memo.put(7, "seven", 0)
    assert memo.next_index is None


def test_negative_indices_hold_nothing() -> None:
    """GET of a negative index finds nothing, not the last value."""
    memo = Memo()
    memo.memoize("zero", 0)
    with pytest.raises(KeyError):
        memo.get(-1)


def test_late_values_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past a number of values, only what imports and calls need is kept."""
    monkeypatch.setattr(memo_module, "DETAILED", 1)
    monkeypatch.setattr(memo_module, "MOST_NAMES", 1)
    memo = Memo()
    what = Global("a", "b", 4, 0)
    values = ["detailed", "os", "system", "no name!", (1, 2), (), Container("dict"), what, Made(what, (1,)), 7]
    for value in values:
        memo.memoize(value, 0)
    found = [memo.get(index) for index in range(len(values))]
    assert found[:6] == ["detailed", "os", FORGOTTEN_TEXT, FORGOTTEN_TEXT, FORGOTTEN_TUPLE, ()]
    assert isinstance(found[6], Container)
    assert not found[6].complete
    assert found[7] is what
    assert isinstance(found[8], Made)
    assert isinstance(found[8].arguments, Opaque)
    assert found[9] == 7


def test_scattered_indices_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Indices out of order cost a dictionary, which has an end."""
    monkeypatch.setattr(memo_module, "MOST_SCATTERED", 10)
    memo = Memo()
    for index in range(100, 110):
        memo.put(index, None, 0)
    with pytest.raises(BudgetExceeded):
        memo.put(110, None, 0)


def test_guarded_imports_are_noted() -> None:
    """Runs must not pass over a recall of an import whose use decides."""
    memo = Memo()
    guarded = Global("a", "b", 4, 0)
    guarded.guarded = True
    memo.memoize(guarded, 0)
    memo.memoize(Global("a", "c", 4, 0), 0)
    assert memo.guarded == {0}
