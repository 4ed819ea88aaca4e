"""The engine: whatever a file does, a report comes out, and nothing unexamined passes for clean."""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType

import pytest

from scanners import engine
from scanners.engine import examine
from scanners.findings import Embedded, Examined, Finding, Gap, Reason
from scanners.formats import Format, Malformed
from scanners.limits import Limits
from scanners.notes import NOTES
from scanners.readers import NATIVE, READERS
from scanners.sources import BytesSource

ROOT = Path(__file__).parents[2]


@pytest.fixture
def reader(monkeypatch):
    """Let a test say what a part is and how it is read."""

    def install(read, formats=(Format.ZIP,)):
        monkeypatch.setattr(engine, "identify", lambda part: formats)
        monkeypatch.setattr(engine, "READERS", dict.fromkeys(Format, read))

    return install


def test_every_format_has_a_reader_or_says_that_it_has_none() -> None:
    """The table is total: a format that is added and forgotten would pass unread."""
    passive = {Format.INERT, Format.TENSOR_DATA}
    assert set(READERS) == set(Format) - passive


def test_every_format_has_a_note() -> None:
    """`weighbridge formats` leaves none out."""
    assert set(NOTES) == set(Format)


def test_formats_that_a_library_in_c_reads_are_known() -> None:
    """Whatever reader leads to such a library, however late it imports it, its files are the last of their workers."""
    libraries = {"h5py", "google.protobuf", "google.protobuf.message", "yaml"}
    readers = {format_: reader for format_, reader in READERS.items() if reader is not None}
    native = {format_ for format_, reader in readers.items() if libraries & set(_reachable(reader.__code__))}
    assert native == NATIVE


def _reachable(reader: CodeType) -> Iterator[str]:
    """Yield every module that a reader may import, now or later; annotations do not count."""
    pending = [f"scanners.formats.{name}" for name in reader.co_names]
    seen: set[str] = set()
    while pending:
        module = pending.pop()
        if module not in seen:
            seen.add(module)
            yield module
            pending += _imported(module) if module.startswith("scanners.") else ()


@cache
def _imported(module: str) -> tuple[str, ...]:
    path = ROOT.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    found = _Imports()
    if file.is_file():
        found.visit(ast.parse(file.read_text()))
    return tuple(found.names)


