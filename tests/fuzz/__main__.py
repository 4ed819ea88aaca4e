"""
The difference test, long: `python -m tests.fuzz --cases 1000000`.

Half of the workers run the machine as it is, half with runs passed over wherever they can be. Ends with status 1 at the
first miss, which it prints, or where fewer than a third of the streams reached `find_class`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from tests.fuzz.difference import be_eager, cases, compare

if TYPE_CHECKING:
    from collections.abc import Sequence

CHUNK = 5000


class Job(NamedTuple):
    """Some cases for one worker."""

    seed: int
    number: int
    eager: bool


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    first = options.seed * 1_000_003
    jobs = [
        Job(first + number, min(CHUNK, options.cases - start), eager=number % 2 == 1)
        for number, start in enumerate(range(0, options.cases, CHUNK))
    ]
    begun, run, reached, asked = time.monotonic(), 0, 0, 0
    with multiprocessing.get_context("fork").Pool(options.jobs, maxtasksperchild=1) as pool:
        for tally in pool.imap_unordered(work, jobs):
            run, reached, asked = run + tally.run, reached + tally.reached, asked + tally.asked
            for miss in tally.misses[:10]:
                print(miss)
            print(f"{run:,} cases, {reached / run:.0%} reached find_class, {asked:,} names", file=sys.stderr)
            if tally.misses:
                return 1
    print(f"{run:,} cases without a miss in {time.monotonic() - begun:.0f} s; {reached / run:.1%} reached find_class")
    return 0 if reached * 3 >= run else 1


if __name__ == "__main__":
    sys.exit(main())
