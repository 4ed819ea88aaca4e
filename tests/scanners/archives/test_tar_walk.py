"""tar: whatever CPython can list and read was yielded here, and links are followed nowhere."""

from __future__ import annotations

import contextlib
import io
import tarfile
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanners.archives.tar_headers import padded
from scanners.archives.tar_walk import walk
from scanners.findings import Embedded, Finding
from scanners.formats import Malformed
from scanners.limits import Budget, BudgetExceeded, Limits
from scanners.sources import BytesSource
from tests.corpus import tars
from tests.corpus.payloads import TEXT
from tests.corpus.tar_builder import END, member

SEEDS = tuple(build() for build in tars.SAMPLES.values())
SMALL = Limits(members=2000)
PIECES = (b"ustar\0", b"0", b"5", b"x", b"L", b"\0", b"\x80", b"\xff", b"17", bytes(8), b" ", b"size=3\n")


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
            reader = tarfile.open(fileobj=io.BytesIO(data), mode="r:")  # noqa: SIM115 - nothing to close
            members = [info for info in reader.getmembers()[:50] if info.isreg() and not info.issparse()]
        except Exception:  # noqa: BLE001 - whatever the other reader raises, it does not load the file
            return []
        for info in members:
            try:
                found.append(reader.extractfile(info).read())
            except Exception:  # noqa: BLE001 - as above
                continue
    return [content for content in found if content]


def mutated(seed: bytes, edits: list[tuple[int, int, int]]) -> bytes:
    """Return the seed after edits, most of them inside of headers."""
    data = bytearray(seed)
    for kind, where, what in edits:
        at = where % (len(data) + 1)
        piece = PIECES[what % len(PIECES)]
        if kind == 0:
            data[at : at + len(piece)] = piece
        elif kind == 1:
            data[at : at + 1] = bytes([what % 256])
        elif kind == 2:
            del data[at // 512 * 512 : at // 512 * 512 + 512]
        else:
            data[at // 512 * 512 : at // 512 * 512] = data[what // 512 * 512 :][:512]
    return bytes(data)


EDITS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4096), st.integers(0, 4096)), min_size=1, max_size=3)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SEEDS), EDITS)
def test_what_tarfile_reads_was_yielded(seed: bytes, edits: list[tuple[int, int, int]]) -> None:
    """Every content that CPython gets out of an archive is the start of a part of ours."""
    data = mutated(seed, edits)
    ours = contents(data)
    for content in readable(data):
        assert any(part.startswith(content) for part in ours)


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_honest_archives_are_read_to_the_byte(form: int) -> None:
    """Names of any length and contents of any size come out as they went in."""
    wanted = {f"{'d' * 50}/{n}": bytes([n]) * n * 300 for n in range(5)}
    if form != tarfile.USTAR_FORMAT:
        wanted[f"{'long/' * 60}name"] = b"content"
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, data in wanted.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    facts = list(walk(BytesSource(buffer.getvalue()), Budget(SMALL), lambda _: None))
    assert {fact.member: fact.source.read(0, 1 << 20) for fact in facts if isinstance(fact, Embedded)} == wanted
    assert not [fact for fact in facts if isinstance(fact, Finding)]


def test_members_are_charged() -> None:
    """The budget counts members."""
    data = b"".join(member(b"%d" % number, TEXT) for number in range(5)) + END
    with pytest.raises(BudgetExceeded):
        list(walk(BytesSource(data), Budget(Limits(members=4)), lambda _: None))


@pytest.mark.parametrize(("size", "blocks"), [(0, 0), (1, 512), (512, 512), (513, 1024)])
def test_content_fills_whole_blocks(size: int, blocks: int) -> None:
    """The next header stands at a multiple of 512."""
    assert padded(size) == blocks