class _Imports(ast.NodeVisitor):
    """Collects what a module imports outside of `if TYPE_CHECKING`."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) != "TYPE_CHECKING":
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.names += [alias.name for alias in node.names]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        assert node.module is not None
        self.names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]


def test_findings_inside_members_carry_the_way_to_them(reader) -> None:
    """A finding two archives deep names both."""

    def read(part):
        if part.container is None:
            yield Embedded(source=BytesSource(b"x"), member="inner.zip")
        elif part.name == "inner.zip":
            yield Embedded(source=BytesSource(b"y"), member="a/data")
        else:
            yield Finding(rule="import-runs-code", evidence="os.system", offset=3)

    reader(read)
    report = examine(BytesSource(b"data"), "dir/model.zip")
    assert [finding.member for finding in report.findings] == ["inner.zip!a/data"]
    assert report.parts == 3
    assert report.sha256 == hashlib.sha256(b"data").hexdigest()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Malformed(7, "a header", "nothing"), Reason.MALFORMED),
        (OSError(5, "Input/output error"), Reason.UNREADABLE),
        (RuntimeError("a bug"), Reason.INTERNAL_ERROR),
        (RecursionError("deep"), Reason.INTERNAL_ERROR),
        (MemoryError(), Reason.INTERNAL_ERROR),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_reader_that_fails_leaves_a_gap_and_keeps_what_it_found(reader, error, reason) -> None:
    """Findings before the fault stay, the fault is a gap, and the file does not count as examined."""

    def read(part):
        yield Finding(rule="import-runs-code", evidence="os.system")
        raise error

    reader(read)
    report = examine(BytesSource(b"data"), "model.zip")
    assert [gap.reason for gap in report.gaps] == [reason]
    assert report.examined is not Examined.FULLY
    assert len(report.findings) == 1


def test_an_identification_that_fails_is_a_gap(monkeypatch) -> None:
    """A fault before any reader runs must not look like an inert file."""

    def fail(part):
        raise RuntimeError("a bug")

    monkeypatch.setattr(engine, "identify", fail)
    report = examine(BytesSource(b"data"), "model.bin")
    assert [gap.reason for gap in report.gaps] == [Reason.INTERNAL_ERROR]


def test_nesting_past_the_limit_is_a_gap(reader) -> None:
    """A container in a container, for ever, ends at the limit and says so."""

    def read(part):
        yield Embedded(source=part.source, member="again.zip")

    reader(read)
    report = examine(BytesSource(b"data"), "model.zip", limits=Limits(depth=3))
    assert [gap.reason for gap in report.gaps] == [Reason.BUDGET]
    assert report.parts == 5


def test_a_flood_of_findings_ends_as_a_gap(reader) -> None:
    """More findings than anybody could read do not fill the memory."""

    def read(part):
        for number in range(10**9):
            yield Finding(rule="import-not-recognised", evidence="x", name=f"a.b{number}")

    reader(read)
    report = examine(BytesSource(b"data"), "model.zip")
    assert len(report.findings) == engine.MAX_STATEMENTS
    assert [gap.reason for gap in report.gaps] == [Reason.BUDGET]


def test_the_same_finding_twice_is_one(reader) -> None:
    """A pickle that imports one name a thousand times breaks one rule once."""

    def read(part):
        yield Finding(rule="import-runs-code", evidence="os.system", name="os.system", offset=1)
        yield Finding(rule="import-runs-code", evidence="os.system", name="os.system", offset=9)

    reader(read)
    assert [finding.offset for finding in examine(BytesSource(b"data"), "a.zip").findings] == [1]


def test_a_format_without_a_reader_is_not_examined(monkeypatch) -> None:
    """Recognised is not read."""
    monkeypatch.setattr(engine, "identify", lambda part: (Format.ELF,))
    monkeypatch.setattr(engine, "READERS", dict.fromkeys(Format))
    report = examine(BytesSource(b"data"), "model")
    assert (report.examined, report.gaps[0].reason) == (Examined.NOT, Reason.NO_READER_YET)


def test_a_gap_inside_an_archive_leaves_the_file_partly_examined(reader) -> None:
    """NOT is said of a whole file only when nothing of it was read."""

    def read(part):
        yield Gap(reason=Reason.ENCRYPTED, detail="encrypted", examined=Examined.NOT)
        if part.container is None:
            yield Embedded(source=part.source, member="inner")

    reader(read)
    report = examine(BytesSource(b"data"), "model.zip")
    assert [gap.examined for gap in report.gaps] == [Examined.NOT, Examined.PARTLY]


def test_what_a_container_declares_is_read_whatever_the_content_looks_like(reader, monkeypatch) -> None:
    """`data.pkl` is unpickled by its loader even if it looks like text."""
    seen = []

    def read(part):
        seen.append((part.name, part.declared))
        if part.container is None:
            yield Embedded(source=part.source, member="data.pkl", format=Format.PICKLE)

    reader(read)
    monkeypatch.setattr(engine, "identify", lambda part: (Format.ZIP,) if part.container is None else (Format.INERT,))
    examine(BytesSource(b"data"), "model.zip")
    assert seen == [("model.zip", None), ("data.pkl", Format.PICKLE)]


def test_two_formats_in_one_file_are_a_finding_and_both_are_read(reader) -> None:
    """A polyglot is read as everything it is."""
    seen = []

    def read(part):
        seen.append(part.name)
        return iter(())

    reader(read, formats=(Format.PICKLE, Format.ZIP))
    report = examine(BytesSource(b"data"), "model.pt")
    assert [finding.rule for finding in report.findings] == ["polyglot"]
    assert len(seen) == 2


def test_a_name_that_promises_another_format_is_a_finding(reader) -> None:
    """A `.safetensors` that is a pickle."""
    reader(lambda part: iter(()), formats=(Format.PICKLE,))
    report = examine(BytesSource(b"data"), "model.safetensors")
    assert [finding.rule for finding in report.findings] == ["extension-disagrees"]
