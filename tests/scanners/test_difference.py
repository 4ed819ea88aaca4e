"""Soundness by difference: what the real unpicklers ask for and call, the machine reports."""

from __future__ import annotations

import pytest

from scanners.unpickler import runs, searching
from tests.fuzz.difference import Case, cases, choose_first, compare
from tests.fuzz.planted import BUGS, Bug

CASES = 2000
"""Cases of a bounded run; `python -m tests.fuzz` runs as many as one likes."""


@pytest.fixture(scope="module")
def corpus() -> tuple[Case, ...]:
    """Return streams with what the real unpicklers did."""
    return tuple(cases(20_261_122, CASES))


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the machine pass over runs wherever it can, however short they are."""
    for name in ("STEPS_FOR_RUNS", "STEPS_FOR_CONTAINERS", "STEPS_FOR_DEPTH", "STEPS_FOR_CLASSES"):
        monkeypatch.setattr(runs, name, 0)
    monkeypatch.setattr(runs, "SHORTEST", 1)
    monkeypatch.setattr(runs, "DEPTH", 1)
    monkeypatch.setattr(runs, "_choose", choose_first)
    monkeypatch.setattr(searching, "FIRST_ROUND", 1)
    monkeypatch.setattr(searching, "LONGEST_ROUND", 1)


def test_nothing_is_missed(corpus: tuple[Case, ...]) -> None:
    """Every name asked for and every call made is reported, in order."""
    assert [str(miss) for case in corpus for miss in compare(case)] == []


@pytest.mark.usefixtures("eager")
def test_nothing_is_missed_in_runs(corpus: tuple[Case, ...]) -> None:
    """The same where the machine passes over all it can."""
    assert [str(miss) for case in corpus for miss in compare(case)] == []


def test_the_streams_reach_something(corpus: tuple[Case, ...]) -> None:
    """At least a third of the streams ask for a name, or the test would prove little."""
    reached = sum(any(trace.asked for trace in case.traces) for case in corpus)
    assert 3 * reached >= len(corpus)
    assert len(corpus) == CASES


def test_unpicklers_differ(corpus: tuple[Case, ...]) -> None:
    """The streams tell the unpicklers apart: else comparing with one would do."""
    assert sum(len({repr(trace.asked) for trace in case.traces}) > 1 for case in corpus) > 20


@pytest.mark.parametrize("bug", [bug for bug in BUGS if not bug.eager], ids=lambda bug: bug.name)
def test_planted_bugs_are_caught(bug: Bug, corpus: tuple[Case, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with the bug misses something within the bounded run."""
    for patch in bug.patches():
        monkeypatch.setattr(*patch)
    assert any(miss for case in corpus for miss in compare(case))


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("bug", [bug for bug in BUGS if bug.eager], ids=lambda bug: bug.name)
def test_planted_bugs_in_runs_are_caught(bug: Bug, corpus: tuple[Case, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for bugs in how runs are passed over and read again."""
    for patch in bug.patches():
        monkeypatch.setattr(*patch)
    assert any(miss for case in corpus for miss in compare(case))


def test_there_are_enough_bugs() -> None:
    """Twenty planted bugs at least."""
    assert len(BUGS) >= 20
