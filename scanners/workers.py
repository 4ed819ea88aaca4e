"""Scan many files in forked workers: a file that crashes its reader, or eats its memory or its time, costs itself alone.

A worker is told the index of a file over a pipe and answers with one line of JSON; nothing is ever unpickled, not even
a worker's own words. Reports come out in the order of the files, whatever the number of workers: one at first, and twice as
many whenever there is still work after a while, since a worker costs more than most files do. A worker that is about to
give bytes to a library written in C says so first, and that file is its last: what such a library may have been made to do
cannot reach into another file's report.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import select
import signal
import time
from collections import deque

from scanners.examining import ScanOptions, scan_target, unexamined
from scanners.findings import Reason
from scanners.limits import OutOfTime
from scanners.wire import report_from_json, report_to_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO, NoReturn

    from scanners.examining import Target
    from scanners.findings import FileReport

__all__ = ["ScanOptions", "scan_files"]

_AHEAD = 1000
"""Reports that may wait for a slower file in front of them before workers pause."""
_PATIENCE = 0.05
"""Seconds that the workers there are have, before more are started to help them."""
_CHUNK = 1 << 16
_ANSWER_LIMIT = 64 << 20
"""Bytes of one answer; a worker that says more is no longer trusted to end."""
_LAST = b"last"
"""What a worker says before its last file is given to a library written in C."""


def scan_files(targets: Sequence[Target], options: ScanOptions) -> Iterator[FileReport]:
    """Yield one report for each target, in their order. Closing the iterator ends the workers."""
    pool = _Pool(targets, options)
    try:
        yield from pool.reports()
    finally:
        pool.close()


class _Worker:
    """One child process and the lines to and from it."""

    def __init__(self, targets: Sequence[Target], options: ScanOptions, others: Iterable[_Worker]) -> None:
        theirs, self._requests = os.pipe()
        self.answers, answering = os.pipe()
        self.task: int | None = None
        self.retired = False
        """Whether the file that it reads is its last."""
        self._heard = bytearray()
        self.pid = os.fork()
        if self.pid == 0:
            for worker in (self, *others):
                worker.hang_up()
            _work(theirs, answering, targets, options)
        os.close(theirs)
        os.close(answering)

    def give(self, index: int) -> None:
        """Ask for a file."""
        self.task = index
        try:
            os.write(self._requests, b"%d\n" % index)
        except BrokenPipeError:
            return  # It has died; the end of its answers, which is heard next, says so.

    def receive(self, path: str) -> FileReport | None:
        """
        Return the report of the file at `path` once it is complete, None while it is not.

        Raises `ValueError` or `OSError` if there will be none.
        """
        chunk = os.read(self.answers, _CHUNK)
        self._heard += chunk
        if not chunk or len(self._heard) > _ANSWER_LIMIT:
            raise ValueError("the worker ended before it answered")
        if self._heard.startswith(_LAST + b"\n"):
            self.retired = True
            del self._heard[: len(_LAST) + 1]
        if not self._heard.endswith(b"\n"):
            return None
        report = report_from_json(json.loads(self._heard))
        if report.path != path:
            raise ValueError("the worker answered for another file")
        self._heard.clear()
        self.task = None
        return report

    def hang_up(self) -> None:
        """Close the parent's ends of the lines."""
        os.close(self._requests)
        os.close(self.answers)

    def end(self) -> int:
        """End the process, if it has not ended, and return its wait status."""
        self.hang_up()
        finished, status = os.waitpid(self.pid, os.WNOHANG)
        if finished == 0:
            os.kill(self.pid, signal.SIGKILL)
            _, status = os.waitpid(self.pid, 0)
        return status


