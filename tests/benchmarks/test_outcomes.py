"""A tool that skipped an input is never counted as one that examined it."""

from __future__ import annotations

import json

import pytest

from benchmarks import outcomes
from benchmarks.measure import Run
from benchmarks.outcomes import Extent


def _run(exit_code=0, output=""):
    return Run(wall=1, cpu=1, peak=None, exit_code=exit_code, timed_out=False, output=output)


def _report(tmp_path, value):
    (tmp_path / "report.json").write_text(json.dumps(value))
    return tmp_path


def _weighbridge(files=1, partly=0, not_examined=0, findings=0):
    counts = {"FULLY": files - partly - not_examined, "PARTLY": partly, "NOT": not_examined}
    return {"summary": {"files": files, "examined": counts, "findings": {"HIGH": findings}}, "files": []}


@pytest.mark.parametrize(
    ("report", "exit_code", "extent", "flags"),
    [
        (_weighbridge(), 0, Extent.EXAMINED, False),
        (_weighbridge(findings=1), 1, Extent.EXAMINED, True),
        (_weighbridge(partly=1), 2, Extent.PARTLY, False),
        (_weighbridge(not_examined=1), 2, Extent.NOT, False),
        (_weighbridge(files=2, not_examined=1), 2, Extent.PARTLY, False),
        (_weighbridge(files=0), 3, Extent.NOT, False),
    ],
)
def test_weighbridge(report, exit_code, extent, flags, tmp_path):
    """The report's counts decide, not the exit code alone."""
    outcome = outcomes.weighbridge(_run(exit_code), _report(tmp_path, report))
    assert (outcome.extent, outcome.flags) == (extent, flags)


@pytest.mark.parametrize(
    ("scanned", "issues", "errors", "extent", "flags"),
    [
        (1, 0, [], Extent.EXAMINED, False),
        (1, 2, [], Extent.EXAMINED, True),
        (0, 0, [], Extent.NOT, False),
        (1, 0, [{"category": "PATH"}], Extent.PARTLY, False),
    ],
)
def test_modelscan(scanned, issues, errors, extent, flags, tmp_path):
    """Skipped files are told apart from scanned ones."""
    summary = {"total_issues": issues, "scanned": {"total_scanned": scanned}, "skipped": {"total_skipped": 1 - scanned}}
    outcome = outcomes.modelscan(_run(), _report(tmp_path, {"summary": summary, "errors": errors}))
    assert (outcome.extent, outcome.flags) == (extent, flags)


@pytest.mark.parametrize(
    ("output", "exit_code", "extent", "flags"),
    [
        ("Scanned files: 1\nInfected files: 0\n", 0, Extent.EXAMINED, False),
        ("Scanned files: 1\nInfected files: 1\n", 1, Extent.EXAMINED, True),
        ("WARNING: could not parse x as pickle\nScanned files: 1\n", 0, Extent.NOT, False),
        ("Scanned files: 0\n", 0, Extent.NOT, False),
        ("Traceback (most recent call last):\n", 1, Extent.FAILED, False),
    ],
)
def test_picklescan(output, exit_code, extent, flags, tmp_path):
    """A file that is counted as scanned, and was not parsed, was not examined."""
    outcome = outcomes.picklescan(_run(exit_code, output), tmp_path)
    assert (outcome.extent, outcome.flags) == (extent, flags)


@pytest.mark.parametrize(
    ("output", "exit_code", "extent", "flags"),
    [
        ("", 0, Extent.EXAMINED, False),
        ("Warning: unsafe\n", 1, Extent.EXAMINED, True),
        ("Fickling failed to parse this pickle file. Error: No pickle files detected\n", 2, Extent.NOT, False),
        ("Traceback (most recent call last):\nMemoryError\n", 1, Extent.FAILED, False),
        ("", -9, Extent.FAILED, False),
    ],
)
def test_fickling(output, exit_code, extent, flags, tmp_path):
    """Exit code 1 means unsafe, unless it is Python's own."""
    outcome = outcomes.fickling(_run(exit_code, output), tmp_path)
    assert (outcome.extent, outcome.flags) == (extent, flags)


@pytest.mark.parametrize(
    ("changes", "exit_code", "extent", "flags"),
    [
        ({}, 0, Extent.EXAMINED, False),
        ({"issues": [{"severity": "warning", "message": "m"}]}, 1, Extent.EXAMINED, True),
        ({"scanner_names": []}, 0, Extent.NOT, False),
        ({"has_errors": True}, 2, Extent.PARTLY, False),
        ({}, 2, Extent.PARTLY, False),
    ],
)
def test_modelaudit(changes, exit_code, extent, flags, tmp_path):
    """Exit code 2 and errors mean that coverage is not complete."""
    report = {"files_scanned": 1, "scanner_names": ["pickle"], "issues": [], "has_errors": False, **changes}
    outcome = outcomes.modelaudit(_run(exit_code), _report(tmp_path, report))
    assert (outcome.extent, outcome.flags) == (extent, flags)


@pytest.mark.parametrize("read", [outcomes.weighbridge, outcomes.modelscan, outcomes.modelaudit])
def test_no_report_is_a_failure(read, tmp_path):
    """A tool that leaves no report, or half of one, has failed, whatever its exit code."""
    assert read(_run(), tmp_path).extent is Extent.FAILED
    (tmp_path / "report.json").write_text('{"summary":')
    assert read(_run(), tmp_path).extent is Extent.FAILED


def test_taking_some_files_of_a_folder_is_taking_part_of_it(tmp_path):
    """A scanner that goes by extension and leaves half of the files out has not examined the folder."""
    outcome = outcomes.picklescan(_run(0, "Scanned files: 50\n"), tmp_path)
    assert outcome.of(100).extent is Extent.PARTLY
    assert outcome.of(50).extent is Extent.EXAMINED
