"""Dividing what the container may use among workers."""

from __future__ import annotations

import pytest

from scanners.machine import MOST_JOBS, PARENT_BYTES, WORKER_BYTES, Share, memory_limit, processors, share

MIB = 1 << 20


def test_without_a_memory_limit_processors_decide() -> None:
    """A laptop."""
    assert share(4, None) == Share(jobs=4, data_bytes=None)
    assert share(0, None) == Share(jobs=1, data_bytes=None)
    assert share(500, None) == Share(jobs=MOST_JOBS, data_bytes=None)


@pytest.mark.parametrize(
    ("cpus", "memory", "jobs"),
    [(8, 128 * MIB, 1), (8, 256 * MIB, 2), (8, 512 * MIB, 4), (2, 512 * MIB, 2), (1, 64 * MIB, 1), (64, 64 << 30, 16)],
)
def test_memory_decides_where_it_is_short(cpus: int, memory: int, jobs: int) -> None:
    """Fewer workers rather than starved ones."""
    assert share(cpus, memory).jobs == jobs


@pytest.mark.parametrize("memory", [1, 16 * MIB, 64 * MIB, 128 * MIB, 512 * MIB, 4 << 30])
@pytest.mark.parametrize("cpus", [1, 3, 16])
def test_workers_together_stay_below_the_limit(cpus: int, memory: int) -> None:
    """The kernel refuses a worker memory before it kills the container; there is always one worker."""
    divided = share(cpus, memory)
    assert divided.jobs >= 1
    assert divided.data_bytes is not None
    assert divided.jobs * divided.data_bytes <= memory
    if memory >= PARENT_BYTES + WORKER_BYTES:
        assert divided.jobs * divided.data_bytes <= memory - PARENT_BYTES
        assert divided.data_bytes >= WORKER_BYTES


def _files(monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> None:
    monkeypatch.setattr("scanners.machine._read", lambda path: files.get(path, ""))


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({}, None),
        ({"/sys/fs/cgroup/memory.max": "max"}, None),
        ({"/sys/fs/cgroup/memory.max": "536870912"}, 512 * MIB),
        ({"/sys/fs/cgroup/memory/memory.limit_in_bytes": "134217728"}, 128 * MIB),
        ({"/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712"}, None),
    ],
)
def test_the_memory_limit_is_that_of_the_cgroup(
    monkeypatch: pytest.MonkeyPatch, files: dict[str, str], limit: int | None
) -> None:
    """Both versions; `max`, and v1's huge number, mean none."""
    _files(monkeypatch, files)
    assert memory_limit() == limit


@pytest.mark.parametrize(
    ("quota", "most"), [("max 100000", None), ("150000 100000", 2), ("1000 100000", 1), ("", None)]
)
def test_processors_are_those_of_the_cgroup(monkeypatch: pytest.MonkeyPatch, quota: str, most: int | None) -> None:
    """A quota of one and a half keeps two busy."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)))
    _files(monkeypatch, {"/sys/fs/cgroup/cpu.max": quota})
    assert processors() == (8 if most is None else most)


def test_this_machine_can_be_read() -> None:
    """Whatever cgroup version it has."""
    assert processors() >= 1
    limit = memory_limit()
    assert limit is None or limit > 0
