"""GGUF: the header alone is read, and the reference reader is never happier with a file than this one."""

from __future__ import annotations

import random
import struct
from typing import TYPE_CHECKING, Any

import pytest

from scanners.engine import examine
from scanners.findings import Severity
from scanners.sources import BytesSource
from tests.corpus.gguf import SAMPLES
from tests.corpus.gguf_builder import FLOATS, LATEST, Form, gguf

if TYPE_CHECKING:
    from pathlib import Path

    from scanners.findings import FileReport


def report_of(data: bytes) -> FileReport:
    return examine(BytesSource(data), "model.gguf")


def complains(data: bytes) -> bool:
    report = report_of(data)
    return bool(report.gaps) or any(finding.severity >= Severity.MEDIUM for finding in report.findings)


class Sparse:
    """A file of which only the start holds anything; counts what is read of the rest."""

    sequential = False

    def __init__(self, head: bytes, size: int) -> None:
        self._head, self.size, self.behind = head, size, 0

    def read(self, offset: int, length: int) -> bytes:
        length = max(0, min(length, self.size - offset))
        self.behind += max(0, offset + length - max(offset, len(self._head)))
        return self._head[offset : offset + length].ljust(length, b"\0")


def test_the_numbers_are_not_read() -> None:
    """Of a file of eight gigabytes, no more than some windows behind the header are read."""
    items = 1 << 31
    head = gguf((LATEST.string("general.architecture", "llama"),), (LATEST.tensor("w", (items,)),))
    head += bytes(-len(head) % 32)
    source = Sparse(head, len(head) + 4 * items)
    report = examine(source, "model.gguf")
    assert (report.findings, report.gaps, report.formats) == ((), (), ("gguf",))
    assert source.behind < 8 << 20


def saved(path: Path, *, big: bool = False, **options: Any) -> list[bytes]:
    """Write a small model with the reference library, and return its files."""
    library = pytest.importorskip("gguf", reason="the reference library is not installed: pip install gguf")
    numpy = pytest.importorskip("numpy")
    order = library.GGUFEndian.BIG if big else library.GGUFEndian.LITTLE
    writer = library.GGUFWriter(path / "model.gguf", "llama", endianess=order, **options)
    writer.add_block_count(2)
    writer.add_token_list([f"token{number}" for number in range(300)])
    writer.add_token_scores([0.5] * 300)
    writer.add_array("nested", [[1, 2], [3]])
    writer.add_chat_template(
        [{"name": "default", "template": "{{ messages }}"}, {"name": "rag", "template": "{{ documents }}"}]
    )
    writer.add_float32("f", 1.5)
    writer.add_bool("b", True)
    for number in range(7):
        writer.add_tensor(
            f"t{number}", numpy.ones((number + 1, 32), dtype=numpy.float32 if number % 2 else numpy.float16)
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return [file.read_bytes() for file in sorted(path.iterdir())]


@pytest.mark.parametrize("options", [{}, {"big": True}, {"split_max_tensors": 3}, {"use_temp_file": True}], ids=str)
def test_files_of_the_reference_writer_say_nothing(tmp_path: Path, options: dict[str, Any]) -> None:
    """Whole, big-endian, split: examined fully, and nothing found."""
    files = saved(tmp_path, **options)
    assert len(files) == (3 if "split_max_tensors" in options else 1)
    for data in files:
        report = report_of(data)
        assert (report.findings, report.gaps) == ((), ())


def accepts(path: Path, data: bytes) -> bool:
    """Say whether the reference reader takes a file and finds all tensors in it."""
    library = pytest.importorskip("gguf", reason="the reference library is not installed: pip install gguf")
    path.write_bytes(data)
    try:
        reader = library.GGUFReader(path)
        return all(tensor.data.nbytes == tensor.n_bytes for tensor in reader.tensors)
    except (ValueError, KeyError, IndexError, OverflowError, TypeError, UnicodeDecodeError, MemoryError):
        return False


def test_what_the_reference_reader_refuses_is_reported(tmp_path: Path) -> None:
    """Over honest files damaged in a byte or cut off, with a fixed seed: no file is refused there and clean here."""
    honest = saved(tmp_path)[0]
    assert accepts(tmp_path / "honest.gguf", honest)
    chooser = random.Random(8)
    refused = 0
    header = len(honest) - 7 * 8 * 32 * 4
    for _ in range(300):
        data = bytearray(honest)
        if chooser.random() < 0.2:
            del data[chooser.randrange(len(data)) :]
        else:
            data[chooser.choice((chooser.randrange(300), chooser.randrange(header)))] = chooser.choice((0, 1, 9, 255))
        if not accepts(tmp_path / "damaged.gguf", bytes(data)):
            refused += 1
            assert complains(bytes(data)), bytes(data[:64]).hex()
    assert refused > 40


@pytest.mark.parametrize(
    "name", [name for name in SAMPLES if name.startswith("benign-gguf") and "version-1" not in name]
)
def test_the_reference_reader_takes_the_benign_twins(tmp_path: Path, name: str) -> None:
    """What is called honest here is honest there."""
    assert accepts(tmp_path / "model.gguf", SAMPLES[name]())


@pytest.mark.parametrize("form", [LATEST, Form(">"), Form("<", 2), Form("<", 1)])
def test_every_truncation_is_seen(form: Form) -> None:
    """No proper beginning of a file is a clean file."""
    data = gguf((form.string("a", "b"), form.strings("c", ["d", "e"])), (form.tensor("w", (8,)),), FLOATS, form=form)
    assert not complains(data)
    assert all(complains(data[:length]) for length in range(8, len(data)))


def test_words_of_any_bytes_are_no_concern() -> None:
    """A vocabulary holds bytes that are no UTF-8."""
    words = LATEST.array("tokenizer.ggml.tokens", 8, 2, LATEST.text(b"\xff\xfe") + LATEST.text(b"\0"))
    assert not complains(gguf((words,), (LATEST.tensor("w", (8,)),), struct.pack("<8f", *range(8))))
