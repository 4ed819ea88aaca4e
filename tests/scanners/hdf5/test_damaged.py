"""Damaged HDF5 files give findings, gaps or `Malformed`; each in a process of its own, since the reader is a C library."""

import os
import random
import signal

import pytest

from scanners.formats import Malformed, Part
from scanners.formats.keras_hdf5 import read
from scanners.limits import Budget, BudgetExceeded, Limits
from scanners.sources import BytesSource
from tests.corpus.keras import SAMPLES

FILES = [build() for name, build in SAMPLES.items() if name.endswith(".h5")]


def _outcome(data: bytes) -> int:
    """Read in a child: 0 where only our own errors were raised, else its exit or signal status."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.alarm(20)
            list(read(Part(source=BytesSource(data), name="x.h5", budget=Budget(Limits()))))
            status = 0
        except (Malformed, BudgetExceeded):
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]


def _damaged(data: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(chance.choice((1, 3, 10))):
        at = chance.randrange(len(damaged))
        kind = chance.randrange(3)
        if kind == 0:
            damaged[at] = chance.randrange(256)
        elif kind == 1:
            damaged[at : at + 8] = chance.choice((b"\xff" * 8, bytes(8)))
        else:
            del damaged[at : at + chance.randrange(64)]
    return bytes(damaged) or b"\0"


@pytest.mark.parametrize("seed", range(60))
def test_damage(seed: int) -> None:
    """Bytes changed, blanked or cut out anywhere."""
    chance = random.Random(seed)
    assert _outcome(_damaged(chance.choice(FILES), chance)) == 0


@pytest.mark.parametrize("part", range(20))
def test_truncation(part: int) -> None:
    """A download that broke off anywhere."""
    data = FILES[part % len(FILES)]
    assert _outcome(data[: len(data) * part // 20]) == 0
