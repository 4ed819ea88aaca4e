"""ZIP: whatever a reader can list and read was listed and read here, and nothing that is not needed is."""

from __future__ import annotations

import contextlib
import io
import random
import warnings
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanners.archives.zip_walk import walk
from scanners.findings import Embedded, Finding
from scanners.formats import Format, Malformed
from scanners.limits import Budget, BudgetExceeded, Limits
from scanners.sources import BytesSource
from tests.corpus import archives
from tests.corpus.zip_builder import DEFLATED, Member, archive, directory_of, end_record

SMALL = Limits(members=5000, inflated_bytes=1 << 26)
SEEDS = tuple(
    data
    for build in (*archives.HONEST.values(), *archives.DISAGREEMENTS.values(), *archives.CARRIERS.values())
    if len(data := build()) < 5000
)
PIECES = (b"PK\3\4", b"PK\1\2", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\7\10", bytes(4), b"\xff" * 4, b"\x08\0", b"\x01")


def contents(data: bytes) -> list[bytes]:
    """Return what every member that is yielded holds."""
    found: list[bytes] = []
    with contextlib.suppress(Malformed, BudgetExceeded):
        found.extend(
            fact.source.read(0, 1 << 20)
            for fact in walk(BytesSource(data), Budget(SMALL), lambda _: None)
            if isinstance(fact, Embedded)
        )
    return found


def readable(data: bytes) -> list[bytes]:
    """Return what CPython's reader gets out of the archive; nothing where it refuses."""
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            reader = zipfile.ZipFile(io.BytesIO(data))
        except Exception:  # noqa: BLE001 - whatever the other reader raises, it does not load the file
            return []
        for info in reader.infolist():
            try:
                found.append(reader.read(info))
            except Exception:  # noqa: BLE001 - as above
                continue
    return [content for content in found if content]


def mutated(seed: bytes, edits: list[tuple[int, int, int]]) -> bytes:
    """Return the seed after edits: overwrite, insert, delete or copy at a place."""
    data = bytearray(seed)
    for kind, where, what in edits:
        at = where % (len(data) + 1)
        piece = PIECES[what % len(PIECES)]
        if kind == 0:
            data[at : at + len(piece)] = piece
        elif kind == 1:
            data[at:at] = piece
        elif kind == 2:
            del data[at : at + 1 + what % 30]
        elif kind == 3:
            data[at : at + 1] = bytes([what % 256])
        else:
            data[at:at] = data[what % (len(data) + 1) :][:46]
    return bytes(data)


EDITS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 1 << 12), st.integers(0, 1 << 12)), min_size=1, max_size=4)


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(SEEDS), EDITS)
def test_what_zipfile_reads_was_yielded(seed: bytes, edits: list[tuple[int, int, int]]) -> None:
    """Every content that CPython gets out of an archive is the start of a part of ours."""
    data = mutated(seed, edits)
    ours = contents(data)
    for content in readable(data):
        assert any(part.startswith(content) for part in ours)


def test_the_difference_test_compares_something() -> None:
    """A fair share of mutated archives can still be read, or the test above would prove nothing."""
    randomness = random.Random(7)
    cases = [
        mutated(
            randomness.choice(SEEDS),
            [(randomness.randrange(5), randomness.randrange(1 << 12), randomness.randrange(1 << 12))],
        )
        for _ in range(500)
    ]
    assert sum(bool(readable(data)) for data in cases) > 100


@pytest.mark.parametrize("seed", SEEDS, ids=len)
def test_cut_off_at_any_byte(seed: bytes) -> None:
    """Every prefix of an archive yields facts or one of our two errors."""
    for end in {*range(0, len(seed), 7), len(seed) - 1, len(seed) - 21, len(seed) - 22, len(seed) - 23}:
        contents(seed[: max(0, end)])


