"""Holes of sparse files are passed over, and what stands behind them is found."""

import os
from pathlib import Path

import pytest

from scanners.engine import examine
from scanners.sources import BytesSource, FileSource, SliceSource, stored_from
from tests.corpus.pickle_builder import SYSTEM

HOLE = 1 << 36
"""Far more than a test could read."""


@pytest.fixture
def sparse(tmp_path: Path) -> Path:
    """Return a pickle with a hole behind it."""
    path = tmp_path / "model.pkl"
    path.write_bytes(b"\x80\x04N.")
    os.truncate(path, HOLE)
    with path.open("rb") as file:
        if os.lseek(file.fileno(), 1 << 20, os.SEEK_HOLE) != 1 << 20:
            pytest.skip("this file system stores holes")
    return path


def test_a_hole_is_padding(sparse: Path) -> None:
    """Nothing is in it, however long it is."""
    with sparse.open("rb") as file:
        report = examine(FileSource(file.fileno()), sparse.name)
    assert (report.findings, report.gaps) == ((), ())


def test_what_stands_behind_a_hole_is_found(sparse: Path) -> None:
    """A further pickle at the end of the hole."""
    with sparse.open("r+b") as file:
        file.seek(HOLE)
        file.write(b"x\x80\x02" + SYSTEM + b".")
    with sparse.open("rb") as file:
        report = examine(FileSource(file.fileno()), sparse.name, hash_findings=False)
    assert {"import-runs-code", "bytes-after-stop"} <= {finding.rule for finding in report.findings}


def test_holes_inside_a_slice(sparse: Path) -> None:
    """Offsets are those of the slice, and its end is its own."""
    with sparse.open("rb") as file:
        source = FileSource(file.fileno())
        assert stored_from(source, 1 << 20) == HOLE
        assert stored_from(SliceSource(source, 1 << 20, 1000), 0) == 1000
    assert stored_from(BytesSource(bytes(10)), 3) == 3
