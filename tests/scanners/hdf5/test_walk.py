"""HDF5 files are looked at without following anything that leaves them."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from scanners.findings import Finding, Gap
from scanners.formats import Malformed, Part
from scanners.formats.keras_hdf5 import read
from scanners.hdf5.file import SourceFile, open_file, signatures
from scanners.hdf5.walk import Node, walk
from scanners.limits import Budget, BudgetExceeded, Limits
from scanners.sources import BytesSource
from tests.corpus.keras_builder import hdf5


def facts(data: bytes) -> list[Finding | Gap]:
    """Read a file by its reader."""
    part = Part(source=BytesSource(data), name="model.h5", budget=Budget(Limits()))
    return [fact for fact in read(part) if isinstance(fact, (Finding, Gap))]


@pytest.fixture
def pipe(tmp_path: Path) -> str:
    """A FIFO without a writer: whoever opens it to read hangs, and the test with it."""
    path = tmp_path / "target"
    os.mkfifo(path)
    return str(path)


def _link(file: h5py.File, path: str) -> None:
    file["x"] = h5py.ExternalLink(path, "/")


def _soft_link_over(file: h5py.File, path: str) -> None:
    _link(file, path)
    file["y"] = h5py.SoftLink("/x/weights")


def _storage(file: h5py.File, path: str) -> None:
    file.create_dataset("x", shape=(8,), dtype="u1", external=[(path, 0, 8)])


def _virtual(file: h5py.File, path: str) -> None:
    layout = h5py.VirtualLayout(shape=(4,), dtype="<f4", maxshape=(None,))
    layout[:] = h5py.VirtualSource(path, "weights", shape=(4,), maxshape=(None,))
    file.create_virtual_dataset("x", layout)


@pytest.mark.parametrize(
    ("fill", "rule"),
    [
        (_link, "hdf5-external-link"),
        (_soft_link_over, "hdf5-external-link"),
        (_storage, "hdf5-external-storage"),
        (_virtual, "hdf5-virtual-dataset"),
    ],
)
def test_what_lies_elsewhere_is_never_opened(fill: Callable[[h5py.File, str], None], rule: str, pipe: str) -> None:
    """The finding names the file; opening the FIFO would not return."""
    (finding,) = facts(hdf5(lambda file: fill(file, pipe)))
    assert isinstance(finding, Finding)
    assert finding.rule == rule
    assert pipe in finding.evidence


def test_cycles_and_twins_are_visited_once() -> None:
    """Hard links may form any graph."""

    def fill(file: h5py.File) -> None:
        group = file.create_group("a/b")
        group["up"] = file["a"]
        group["root"] = file["/"]
        file["twin"] = file["a/b"]

    nodes = [item for item in walk(open_file(BytesSource(hdf5(fill))), Budget(Limits())) if isinstance(item, Node)]
    assert len(nodes) == 3


def test_objects_are_charged_to_the_budget() -> None:
    """A file of a million groups ends at the limit."""

    def fill(file: h5py.File) -> None:
        for index in range(20):
            file.create_group(str(index))

    with pytest.raises(BudgetExceeded):
        list(walk(open_file(BytesSource(hdf5(fill))), Budget(Limits(members=10))))


def test_a_long_fixed_text_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attributes are measured before they are read."""
    monkeypatch.setattr("scanners.formats.keras_hdf5.MAX_CONFIG_BYTES", 100)
    (gap,) = facts(hdf5(lambda file: file.attrs.__setitem__("model_config", np.bytes_(b"x" * 101))))
    assert isinstance(gap, Gap)
    assert "101 bytes" in gap.detail


@pytest.mark.parametrize("size", [0, 512, 1024, 2048, 1 << 16])
def test_superblocks_are_found_where_the_library_looks(size: int) -> None:
    """At 0, 512 and on by doubling, nowhere else."""
    data = hdf5(lambda file: file.create_group("a"), user_block=bytes(size))
    assert list(signatures(BytesSource(data))) == [size]
    assert list(signatures(BytesSource(b"x" + data))) == []


def test_a_user_block_of_zeros_holds_nothing_and_another_is_embedded() -> None:
    """The block before the file belongs to whoever reads it first."""
    for block, parts in ((bytes(512), 0), (b"x".ljust(512), 1)):
        data = hdf5(lambda file: file.create_group("a"), user_block=block)
        part = Part(source=BytesSource(data), name="model.h5", budget=Budget(Limits()))
        assert len(list(read(part))) == parts


@pytest.mark.parametrize("data", [b"", b"\x89HDF\r\n\x1a\n", b"\x89HDF\r\n\x1a\n" + bytes(512)])
def test_what_the_library_refuses_is_malformed(data: bytes) -> None:
    """No error of h5py's crosses the border."""
    with pytest.raises(Malformed):
        open_file(BytesSource(data))


def test_the_file_object_agrees_with_a_real_one() -> None:
    """Seeking and reading are those of `io.BytesIO`."""
    data = bytes(range(256))
    ours, real = SourceFile(BytesSource(data)), io.BytesIO(data)
    for offset, whence, count in ((10, 0, 5), (5, 1, 300), (-20, 2, 7), (0, 1, 0), (900, 0, 4)):
        assert ours.seek(offset, whence) == real.seek(offset, whence)
        assert ours.read(count) == real.read(count)
        assert ours.tell() == real.tell()
