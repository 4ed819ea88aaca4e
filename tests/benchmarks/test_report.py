"""Promises and tables say what was measured, and count only tools that examined the input."""

from __future__ import annotations

import json

import pytest

from benchmarks import report
from benchmarks.outcomes import Extent, Outcome
from benchmarks.rounds import Measurement
from benchmarks.scale import QUICK
from benchmarks.shapes import by_name
from benchmarks.targets import judge

PEERS = ("modelscan", "picklescan")


def _measured(tool, wall, extent=Extent.EXAMINED, *, peak=50_000_000, flags=False):
    outcome = Outcome(extent=extent, flags=flags)
    return Measurement(tool=tool, walls=[wall * 2, wall], cpus=[wall], peak=peak, outcome=outcome)


def _results(*measurements):
    return {each.tool: each for each in measurements}


def _kept(shape, *measurements):
    return {each.promise: each.kept for each in judge(by_name(shape), _results(*measurements), PEERS)}


def test_promises_of_a_fast_run_are_kept():
    """All promises hold at once."""
    kept = _kept("dict-p4", _measured("weighbridge", 1.0), _measured("load", 0.5), _measured("modelscan", 4.5))
    assert set(kept.values()) == {True}
    assert len(kept) == 3


@pytest.mark.parametrize(
    ("promise", "ours", "load", "peer"),
    [
        ("at most 2.5 times pickle.load", _measured("weighbridge", 1.0), 0.3, 9.0),
        ("at least 4 times faster than the fastest peer", _measured("weighbridge", 1.0), 0.5, 3.9),
        ("at most 100 MB of memory", _measured("weighbridge", 1.0, peak=100_000_001), 0.5, 9.0),
        ("examined without an alarm", _measured("weighbridge", 1.0, flags=True), 0.5, 9.0),
        ("examined without an alarm", _measured("weighbridge", 1.0, Extent.PARTLY), 0.5, 9.0),
    ],
)
def test_each_promise_can_be_missed(promise, ours, load, peer):
    """The one that is broken is missed, the others are not."""
    kept = _kept("dict-p4", ours, _measured("load", load), _measured("modelscan", peer))
    assert [name for name, value in kept.items() if not value] == [promise]


@pytest.mark.parametrize("extent", [Extent.NOT, Extent.FAILED])
def test_a_peer_that_did_not_examine_the_input_sets_no_mark(extent):
    """Skipping is fast, and proves nothing."""
    kept = _kept("safetensors", _measured("weighbridge", 1.0), _measured("picklescan", 0.1, extent))
    assert kept["no peer is faster"] is True


def test_a_faster_peer_that_examined_the_input_breaks_the_promise():
    """Even one that examined it only in part."""
    kept = _kept("safetensors", _measured("weighbridge", 1.0), _measured("picklescan", 0.9, Extent.PARTLY))
    assert kept["no peer is faster"] is False


def test_the_page_marks_what_was_not_examined():
    """Ratios of tools that skipped the input stand in brackets, with the word beside them."""
    rows = [
        (
            by_name("safetensors"),
            2_000_000,
            _results(
                _measured("weighbridge", 0.5),
                _measured("read", 0.25),
                _measured("modelscan", 1.0),
                _measured("picklescan", 0.125, Extent.NOT),
            ),
        )
    ]
    session = report.Session(
        command="python -m benchmarks", scale=QUICK, machine={}, peers=dict.fromkeys(PEERS, "1"), absent={}, rows=rows
    )
    page = report.page(session)
    assert "| safetensors: safetensors | 2 MB | 0.5 s | 0.5 s | 2.00 |  |  | 2 | (0.25 not examined) |" in page
    assert "- safetensors, picklescan: not examined" in page
    assert json.loads(json.dumps(report.document(session)))["inputs"][0]["tools"][0]["walls"] == [1.0, 0.5]


@pytest.mark.parametrize("extent", [Extent.NOT, Extent.FAILED, Extent.TIMED_OUT])
def test_nothing_is_kept_by_not_looking(extent):
    """A run of ours that examined nothing misses its promise, and keeps none by having been fast."""
    assert set(_kept("tuples", _measured("weighbridge", 0.1, extent), _measured("modelscan", 9.0)).values()) == {False}
