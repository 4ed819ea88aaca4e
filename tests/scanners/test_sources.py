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
    _add_hole(path, HOLE)
    return path


def _add_hole(path: Path, size: int) -> None:
    os.truncate(path, size)
    with path.open("rb") as file:
        if os.lseek(file.fileno(), size // 2, os.SEEK_HOLE) != size // 2:
            pytest.skip("this file system stores holes")


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


@pytest.mark.parametrize("opcode", [b"P", b"V"], ids=["persistent-id", "text"])
def test_a_line_goes_on_through_a_hole(tmp_path: Path, opcode: bytes) -> None:
    """A line of zeros that ends behind a hole is read as if all of them were stored; what follows it is found."""
    path = tmp_path / "model.safetensors"
    for size in (1 << 20, HOLE):
        path.write_bytes(opcode)
        _add_hole(path, size)
        with path.open("ab") as file:
            file.write(b"\n" + SYSTEM + b".")
        with path.open("rb") as file:
            report = examine(FileSource(file.fileno()), path.name, hash_findings=False)
        found = {(finding.rule, finding.offset) for finding in report.findings}
        if size < HOLE:
            dense = examine(BytesSource(path.read_bytes()), path.name, hash_findings=False)
            assert (report.findings, report.gaps) == (dense.findings, dense.gaps)
        assert ("import-runs-code", size + 1) in found


def test_a_hole_without_end_is_no_line(tmp_path: Path) -> None:
    """A file of nothing but zeros behind an opcode that wants a line is read like one that stores them."""
    path = tmp_path / "model.bin"
    path.write_bytes(b"P")
    _add_hole(path, 1 << 20)
    with path.open("rb") as file:
        report = examine(FileSource(file.fileno()), path.name)
    assert report == examine(BytesSource(path.read_bytes()), path.name)


def test_holes_inside_a_slice(sparse: Path) -> None:
    """Offsets are those of the slice, and its end is its own."""
    with sparse.open("rb") as file:
        source = FileSource(file.fileno())
        assert stored_from(source, 1 << 20) == HOLE
        assert stored_from(SliceSource(source, 1 << 20, 1000), 0) == 1000
    assert stored_from(BytesSource(bytes(10)), 3) == 3
