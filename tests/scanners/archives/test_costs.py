"""Work is linear: a hostile archive cannot make the scanner read it over and over."""

from __future__ import annotations

import struct

import pytest

from scanners.archives import tar_walk, zip_walk
from scanners.findings import Embedded, Gap, Reason
from scanners.formats import Format, Part
from scanners.identify import identify
from scanners.limits import Budget, BudgetExceeded, Limits
from scanners.sources import BytesSource
from tests.corpus.tar_builder import END, member, pax
from tests.corpus.zip_builder import DEFLATED, Member, archive, directory_of, end_record


class Counting(BytesSource):
    """Bytes that count how many of them are read."""

    count = 0

    def read(self, offset: int, length: int) -> bytes:
        data = super().read(offset, length)
        self.count += len(data)
        return data


ONE = Member(name=b"a.txt", data=b"text")
FLOODS = {
    "local-signatures": archive(ONE, behind_members=b"PK\3\4" * 50_000),
    "local-headers": archive(ONE) + (b"PK\3\4" + bytes(22) + b"\1\0\0\0x") * 5_000,
    "local-headers-unsized": archive(ONE) + (b"PK\3\4\0\0\x08\0" + bytes(18) + b"\1\0\0\0xyz") * 5_000,
    "end-records": archive(ONE)[:-22] + end_record(0, 0, 0) * 2_000,
    "small-members": archive(*(Member(name=b"%d" % number, data=b"x") for number in range(3_000))),
}


@pytest.mark.parametrize("name", FLOODS)
def test_zip(name: str) -> None:
    """Each byte is read a few times at most, small reads around headers included."""
    source = Counting(FLOODS[name])
    for fact in zip_walk.walk(source, Budget(Limits()), lambda _: None):
        if isinstance(fact, Embedded):
            fact.source.read(0, 100)
    assert source.count < 40 * source.size


@pytest.mark.parametrize(
    "data",
    [
        member(b"a", b"x", checksum=1) + b"ustar" * 50_000,
        member(b"a", b"x", checksum=1) + member(b"b", b"x", checksum=1) * 500,
        b"".join(pax({b"k%d" % number: b"v" * 400}, everywhere=True) for number in range(500)) + member(b"a") + END,
    ],
    ids=["signatures", "broken-headers", "global-headers"],
)
def test_tar(data: bytes) -> None:
    """The search for the next whole header goes on from where it stopped."""
    source = Counting(data)
    list(tar_walk.walk(source, Budget(Limits()), lambda _: None))
    assert source.count < 20 * source.size


def test_many_directories_are_refused() -> None:
    """End records whose comments all end with the file each lead to a directory of its own: that is a limit."""
    tail = b""
    for number in range(40):
        record = end_record(1, 46, 30 + len("a.txt") + 4 * number)
        tail = record[:20] + struct.pack("<H", len(tail)) + tail
    body = archive(Member(name=b"a.txt", data=b"PK\1\2" * 40))[:-22]
    part = Part(source=BytesSource(body + tail), name="a", budget=Budget(Limits()))
    with pytest.raises(BudgetExceeded, match="directories"):
        identify(part)


def test_a_head_decides_about_numbers() -> None:
    """Of a tensor of many megabytes a few kilobytes are read to tell that it is one."""
    source = Counting(b"\0\0\x80\x3f\1\2\3\4\5\6\7\x08\x09" * 1_000_000)
    identify(Part(source=source, name="0", budget=Budget(Limits()), declared=Format.TENSOR_DATA))
    assert source.count < 400_000


def test_a_bomb_of_overlapping_members_is_not_set_off() -> None:
    """A thousand names for one body of a MiB cost some dozen MiB of inflating, and a gap that says so."""
    body = Member(name=b"0", data=bytes(1 << 20), method=DEFLATED)
    names = (Member(name=b"%d" % number, data=bytes(1 << 20), method=DEFLATED) for number in range(1000))
    local, _, _ = archive(body).partition(b"PK\1\2")
    directory = b"".join(directory_of(name, 0) for name in names)
    data = local + directory + end_record(1000, len(directory), len(local))
    budget = Budget(Limits(inflated_bytes=100 << 20))
    facts = list(zip_walk.walk(BytesSource(data), budget, lambda _: None))
    assert any(isinstance(fact, Gap) and fact.reason is Reason.BUDGET for fact in facts)
