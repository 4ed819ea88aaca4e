"""What this process may use: processors and memory as its cgroup allows them."""

from __future__ import annotations

import os

from scanners.records import Record

PARENT_BYTES = 48 << 20
"""Memory left to the process that judges: the interpreter, and the list of files."""
WORKER_BYTES = 96 << 20
"""Below this a worker could not read large archives; fewer workers are better than starved ones."""
MOST_JOBS = 16

_MEMORY = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
"""Limits of cgroup v2 and v1, as a container sees its own: https://docs.kernel.org/admin-guide/cgroup-v2.html"""
_NO_LIMIT = 1 << 50
"""The v1 file holds a huge number where there is no limit."""


class Share(Record):
    """How a run divides what there is."""

    jobs: int
    data_bytes: int | None
    """RLIMIT_DATA of each worker, so that the kernel refuses it memory before it kills the container; None: no limit."""


def share(cpus: int, memory: int | None) -> Share:
    """Divide processors and memory (None: unlimited) among workers."""
    wanted = max(1, min(cpus, MOST_JOBS))
    if memory is None:
        return Share(jobs=wanted, data_bytes=None)
    left = max(memory - PARENT_BYTES, memory // 2)
    jobs = max(1, min(wanted, left // WORKER_BYTES))
    return Share(jobs=jobs, data_bytes=left // jobs)


def memory_limit() -> int | None:
    """Return the memory limit of this container in bytes, None where there is none."""
    for path in _MEMORY:
        text = _read(path)
        if text.isdigit() and int(text) < _NO_LIMIT:
            return int(text)
    return None


def processors() -> int:
    """Return how many processors this container may keep busy, rounded up."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota, _, period = _read("/sys/fs/cgroup/cpu.max").partition(" ")
    if quota.isdigit() and period.isdigit() and int(period):
        return min(count, -(-int(quota) // int(period)))
    return count


def _read(path: str) -> str:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return ""  # No such cgroup version: the next one is asked, and in the end there is no limit to keep to.
    try:
        return os.read(descriptor, 64).decode("ascii", "replace").strip()
    finally:
        os.close(descriptor)
