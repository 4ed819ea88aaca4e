"""
Whether the reader of ZIP archives sees all that CPython's `zipfile` gets out of them.

Archives of the corpus are broken a little at random. Whatever `zipfile` still reads must be the content of a part of ours,
unless ours said that it did not read to the end.
"""

from __future__ import annotations

import io
import random
import warnings
import zipfile
from typing import TYPE_CHECKING, NamedTuple

from scanners.archives.zip_walk import walk
from scanners.findings import Embedded
from scanners.formats import Malformed
from scanners.limits import Budget, BudgetExceeded, Limits
from scanners.sources import BytesSource
from tests.corpus import archives

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL = Limits(members=5000, inflated_bytes=1 << 26)
SEEDS = tuple(
    data
    for build in (*archives.HONEST.values(), *archives.DISAGREEMENTS.values(), *archives.CARRIERS.values())
    if len(data := build()) < 5000
)
PIECES = (b"PK\3\4", b"PK\1\2", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\7\10", bytes(4), b"\xff" * 4, b"\x08\0", b"\x01")
_LARGEST = 1 << 20

Edit = tuple[int, int, int]
"""What to do, where, and with what."""


class Contents(NamedTuple):
    """What our reader got out of an archive."""

    parts: list[bytes]
    whole: bool
    """Whether it read to the end."""


def contents(data: bytes) -> Contents:
    """Return what every member that is yielded holds."""
    found: list[bytes] = []
    try:
        found.extend(
            fact.source.read(0, _LARGEST)
            for fact in walk(BytesSource(data), Budget(SMALL), lambda _: None)
            if isinstance(fact, Embedded)
        )
    except (Malformed, BudgetExceeded):
        return Contents(found, whole=False)
    return Contents(found, whole=True)


def readable(data: bytes) -> list[bytes]:
    """Return what CPython's reader gets out of the archive; nothing where it refuses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            reader = zipfile.ZipFile(io.BytesIO(data))
        except Exception:  # noqa: BLE001 - whatever the other reader raises, it does not load the file
            return []
        return [content for info in reader.infolist() if (content := _read(reader, info))]


def _read(reader: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        return reader.read(info)
    except Exception:  # noqa: BLE001 - as above
        return b""


def mutated(seed: bytes, edits: list[Edit]) -> bytes:
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


def unseen(data: bytes) -> list[bytes]:
    """Return what CPython reads and ours passed over without saying so."""
    ours = contents(data)
    missing = [content for content in readable(data) if not any(part.startswith(content) for part in ours.parts)]
    return missing if ours.whole else []


def cases(seed: int, count: int) -> Iterator[bytes]:
    """Yield broken archives; most were such before that `zipfile` reads."""
    choose = random.Random(seed)
    sound = [data for data in SEEDS if readable(data)]
    for _ in range(count):
        edits = [
            (choose.choice((0, 1, 2, 3, 3, 3, 3, 4)), choose.randrange(1 << 12), choose.randrange(1 << 12))
            for _ in range(choose.choice((1, 1, 1, 1, 2, 3)))
        ]
        yield mutated(choose.choice(sound if choose.random() < 0.7 else SEEDS), edits)
