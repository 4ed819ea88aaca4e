"""Scan many files in forked workers: a file that crashes its reader, or eats its memory, costs itself alone.

A worker is told the index of a file over a socket and answers with one line of JSON; nothing is ever unpickled, not even
a worker's own words. Reports come out in the order of the files, whatever the number of workers.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import selectors
import signal
import socket
import stat
from collections import deque
from typing import Protocol

from scanners.engine import examine
from scanners.findings import Examined, FileReport, Gap, Reason
from scanners.records import Record, replace
from scanners.sources import FileSource
from scanners.wire import report_from_json, report_to_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import NoReturn

    from scanners.limits import Limits

_AHEAD = 1000
"""Reports that may wait for a slower file in front of them before workers pause."""
_ANSWER_LIMIT = 64 << 20
"""Bytes of one answer; a worker that says more is no longer trusted to end."""


class Target(Protocol):
    """A file to scan."""

    @property
    def path(self) -> str:
        """What the report calls the file."""

    def open(self) -> int:
        """Return a descriptor open for reading; raise `OSError`, whose `strerror` the report shows."""


class ScanOptions(Record):
    """What holds for every file of a run."""

    limits: Limits
    allowed_imports: frozenset[str] = frozenset()
    jobs: int = 1
    """Worker processes; also how many files are open at once."""
    data_bytes: int | None = None
    """RLIMIT_DATA of each worker, None for no limit."""


def scan_target(target: Target, options: ScanOptions) -> FileReport:
    """Examine one file in this process."""
    try:
        descriptor = target.open()
    except OSError as error:
        return _unexamined(target.path, Reason.UNREADABLE, error.strerror or str(error))
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            return _unexamined(target.path, Reason.NOT_A_FILE, "not a regular file")
        report = examine(
            FileSource(descriptor), target.path, limits=options.limits, allowed_imports=options.allowed_imports
        )
        after = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        return _with_gap(report, Gap(reason=Reason.CHANGED, detail="the file was written to while it was read"))
    return report


def scan_files(targets: Sequence[Target], options: ScanOptions) -> Iterator[FileReport]:
    """Yield one report for each target, in their order. Closing the iterator ends the workers."""
    pool = _Pool(targets, options)
    try:
        yield from pool.reports()
    finally:
        pool.close()


class _Worker:
    """One child process and the line to it."""

    def __init__(self, targets: Sequence[Target], options: ScanOptions) -> None:
        ours, theirs = socket.socketpair()
        self.socket = ours
        self.task: int | None = None
        self._buffer = bytearray()
        self.pid = os.fork()
        if self.pid == 0:
            ours.close()
            _work(theirs, targets, options)
        theirs.close()

    def give(self, index: int) -> None:
        self.task = index
        self.socket.sendall(b"%d\n" % index)

    def receive(self) -> FileReport | None:
        """Return the answer once it is complete, None while it is not; raise `ValueError` or `OSError` if there will be none."""
        chunk = self.socket.recv(1 << 20)
        self._buffer += chunk
        if not chunk or len(self._buffer) > _ANSWER_LIMIT:
            raise ValueError("the worker ended before it answered")
        if not self._buffer.endswith(b"\n"):
            return None
        line, self._buffer = self._buffer, bytearray()
        return report_from_json(json.loads(line))

    def end(self) -> str:
        """End the process and say how it ended."""
        self.socket.close()
        finished, status = os.waitpid(self.pid, os.WNOHANG)
        if finished == 0:
            os.kill(self.pid, signal.SIGKILL)
            _, status = os.waitpid(self.pid, 0)
        if os.WIFSIGNALED(status):
            return f"killed by {signal.Signals(os.WTERMSIG(status)).name}"
        return f"exit status {os.waitstatus_to_exitcode(status)}"


class _Pool:
    """Workers, the files still to be given out, and the reports that wait for their turn."""

    def __init__(self, targets: Sequence[Target], options: ScanOptions) -> None:
        self._targets = targets
        self._options = options
        self._todo = deque(range(len(targets)))
        self._done: dict[int, FileReport] = {}
        self._selector = selectors.DefaultSelector()
        self._next = 0
        for _ in range(min(options.jobs, len(targets))):
            self._start()

    def reports(self) -> Iterator[FileReport]:
        while self._next < len(self._targets):
            for key, _ in self._selector.select():
                self._hear(key.data)
            while self._next in self._done:
                yield self._done.pop(self._next)
                self._next += 1
            self._feed()

    def close(self) -> None:
        for key in list(self._selector.get_map().values()):
            key.data.end()
        self._selector.close()

    def _start(self) -> None:
        worker = _Worker(self._targets, self._options)
        self._selector.register(worker.socket, selectors.EVENT_READ, worker)
        self._give(worker)

    def _give(self, worker: _Worker) -> None:
        if self._todo and len(self._done) < _AHEAD:
            worker.give(self._todo.popleft())

    def _feed(self) -> None:
        for key in self._selector.get_map().values():
            if key.data.task is None:
                self._give(key.data)

    def _hear(self, worker: _Worker) -> None:
        index = worker.task
        try:
            report = worker.receive()
        except (ValueError, OSError) as error:
            self._bury(worker, index, error)
            return
        if report is not None and index is not None:
            worker.task = None
            self._done[index] = report
            self._give(worker)

    def _bury(self, worker: _Worker, index: int | None, error: Exception) -> None:
        self._selector.unregister(worker.socket)
        how = worker.end()
        if index is not None:
            detail = f"the worker that read this file died ({how}): {error}"
            self._done[index] = _unexamined(self._targets[index].path, Reason.WORKER_DIED, detail)
        if self._todo:
            self._start()


def _work(line: socket.socket, targets: Sequence[Target], options: ScanOptions) -> NoReturn:
    """Answer until the line closes; never return into the parent's code."""
    status = 1
    try:
        gc.freeze()
        _limit(options)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for request in line.makefile("rb"):
            report = scan_target(targets[int(request)], options)
            line.sendall(json.dumps(report_to_json(report)).encode() + b"\n")
        status = 0
    finally:
        os._exit(status)


def _limit(options: ScanOptions) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if options.data_bytes is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (options.data_bytes, options.data_bytes))


def _unexamined(path: str, reason: Reason, detail: str) -> FileReport:
    gap = Gap(reason=reason, detail=detail, examined=Examined.NOT)
    return FileReport(path=path, size=0, formats=(), gaps=(gap,), parts=0)


def _with_gap(report: FileReport, gap: Gap) -> FileReport:
    return replace(report, gaps=(*report.gaps, gap))
