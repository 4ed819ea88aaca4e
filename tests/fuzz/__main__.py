"""
The difference tests, long: `python -m tests.fuzz --cases 1000000 --archives 100000`.

Pickles against the unpicklers of CPython: half of the workers run the machine as it is, half with runs passed over
wherever they can be. Then ZIP archives against `zipfile`. Ends with status 1 at the first miss, which it prints, or where
fewer than a third of the streams reached `find_class`, or a quarter of the archives could still be read.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from tests.fuzz import archives
from tests.fuzz.difference import be_eager, cases, compare

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.pool import Pool

CHUNK = 5000


class Job(NamedTuple):
    """Some cases for one worker."""

    seed: int
    number: int
    eager: bool


class Archives(NamedTuple):
    """What came of archives."""

    run: int
    read: int
    """Archives of which `zipfile` read something."""
    misses: list[str]


class Tally(NamedTuple):
    """What came of a job."""

    run: int
    reached: int
    """Cases in which a real unpickler asked for a name."""
    asked: int
    """Names asked for in all."""
    misses: list[str]


def work(job: Job) -> Tally:
    """Compare the cases of one job, in a process of its own."""
    if job.eager:
        be_eager()
    run = reached = asked = 0
    misses: list[str] = []
    for case in cases(job.seed, job.number):
        run += 1
        names = max(len(trace.asked) for trace in case.traces)
        reached += names > 0
        asked += names
        misses += map(str, compare(case))
    return Tally(run, reached, asked, misses)


def work_archives(job: Job) -> Archives:
    """Compare the archives of one job."""
    run = read = 0
    misses: list[str] = []
    for data in archives.cases(job.seed, job.number):
        run += 1
        read += bool(archives.readable(data))
        misses += [f"zipfile reads {content[:80]!r} of {data.hex()}" for content in archives.unseen(data)]
    return Archives(run, read, misses)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--archives", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    with multiprocessing.get_context("fork").Pool(options.jobs, maxtasksperchild=1) as pool:
        return _pickles(pool, options) or _archives(pool, options)


def _jobs(seed: int, cases: int) -> list[Job]:
    first = seed * 1_000_003
    return [
        Job(first + number, min(CHUNK, cases - start), eager=number % 2 == 1)
        for number, start in enumerate(range(0, cases, CHUNK))
    ]


def _pickles(pool: Pool, options: argparse.Namespace) -> int:
    begun, run, reached, asked = time.monotonic(), 0, 0, 0
    for tally in pool.imap_unordered(work, _jobs(options.seed, options.cases)):
        run, reached, asked = run + tally.run, reached + tally.reached, asked + tally.asked
        for miss in tally.misses[:10]:
            print(miss)
        print(f"{run:,} cases, {reached / run:.0%} reached find_class, {asked:,} names", file=sys.stderr)
        if tally.misses:
            return 1
    print(
        f"{run:,} cases without a miss in {time.monotonic() - begun:.0f} s; {reached / max(run, 1):.1%} reached find_class"
    )
    return 0 if reached * 3 >= run else 1


def _archives(pool: Pool, options: argparse.Namespace) -> int:
    run = read = 0
    for tally in pool.imap_unordered(work_archives, _jobs(options.seed, options.archives)):
        run, read = run + tally.run, read + tally.read
        for miss in tally.misses[:10]:
            print(miss)
        if tally.misses:
            return 1
    print(f"{run:,} archives without a miss; zipfile read something of {read:,}")
    return 0 if read * 4 >= run else 1


if __name__ == "__main__":
    sys.exit(main())
