"""safetensors: honest files say nothing, and every byte is accounted for."""

from __future__ import annotations

import json
import random
import struct
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanners.engine import examine
from scanners.findings import Examined
from scanners.sources import BytesSource
from tests.corpus.tensors import SAFETENSORS

NAMES = st.lists(st.text(max_size=12).filter(lambda name: name != "__metadata__"), unique=True, max_size=6)


def saved(names: list[str], counts: list[int], metadata: dict[str, str]) -> bytes:
    header: dict[str, object] = {"__metadata__": metadata} if metadata else {}
    position = 0
    for name, count in zip(names, counts, strict=False):
        header[name] = {"dtype": "F16", "shape": [count], "data_offsets": [position, position + 2 * count]}
        position += 2 * count
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + bytes(position)


@settings(deadline=None)
@given(
    NAMES,
    st.lists(st.integers(0, 50), min_size=6, max_size=6),
    st.dictionaries(st.text(max_size=8), st.text(max_size=8)),
)
def test_honest_files_say_nothing(names: list[str], counts: list[int], metadata: dict[str, str]) -> None:
    """What the reference writer would write is examined fully and has no finding."""
    report = examine(BytesSource(saved(names, counts, metadata)), "model.safetensors")
    assert (report.findings, report.gaps, report.formats) == ((), (), ("safetensors",))


@settings(deadline=None)
@given(st.integers(0, 200), st.binary(max_size=8))
def test_any_change_is_seen_or_harmless(where: int, piece: bytes) -> None:
    """No edit of the header makes the reader fail; what cannot be read is a gap."""
    data = bytearray(saved(["a", "b"], [4, 4], {"format": "pt"}))
    at = where % (len(data) + 1)
    data[at : at + len(piece)] = piece
    report = examine(BytesSource(bytes(data)), "model.safetensors")
    assert not any(gap.reason == "internal-error" for gap in report.gaps)


def test_bytes_are_accounted_for() -> None:
    """One byte more or less than the tensors need is a finding."""
    data = saved(["a"], [4], {})
    assert examine(BytesSource(data + b"\0"), "m.safetensors").findings
    assert examine(BytesSource(data[:-1]), "m.safetensors").findings
    assert examine(BytesSource(data[:20]), "m.safetensors").examined is not Examined.FULLY


def reference_takes(data: bytes) -> bool:
    """Say whether the reference reader takes a file."""
    library = pytest.importorskip(
        "safetensors", reason="the reference library is not installed: pip install safetensors"
    )
    try:
        library.deserialize(data)
    except library.SafetensorError:
        return False
    return True


def is_clean(data: bytes) -> bool:
    report = examine(BytesSource(data), "model.safetensors")
    return not report.findings and not report.gaps and report.formats == ("safetensors",)


@pytest.mark.parametrize("name", [name for name in SAFETENSORS if name.endswith(".safetensors")])
def test_the_reference_reader_agrees_on_the_corpus(name: str) -> None:
    """It takes the benign twins, and what it refuses is no clean file here."""
    data = SAFETENSORS[name]()
    if name.startswith("benign"):
        assert reference_takes(data)
    elif not reference_takes(data):
        assert not is_clean(data)


PIECES = (
    *(
        b"0",
        b"-0",
        b"1e3",
        b"4.0",
        b"NaN",
        b"null",
        b"true",
        b"[]",
        b"{}",
        b'""',
        b'"w"',
        b'"\\ud800"',
        b'"\\u0077"',
        b"\xff",
    ),
    *(
        b",",
        b":",
        b"]",
        b"}",
        b" ",
        b"\t",
        b"\x0b",
        b"\0",
        b"18446744073709551616",
        b'"F16"',
        b'"dtype"',
        b'"__metadata__"',
        b"8",
    ),
)


def damaged(chooser: random.Random) -> bytes:
    """Return a file whose header was changed at a word's border or anywhere, with a length that fits again."""
    data = saved(["w", "größe", "c"], [4, 0, 3], {"format": "pt"})
    length = int.from_bytes(data[:8], "little")
    header = bytearray(data[8 : 8 + length])
    for _ in range(chooser.randint(1, 2)):
        at = chooser.randrange(len(header))
        if chooser.random() < 0.6:
            while at < len(header) - 1 and header[at - 1] not in b'[],:{}" ':
                at += 1
        header[at : at + chooser.choice((0, 0, 1, 1, 2, 5))] = chooser.choice(PIECES)
    return struct.pack("<Q", len(header)) + bytes(header) + data[8 + length :]


def test_what_the_reference_reader_refuses_is_reported() -> None:
    """Over damaged headers with a fixed seed; enough of them are refused, and some are taken, to prove anything."""
    chooser = random.Random(4)
    refused = taken = 0
    for _ in range(6000):
        data = damaged(chooser)
        if reference_takes(data):
            taken += 1
        else:
            refused += 1
            assert not is_clean(data), data
    assert refused > 3000
    assert taken > 100


@pytest.mark.parametrize("kind", ["float32", "float16", "int64", "bool", "uint8"])
def test_files_of_the_reference_writer_say_nothing(kind: str) -> None:
    """Whatever the type: what the reference writer writes is clean."""
    numpy = pytest.importorskip("numpy")
    writer = pytest.importorskip(
        "safetensors.numpy", reason="the reference library is not installed: pip install safetensors"
    )
    tensors = {f"größe.{number}": numpy.zeros((number, 3), dtype=kind) for number in range(6)}
    assert is_clean(writer.save(tensors, {"format": "pt", "note": 'a "quoted" \\ note\n'}))


def test_a_header_of_many_tensors_is_small() -> None:
    """Memory for the header stays below six times its bytes: no tree of it is made."""
    count = 20_000
    entries = ",".join(
        f'"model.layers.{n}.weight":{{"dtype":"F16","shape":[2,4],"data_offsets":[{16 * n},{16 * n + 16}]}}'
        for n in range(count)
    )
    head = struct.pack("<Q", len(entries) + 2) + b"{" + entries.encode() + b"}"
    source = Sparse(head, 16 * count)
    tracemalloc.start()
    report = examine(source, "model.safetensors")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (report.findings, report.gaps) == ((), ())
    assert peak < 6 * len(head), f"{peak / len(head):.1f} times the header"


class Sparse:
    """A header, and numbers that are all zero."""

    def __init__(self, head: bytes, behind: int) -> None:
        self._head, self.size = head, len(head) + behind

    def read(self, offset: int, length: int) -> bytes:
        length = max(0, min(length, self.size - offset))
        return self._head[offset : offset + length].ljust(length, b"\0")
