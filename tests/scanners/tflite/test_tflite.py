"""FlatBuffers are read within their bounds, and associated files are no second format."""

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.engine import examine
from scanners.flatbuffers import Table, root
from scanners.formats import Malformed, Part, tflite
from scanners.limits import Budget, BudgetExceeded, Limits
from scanners.sources import BytesSource
from scanners.tflite.flexbuffers import texts
from tests.corpus.flatbuffer_builder import Number, Numbers, buffer
from tests.corpus.flatbuffer_builder import Table as Written
from tests.corpus.tflite import SAMPLES, flex_options, model
from tests.scanners.damage import broken_off, changed

FILES = sorted({build() for build in SAMPLES.values()}, key=lambda data: (len(data), data))
SMALL = Limits(members=500)


def survives(data: bytes) -> None:
    """Read the bytes whether they fit or not."""
    with suppress(Malformed, BudgetExceeded):
        list(tflite.read(Part(source=BytesSource(data), name="x", budget=Budget(SMALL))))
    with suppress(Malformed):
        texts(data)


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    """Nothing but our own errors."""
    survives(data)
    survives(b"\x10\0\0\0TFL3" + data)


@given(changed(FILES))
def test_changed_files(file: bytes) -> None:
    """Files of the corpus with bytes replaced."""
    survives(file)


@pytest.mark.parametrize("file", FILES, ids=len)
def test_truncated_files(file: bytes) -> None:
    """Every file of the corpus, broken off at many places."""
    for beginning in broken_off(file):
        survives(beginning)


def test_what_was_written_is_read() -> None:
    """Numbers, texts, vectors and tables come back; absent fields have their defaults."""
    inner = Written({0: Number("<q", -5)})
    fields = {0: Number("<b", 7), 2: "text", 3: Numbers("<i", (1, -2)), 4: [inner, inner], 5: ["a", "b"], 6: b"\0\1"}
    table = root(BytesSource(buffer(b"TEST", Written(fields))))
    assert (table.number(0, "<b"), table.number(1, "<i", 9), table.text(2)) == (7, 9, "text")
    assert list(table.numbers(3, "<i")) == [1, -2]
    assert [item.number(0, "<q") for item in table.tables(4)] == [-5, -5]
    assert (list(table.texts(5)), table.bytes(6)) == (["a", "b"], b"\0\1")
    assert (table.text(99), table.table(1), table.vector(1, 4).length) == ("", None, 0)


def test_a_vector_ends_within_the_file() -> None:
    """A length that is a lie is refused before anything is allocated for it."""
    data = bytearray(buffer(b"TEST", Written({0: b"abc"})))
    at = data.index(b"\3\0\0\0abc")
    data[at : at + 4] = b"\xff\xff\xff\x7f"
    with pytest.raises(Malformed):
        root(BytesSource(bytes(data))).bytes(0)


def test_a_table_needs_a_vtable_in_the_file() -> None:
    """One that lies in front of the file, or behind its end, is refused."""
    for distance in (b"\xff\xff\xff\x7f", b"\0\0\0\x80"):
        with pytest.raises(Malformed):
            Table(BytesSource(distance + bytes(8)), 0)


def test_an_archive_that_zipfile_appends_is_read_as_its_members() -> None:
    """The metadata writer of TensorFlow Lite opens the model for appending with `zipfile`."""
    file = io.BytesIO(model())
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("labels.txt", "cat\ndog\n")
    report = examine(BytesSource(file.getvalue()), "model.tflite")
    assert (report.findings, report.gaps, report.formats, report.parts) == ((), (), ("tflite",), 3)


def test_options_of_an_operator_of_tensorflow() -> None:
    """The vector of a name and a node, as the converter writes it."""
    assert texts(flex_options("Relu", b"node")) == [b"Relu", b"node"]


@pytest.mark.parametrize("data", [b"", b"\0\0", b"\1\2\3\4", b"\0\x28\1", b"\xff" * 40])
def test_options_that_are_none(data: bytes) -> None:
    """Anything else is malformed."""
    with pytest.raises(Malformed):
        texts(data)
