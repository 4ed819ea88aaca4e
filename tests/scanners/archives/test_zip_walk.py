"""ZIP: whatever a reader can list and read was listed and read here, and nothing that is not needed is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanners.archives.zip_walk import walk
from scanners.findings import Embedded, Finding
from scanners.formats import Format
from scanners.limits import Budget, BudgetExceeded, Limits
from scanners.sources import BytesSource
from tests.corpus import archives
from tests.corpus.zip_builder import DEFLATED, Member, archive, directory_of, end_record
from tests.fuzz.archives import SEEDS, SMALL, Edit, cases, contents, mutated, readable, unseen

EDITS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 1 << 12), st.integers(0, 1 << 12)), min_size=1, max_size=4)


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(SEEDS), EDITS)
def test_what_zipfile_reads_was_yielded(seed: bytes, edits: list[Edit]) -> None:
    """Every content that CPython gets out of an archive is the start of a part of ours."""
    assert unseen(mutated(seed, edits)) == []


def test_the_difference_test_compares_something() -> None:
    """A fair share of mutated archives can still be read, or the test above would prove nothing."""
    assert sum(bool(readable(data)) for data in cases(7, 500)) > 100


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
    found = contents(second).parts
    assert b"x" * 50 in found
    assert deflated.packed in found
