"""Run one program as a whole process: wall time, CPU time and peak memory of it and of all its children.

Time and memory are measured in different runs, since looking at memory costs the time of a core.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_SAMPLE_MILLISECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of one program."""

    wall: float
    """Seconds from before the fork until the end was seen."""
    cpu: float
    """User and system seconds of the process and of the children it waited for."""
    largest: int
    """Bytes of the largest of its processes at its worst moment (ru_maxrss): exact, but of one process."""
    peak: int | None
    """Bytes of all its processes together at the worst moment seen; None in a run that was timed."""
    exit_code: int
    """Negative for a signal."""
    timed_out: bool
    output: str
    """Standard output and standard error, as far as they are UTF-8."""


def run(command: Sequence[str], *, directory: Path, environment: Mapping[str, str], timeout: float) -> Run:
    """Run a program for its time."""
    return _run(command, directory, environment, timeout, _wait)


def run_for_memory(command: Sequence[str], *, directory: Path, environment: Mapping[str, str], timeout: float) -> Run:
    """Run a program for its memory."""
    return _run(command, directory, environment, timeout, _watch)


def _run(
    command: Sequence[str],
    directory: Path,
    environment: Mapping[str, str],
    timeout: float,
    wait: Callable[[int, int, float], tuple[bool, int | None]],
) -> Run:
    said = directory / "output"
    with said.open("wb") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        descriptor = os.pidfd_open(process.pid)
        try:
            ended, peak = wait(descriptor, process.pid, timeout)
            if not ended:
                os.killpg(process.pid, signal.SIGKILL)
            _, status, usage = os.wait4(process.pid, 0)
        finally:
            os.close(descriptor)
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(
        wall=wall,
        cpu=usage.ru_utime + usage.ru_stime,
        largest=usage.ru_maxrss * 1024,
        peak=None if peak is None else max(peak, usage.ru_maxrss * 1024),
        exit_code=process.returncode,
        timed_out=not ended,
        output=said.read_bytes().decode(errors="replace"),
    )


def _wait(descriptor: int, _pid: int, timeout: float) -> tuple[bool, int | None]:
    return _ended(descriptor, timeout * 1000), None


def _watch(descriptor: int, pid: int, timeout: float) -> tuple[bool, int | None]:
    peak = 0
    deadline = time.monotonic() + timeout
    while not _ended(descriptor, _SAMPLE_MILLISECONDS):
        peak = max(peak, sum(_proportional(member) for member in family(pid)))
        if time.monotonic() > deadline:
            return False, peak
    return True, peak


def _ended(descriptor: int, milliseconds: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(milliseconds))


def family(pid: int) -> list[int]:
    """Return a process and its descendants, as far as they are alive."""
    members = [pid]
    for member in members:
        try:
            threads = list(Path(f"/proc/{member}/task").iterdir())
            members += [int(child) for thread in threads for child in (thread / "children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return members


def _proportional(pid: int) -> int:
    """Return the process's proportional set size: pages that processes share are counted once over all of them."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:")), 0)
