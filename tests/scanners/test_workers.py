"""Workers: one answer a file, in order, whatever the files do to them."""

import faulthandler
import os
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from scanners.findings import Examined, Reason
from scanners.limits import Limits
from scanners.workers import ScanOptions, scan_files


@dataclass(frozen=True)
class File:
    path: str

    def open(self) -> int:
        return os.open(self.path, os.O_RDONLY)


@dataclass(frozen=True)
class Deadly:
    """A file whose reader ends its process, as a fault in a C library would."""

    path: str = "deadly"

    def open(self) -> int:
        faulthandler.disable()
        os.kill(os.getpid(), signal.SIGSEGV)
        raise AssertionError("unreachable")


@dataclass(frozen=True)
class Greedy:
    """A file whose reader wants more memory than a worker may have."""

    path: str = "greedy"

    def open(self) -> int:
        bytearray(1 << 32)
        raise AssertionError("unreachable")


def options(jobs: int, **fields) -> ScanOptions:
    return ScanOptions(limits=Limits(), jobs=jobs, **fields)


@pytest.fixture
def files(tmp_path: Path) -> list[File]:
    for number in range(40):
        (tmp_path / f"{number:02}.txt").write_text("some words\n" * (1 + number % 7 * 100))
    return [File(str(path)) for path in sorted(tmp_path.iterdir())]


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_reports_come_in_the_order_of_the_files(files, jobs) -> None:
    """The number of workers changes nothing about the report."""
    assert [report.path for report in scan_files(files, options(jobs))] == [file.path for file in files]


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_worker_that_dies_costs_its_file_alone(files, jobs) -> None:
    """All others are examined, in their order, and the lost one says how its worker ended."""
    targets = [*files[:5], Deadly(), *files[5:], Deadly()]
    reports = list(scan_files(targets, options(jobs)))
    lost = [report for report in reports if report.examined is Examined.NOT]
    assert [report.path for report in reports] == [target.path for target in targets]
    assert [(report.path, report.gaps[0].reason) for report in lost] == [("deadly", Reason.WORKER_DIED)] * 2
    assert "SIGSEGV" in lost[0].gaps[0].detail


def test_memory_past_the_limit_is_a_gap_not_a_pass(files) -> None:
    """RLIMIT_DATA turns greed into an error of that file."""
    reports = list(scan_files([Greedy(), *files[:2]], options(1, data_bytes=1 << 29)))
    assert [report.examined for report in reports] == [Examined.NOT, Examined.FULLY, Examined.FULLY]


def test_a_missing_file_is_not_examined(tmp_path) -> None:
    """A file that went away between walk and open is said to be unread."""
    (report,) = scan_files([File(str(tmp_path / "gone"))], options(1))
    assert (report.examined, report.gaps[0].reason) == (Examined.NOT, Reason.UNREADABLE)


def test_no_files_no_reports() -> None:
    """An empty run yields nothing; the caller decides what that means."""
    assert list(scan_files([], options(2))) == []


def test_leaving_early_ends_the_workers(files) -> None:
    """Closing the iterator leaves no child behind."""
    reports = scan_files(files, options(3))
    next(reports)
    reports.close()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
