"""Workers: one answer a file, in order, whatever the files do to them."""

import faulthandler
import os
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from scanners import engine, examining, workers
from scanners.findings import Examined, FileReport, Finding, Reason
from scanners.formats import Format
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


def options(jobs: int, *, seconds: int = 60, **fields) -> ScanOptions:
    return ScanOptions(limits=Limits(seconds=seconds), jobs=jobs, **fields)


@pytest.fixture
def reader(monkeypatch):
    """Let a test say how files are read, and which of them by a library in C; workers are forked with that."""

    def install(read, native=()):
        format_of = {True: Format.KERAS_HDF5, False: Format.ZIP}
        monkeypatch.setattr(engine, "identify", lambda part: (format_of[part.name in native],))
        monkeypatch.setattr(engine, "READERS", dict.fromkeys(Format, read))

    return install


@pytest.fixture
def at_once(monkeypatch) -> None:
    """Start all workers as soon as there is work for them."""
    monkeypatch.setattr(workers, "_PATIENCE", 0)


@pytest.fixture
def files(tmp_path: Path) -> list[File]:
    for number in range(40):
        (tmp_path / f"{number:02}.txt").write_text("some words\n" * (1 + number % 7 * 100))
    return [File(str(path)) for path in sorted(tmp_path.iterdir())]


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_reports_come_in_the_order_of_the_files(files, at_once, jobs) -> None:
    """The number of workers changes nothing about the report."""
    assert [report.path for report in scan_files(files, options(jobs))] == [file.path for file in files]


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_worker_that_dies_costs_its_file_alone(files, at_once, jobs) -> None:
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


@pytest.mark.parametrize(("patience", "started"), [(0, 5), (3600, 1)])
def test_workers_are_started_where_they_help(files, monkeypatch, patience, started) -> None:
    """One is enough for what it has done before a second one would be there; never are there more than were asked for."""
    made = []

    class Counted(workers._Worker):
        def __init__(self, *arguments) -> None:
            super().__init__(*arguments)
            made.append(self.pid)

    monkeypatch.setattr(workers, "_Worker", Counted)
    monkeypatch.setattr(workers, "_PATIENCE", patience)
    assert len(list(scan_files(files, options(5)))) == len(files)
    assert len(made) == started


def test_leaving_early_ends_the_workers(files, at_once) -> None:
    """Closing the iterator leaves no child behind."""
    reports = scan_files(files, options(3))
    next(reports)
    reports.close()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_file_that_takes_too_long_is_not_examined(files, reader) -> None:
    """What was found before stays found, and what is said names the remedy; the next file has its own time."""

    def read(part):
        yield Finding(rule="import-runs-code", evidence="os.system")
        while part.name == "00.txt":
            pass

    reader(read)
    slow, fast = scan_files(files[:2], options(1, seconds=1))
    assert (slow.examined, slow.gaps[0].reason) == (Examined.NOT, Reason.BUDGET)
    assert "--max-seconds" in slow.gaps[0].detail
    assert [report.findings[-1].rule for report in (slow, fast)] == ["import-runs-code"] * 2
    assert fast.examined is Examined.FULLY


def test_the_kernel_ends_a_reader_that_hears_nothing(files, reader, monkeypatch) -> None:
    """A library in C, or code that takes every error for a fault of the file, would go on for ever."""

    def read(part):
        while part.name == "00.txt":
            try:
                while True:
                    pass
            except BaseException:  # noqa: BLE001 - that is what is tested
                continue
        yield from ()

    reader(read)
    monkeypatch.setattr(examining, "GRACE_SECONDS", 1)
    slow, fast = scan_files(files[:2], options(1, seconds=1))
    assert (slow.examined, slow.gaps[0].reason) == (Examined.NOT, Reason.BUDGET)
    assert fast.examined is Examined.FULLY


def test_larger_files_have_more_time() -> None:
    """In proportion to their size, and not without bound."""
    limits = Limits(seconds=10)
    assert [limits.seconds_for(size) for size in (0, 64 << 20, 1 << 30, 1 << 50)] == [10, 10, 160, 600]


def test_what_read_a_file_by_a_library_in_c_reads_no_other(files, reader) -> None:
    """A library that a file has taken over cannot change what is said of another one."""

    def read(_):
        yield Finding(rule="import-runs-code", evidence=str(os.getpid()))

    reader(read, native=("01.txt", "02.txt"))
    first, second, third, fourth, fifth = (report.findings[-1].evidence for report in scan_files(files[:5], options(1)))
    assert first == second
    assert len({second, third, fourth}) == 3
    assert fourth == fifth


def test_an_answer_for_another_file_is_none(files, monkeypatch) -> None:
    """The report of a worker that says whose it is, and lies, is not taken."""
    report = FileReport(path="somebody else's", size=0, formats=("inert",))
    monkeypatch.setattr(workers, "scan_target", lambda *_: report)
    (answered,) = scan_files(files[:1], options(1))
    assert (answered.path, answered.examined, answered.gaps[0].reason) == (
        files[0].path,
        Examined.NOT,
        Reason.WORKER_DIED,
    )
