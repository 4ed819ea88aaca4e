"""Run one program as a whole process: wall time, CPU time and peak memory of it and of all its children.

Time and memory are measured in different runs, since looking at memory costs the time of a core. Peak memory is the
greater of two figures: the sum over all processes of their proportional set size, sampled every 2 ms, and the kernel's
own high-water mark of the largest process. ru_maxrss is of no use here: it starts with what the parent had at the fork.
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

_SAMPLE_MILLISECONDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of one program."""

    wall: float
    """Seconds from before the fork until the end was seen."""
    cpu: float
    """User and system seconds of the process and of the children it waited for."""
    peak: int | None
    """Bytes of memory at the worst moment; None in a run that was timed."""
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
        peak=peak,
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
        members = family(pid)
        together = sum(_kilobytes(member, "smaps_rollup", "Pss:") for member in members)
        peak = max(peak, together, *(_kilobytes(member, "status", "VmHWM:") for member in members))
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


def _kilobytes(pid: int, file: str, field: str) -> int:
    """Return a field of a file of /proc in bytes; 0 for a process that has ended."""
    try:
        text = Path(f"/proc/{pid}/{file}").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith(field)), 0)
