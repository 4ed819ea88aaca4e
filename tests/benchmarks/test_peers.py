"""The comparison takes published techniques and honest files, and counts each tool's word on every one of them."""

import json

import pytest

from benchmarks import peers
from benchmarks.outcomes import Extent, Outcome
from tools.docs import HONEST, PEERS, SAID


def test_one_file_for_each_advisory_of_a_family() -> None:
    """No technique that has not been published, and none twice."""
    chosen = list(peers._published())
    manifest = {sample.name: sample for sample in peers.samples()}
    keys = [(item.group, manifest[item.name].reference) for item in chosen]
    assert len(keys) == len(set(keys)) > 50
    assert all(peers._ADVISORY.search(reference) for _, reference in keys)


def test_honest_files_are_models() -> None:
    """Licences and notes of provenance are no models; no more files than asked for."""
    chosen = list(peers._honest(20))
    assert 5 < len(chosen) <= 20
    assert not {item.name for item in chosen} & peers._NO_MODEL


@pytest.mark.parametrize(
    ("extent", "flags", "said"),
    [
        (Extent.EXAMINED, True, "flagged"),
        (Extent.PARTLY, True, "flagged"),
        (Extent.EXAMINED, False, "passed"),
        (Extent.PARTLY, False, "not examined"),
        (Extent.NOT, False, "not examined"),
        (Extent.FAILED, False, "not examined"),
    ],
)
def test_what_came_of_a_file(extent: Extent, flags: bool, said: str) -> None:
    """An alarm counts even where the rest was not examined; silence counts only after an examination."""
    assert peers._verdict(Outcome(extent=extent, flags=flags)) == said


def test_the_kept_result_counts_every_file_for_every_tool() -> None:
    """No tool is asked about fewer files than another."""
    result = json.loads(PEERS.read_text())
    assert result["versions"].keys() == {"weighbridge", *peers.PEERS}
    for family, by_tool in result["counts"].items():
        totals = {sum(counts.values()) for counts in by_tool.values()}
        assert len(totals) == 1, family
        assert by_tool.keys() == result["versions"].keys()
        assert all(set(counts) <= set(SAID) for counts in by_tool.values())
    assert HONEST in result["counts"]