class Counting:
    """A source of zeros with an archive's bytes in places, which counts what is read of it."""

    def __init__(self, pieces: dict[int, bytes], size: int) -> None:
        self.pieces = pieces
        self.size = size
        self.count = 0

    def read(self, offset: int, length: int) -> bytes:
        length = max(0, min(length, self.size - offset))
        self.count += length
        data = bytearray(length)
        for start, piece in self.pieces.items():
            low, high = max(start, offset), min(start + len(piece), offset + length)
            if low < high:
                data[low - offset : high - offset] = piece[low - start : high - start]
        return bytes(data)


def test_payloads_are_not_read() -> None:
    """An archive of two gigabytes of tensors costs some hundred kilobytes of reading."""
    size = 1 << 30
    zeros = Member(name=b"m/data/0", data=b"")
    header = archive(zeros)
    local, _, rest = header.partition(b"PK\1\2")
    local = local[:18] + size.to_bytes(4, "little") * 2 + local[26:]
    record = b"PK\1\2" + rest[: 42 + 8]
    record = record[:20] + size.to_bytes(4, "little") * 2 + record[28:]
    second = record[:42] + (len(local) + size).to_bytes(4, "little") + b"m/data/1"
    directory = 2 * (len(local) + size)
    end = header[-22:-10] + (len(record) * 2).to_bytes(4, "little") + directory.to_bytes(4, "little") + b"\0\0"
    end = end[:8] + b"\2\0\2\0" + end[12:]
    source = Counting(
        {0: local, len(local) + size: local[:-1] + b"1", directory: record + second + end},
        directory + len(record) * 2 + 22,
    )
    facts = list(walk(source, Budget(Limits()), lambda _: Format.TENSOR_DATA))
    assert [fact.source.size for fact in facts if isinstance(fact, Embedded)] == [size, size]
    assert not [fact for fact in facts if isinstance(fact, Finding)]
    assert source.count < 300_000


def test_members_are_charged() -> None:
    """The budget counts every member, those without a record too."""
    data = archive(*(Member(name=b"%d" % number, data=b"x", listed=number % 2 == 0) for number in range(10)))
    with pytest.raises(BudgetExceeded):
        list(walk(BytesSource(data), Budget(Limits(members=9)), lambda _: None))
    list(walk(BytesSource(data), Budget(Limits(members=10)), lambda _: None))


def test_inflated_bytes_are_charged() -> None:
    """A member is inflated to its end even where nobody reads it, and charged."""
    data = archive(Member(name=b"a", data=b"x" * 100_000, method=DEFLATED))
    with pytest.raises(BudgetExceeded):
        list(walk(BytesSource(data), Budget(Limits(inflated_bytes=99_999)), lambda _: None))
    list(walk(BytesSource(data), Budget(Limits(inflated_bytes=100_000)), lambda _: None))


def test_two_spellings_share_what_one_of_them_is_declared() -> None:
    """A member that either header calls a pickle is one."""
    for name in ("zip-name-disagrees.zip", "zip-unicode-path-disagrees.zip"):
        data = archives.SAMPLES[name]()
        facts = walk(BytesSource(data), Budget(SMALL), lambda name: Format.PICKLE if name == "model.pkl" else None)
        assert [fact.format for fact in facts if isinstance(fact, Embedded)] == [Format.PICKLE]


def test_order_is_that_of_the_file() -> None:
    """Members come as they stand in the file, whatever the order of the directory, so that reports do not vary."""
    first, second = Member(name=b"b", data=b"1"), Member(name=b"a", data=b"2")
    names = [
        fact.member
        for fact in walk(BytesSource(archive(first, second)), Budget(SMALL), lambda _: None)
        if isinstance(fact, Embedded)
    ]
    assert names == ["b", "a"]


def test_one_header_in_two_directories_is_read_both_ways() -> None:
    """Two directories that agree on the place but not on the method show two contents."""
    deflated = Member(name=b"a", data=b"x" * 50, method=DEFLATED)
    stored = Member(name=b"a", data=deflated.packed)
    whole = archive(deflated)
    start = whole.index(b"PK\1\2")
    size = len(whole) - 22 - start
    other = directory_of(stored, 0)
    second = whole[:-22] + other + end_record(1, size, start)
    found = contents(second)
    assert b"x" * 50 in found
    assert deflated.packed in found
