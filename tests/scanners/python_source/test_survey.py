"""Calls are told apart by the time at which they run."""

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanners.imports import Kind
from scanners.python_source.dangerous import RUNS, judge_call, reason
from scanners.python_source.survey import survey
from tests.corpus.python import SAMPLES


def called(source: str) -> tuple[set[str], set[str]]:
    """The calls on import and later, as they are written."""
    found = survey(ast.parse(source))
    return {ast.unparse(call.func) for call in found.at_import}, {ast.unparse(call.func) for call in found.later}


@pytest.mark.parametrize(
    ("source", "at_import", "later"),
    [
        ("f()", {"f"}, set()),
        ("def f(): g()", set(), {"g"}),
        ("def f(): g()\nf()", {"f", "g"}, set()),
        ("def f(): g()\nh(f)", {"h", "g"}, set()),
        ("def f(): g()\nh(x=f)", {"h", "g"}, set()),
        ("def f(g): h()\n@f\nclass X: pass", {"h"}, set()),
        ("class X:\n def f(self): g()\nX()", {"X"}, {"g"}),
        ("class X:\n def f(self): g()\nX().f()", {"X", "X().f", "g"}, set()),
        ("class X:\n def __init__(self): g()\nX()", {"X", "g"}, set()),
        ("class X:\n def __del__(self): g()", {"g"}, set()),
        ("async def f(): g()", set(), {"g"}),
        ("lambda: g()", {"g"}, set()),
        ("def f():\n def g(): h()\n g()\nf()", {"f", "g", "h"}, set()),
        ("def f(): f()\nf()", {"f"}, set()),
        ("if __name__ == '__main__': f()\nelse: g()", {"g"}, {"f"}),
        ("if '__main__' == __name__: f()", set(), {"f"}),
        ("if __name__ != '__main__': f()", {"f"}, set()),
    ],
)
def test_when_a_call_runs(source: str, at_import: set[str], later: set[str]) -> None:
    """What a function does counts for the time at which it is first called."""
    assert called(source) == (at_import, later)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(SAMPLES)), st.integers(0, 400), st.integers(0, 40))
def test_every_call_runs_at_one_time(name: str, start: int, length: int) -> None:
    """No call is lost or counted twice, in whatever is left of a module."""
    lines = SAMPLES[name]()[:4000].decode("latin-1").splitlines()
    try:
        tree = ast.parse("\n".join([*lines[:start], *lines[start + length :]]))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    found = survey(tree)
    every = [id(node) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert sorted(every) == sorted(id(call) for call in (*found.at_import, *found.later))


@pytest.mark.parametrize("name", sorted(RUNS))
def test_the_denylist_says_why(name: str) -> None:
    """What counts in source is denied to pickles as well, and the reason is theirs."""
    assert judge_call(name) is Kind.RUNS_CODE
    assert reason(name)
