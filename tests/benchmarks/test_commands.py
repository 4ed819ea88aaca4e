"""`python -m benchmarks` reaches all benchmarks, and its options change what they say they change."""

from __future__ import annotations

import pytest

from benchmarks import __main__ as command
from benchmarks.scale import FULL, QUICK


@pytest.mark.parametrize("name", command.ALONE)
def test_the_benchmarks_of_the_servers_are_started_by_name(name, capfd):
    """Options after the name are theirs."""
    assert command.main([name, "--help"]) == 0
    assert name in capfd.readouterr().out.partition("\n")[0]
    assert command.main([name, "--unheard-of"]) == 2


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], (FULL.entries, FULL.repeats, FULL.patience, FULL.timeout)),
        (["--quick"], (QUICK.entries, QUICK.repeats, QUICK.patience, QUICK.timeout)),
        (["--repeats", "2", "--patience", "0", "--timeout", "7.5"], (FULL.entries, 2, 0.0, 7.5)),
    ],
)
def test_options_change_the_patience_and_nothing_else(given, expected):
    """An option that is not given leaves what the scale says; zero is a value."""
    scale = command.scale_of(command.parser().parse_args(given))
    assert (scale.entries, scale.repeats, scale.patience, scale.timeout) == expected


def test_no_run_at_all_is_refused():
    """A figure needs a run."""
    with pytest.raises(SystemExit):
        command.parser().parse_args(["--repeats", "0"])