class _Pool:
    """Workers, the files still to be given out, and the reports that wait for their turn."""

    def __init__(self, targets: Sequence[Target], options: ScanOptions) -> None:
        self._targets = targets
        self._options = options
        self._todo = deque(range(len(targets)))
        self._done: dict[int, FileReport] = {}
        self._workers: dict[int, _Worker] = {}
        self._poll = select.poll()
        self._next = 0
        self._grown = time.monotonic()
        """When workers were started last."""
        if targets:
            self._start()

    def reports(self) -> Iterator[FileReport]:
        while self._next < len(self._targets):
            for descriptor, _ in self._poll.poll(self._milliseconds()):
                self._hear(self._workers[descriptor])
            while self._next in self._done:
                yield self._done.pop(self._next)
                self._next += 1
            self._feed()
            self._grow()

    def close(self) -> None:
        for worker in self._workers.values():
            worker.end()
        self._workers.clear()

    def _milliseconds(self) -> int | None:
        """Return how long to wait for answers at most; None: until there are some."""
        if not self._missing():
            return None
        return max(0, int(1000 * (self._grown + _PATIENCE - time.monotonic())) + 1)

    def _missing(self) -> int:
        """Return how many more workers would have a file to read."""
        return min(self._options.jobs - len(self._workers), len(self._todo))

    def _grow(self) -> None:
        if (missing := self._missing()) > 0 and time.monotonic() - self._grown >= _PATIENCE:
            for _ in range(min(missing, len(self._workers))):
                self._start()
            self._grown = time.monotonic()

    def _start(self) -> None:
        worker = _Worker(self._targets, self._options, self._workers.values())
        self._workers[worker.answers] = worker
        self._poll.register(worker.answers, select.POLLIN)
        self._give(worker)

    def _give(self, worker: _Worker) -> None:
        if self._todo and len(self._done) < _AHEAD:
            worker.give(self._todo.popleft())

    def _feed(self) -> None:
        for worker in list(self._workers.values()):
            if worker.task is None:
                self._give(worker)

    def _hear(self, worker: _Worker) -> None:
        index = worker.task
        try:
            report = worker.receive("" if index is None else self._targets[index].path)
        except (ValueError, OSError) as error:
            self._bury(worker, error)
            return
        if report is not None and index is not None:
            self._done[index] = report
            if worker.retired:
                self._replace(worker)
            else:
                self._give(worker)

    def _bury(self, worker: _Worker, error: Exception) -> None:
        """Report the file of a worker that has died, and go on without it."""
        status = self._replace(worker)
        if worker.task is not None:
            target = self._targets[worker.task]
            self._done[worker.task] = _lost(target, status, error)

    def _replace(self, worker: _Worker) -> int:
        """End a worker, let a new one take its place if there is work for one, and return the wait status."""
        self._poll.unregister(worker.answers)
        del self._workers[worker.answers]
        status = worker.end()
        if self._todo:
            self._start()
        return status


def _lost(target: Target, status: int, error: Exception) -> FileReport:
    """Return the report of a file that its worker did not survive."""
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        return unexamined(target.path, Reason.BUDGET, str(OutOfTime()))
    how = f"exit status {os.waitstatus_to_exitcode(status)}"
    if os.WIFSIGNALED(status):
        how = f"killed by {signal.Signals(os.WTERMSIG(status)).name}"
    return unexamined(target.path, Reason.WORKER_DIED, f"the worker that read this file died ({how}): {error}")


def _work(requests: int, answers: int, targets: Sequence[Target], options: ScanOptions) -> NoReturn:
    """Answer until the line closes; never return into the parent's code."""
    status = 1
    try:
        gc.freeze()
        _limit(options)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with os.fdopen(requests, "rb") as asked, os.fdopen(answers, "wb") as line:
            for request in asked:
                report = scan_target(targets[int(request)], options, lambda: _say(line, _LAST))
                _say(line, json.dumps(report_to_json(report)).encode())
        status = 0
    finally:
        os._exit(status)


def _say(line: BinaryIO, words: bytes) -> None:
    line.write(words + b"\n")
    line.flush()


def _limit(options: ScanOptions) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if options.data_bytes is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (options.data_bytes, options.data_bytes))
