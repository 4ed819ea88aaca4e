"""Examine one file in this process: open it, spend no more time on it than it may cost, and note if it changed meanwhile."""

from __future__ import annotations

import os
import resource
import signal
import stat

from scanners.engine import examine
from scanners.findings import Examined, FileReport, Gap, Reason
from scanners.limits import OutOfTime
from scanners.neighbours import Neighbours
from scanners.records import Record, replace
from scanners.sources import FileSource
from scanners.walk import WalkedFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import NoReturn, Protocol

    from scanners.limits import Limits

    class Target(Protocol):
        """A file to scan."""

        @property
        def path(self) -> str:
            """What the report calls the file."""

        def open(self) -> int:
            """Return a descriptor open for reading; raise `OSError`, whose `strerror` the report shows."""


REMINDER_SECONDS = 1.0
"""A reader in C, or one that takes every error for a broken file, may not hear the first time that its time is up."""
GRACE_SECONDS = 10
"""After this much more the kernel ends the process."""


class ScanOptions(Record):
    """What holds for every file of a run."""

    limits: Limits
    allowed_imports: frozenset[str] = frozenset()
    jobs: int = 1
    """Worker processes at most; also how many files are open at once."""
    data_bytes: int | None = None
    """RLIMIT_DATA of each worker, None for no limit."""


def _beside(target: Target) -> Neighbours | None:
    """Return the files beside a target, if a walk of their directory has found it."""
    if not isinstance(target, WalkedFile) or not target.name:
        return None
    return Neighbours(target.root, tuple(target.name.split("/")[:-1]))


def scan_target(target: Target, options: ScanOptions, before_native: Callable[[], None] | None = None) -> FileReport:
    """
    Examine one file, in the main thread of a process that does nothing else.

    `before_native` is called before bytes of the file are given to a library that is written in C.
    """
    try:
        descriptor = target.open()
    except OSError as error:
        return unexamined(target.path, Reason.UNREADABLE, error.strerror or str(error))
    neighbours = _beside(target)
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            return unexamined(target.path, Reason.NOT_A_FILE, "not a regular file")
        with _Deadline(options.limits.seconds_for(before.st_size)):
            report = examine(
                FileSource(descriptor),
                target.path,
                limits=options.limits,
                allowed_imports=options.allowed_imports,
                before_native=before_native,
                neighbours=neighbours,
            )
        after = os.fstat(descriptor)
    except OutOfTime as error:
        return unexamined(target.path, Reason.BUDGET, str(error))
    finally:
        os.close(descriptor)
        if neighbours is not None:
            neighbours.close()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        gap = Gap(reason=Reason.CHANGED, detail="the file was written to while it was read")
        return replace(report, gaps=(*report.gaps, gap))
    return report


def unexamined(path: str, reason: Reason, detail: str) -> FileReport:
    """Return the report of a file of which nothing was looked at."""
    gap = Gap(reason=reason, detail=detail, examined=Examined.NOT)
    return FileReport(path=path, size=0, formats=(), gaps=(gap,), parts=0)


class _Deadline:
    """
    Raises `OutOfTime` in the code it surrounds, again and again, once that has used up its processor time.

    Time that is spent waiting, as for a slow volume, does not count.
    """

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds

    def __enter__(self) -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        last = int(used.ru_utime + used.ru_stime) + 1 + self._seconds + GRACE_SECONDS
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        if hard == resource.RLIM_INFINITY or last < hard:
            resource.setrlimit(resource.RLIMIT_CPU, (last, hard))
        signal.signal(signal.SIGPROF, self._ring)
        signal.setitimer(signal.ITIMER_PROF, self._seconds, REMINDER_SECONDS)

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _ring(self, _number: int, _frame: FrameType | None) -> NoReturn:
        raise OutOfTime
