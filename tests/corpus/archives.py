"""ZIP archives that show different readers different members, and their honest twins."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from tests.corpus import streams, tars
from tests.corpus.payloads import PAYLOAD, PLAIN, TEXT
from tests.corpus.zip_builder import (
    BZIP2,
    DEFLATED,
    DESCRIPTOR,
    ENCRYPTED,
    LZMA,
    PATCHED,
    STORED,
    STRONG,
    UTF8,
    Header,
    Member,
    archive,
    directory_of,
    end_record,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_README = Member(name=b"README.md", data=TEXT)
_HARMLESS = Member(name=b"model.pkl", data=PLAIN)
_HOSTILE = Member(name=b"model.pkl", data=PAYLOAD)
_SYMLINK, _DEVICE = 0o120777, 0o020644


def _hostile(**changes: object) -> Member:
    return Member(**{"name": b"model.pkl", "data": PAYLOAD, **changes})  # type: ignore[arg-type]


def _nested(levels: int, data: bytes) -> bytes:
    for _ in range(levels):
        data = archive(Member(name=b"inner.zip", data=data))
    return data


def _two_directories() -> bytes:
    """Offsets as written lead to a hostile directory, the place right in front of the end record to a harmless one."""
    hostile = archive(_HOSTILE)[:-22]
    first = hostile.index(b"PK\1\2")
    size = len(hostile) - first
    harmless = archive(_HARMLESS)[:-22]
    second = len(hostile) + harmless.index(b"PK\1\2")
    shift = second - first
    members = harmless[: harmless.index(b"PK\1\2")]
    return hostile + members + directory_of(_HARMLESS, len(hostile) - shift) + end_record(1, size, first)


def _end_in_comment() -> bytes:
    """The end record's comment holds another end record, behind another directory."""
    honest = archive(_HARMLESS)[:-22]
    at = len(honest) + 22
    hidden = Member(name=b"model.pkl", data=PAYLOAD)
    record = archive(hidden)[:-22]
    start = record.index(b"PK\1\2")
    inner = record[:start] + directory_of(hidden, at) + end_record(1, len(record) - start, at + start)
    return honest + end_record(1, len(honest) - honest.index(b"PK\1\2"), honest.index(b"PK\1\2"), inner)


def _zip64_disagrees() -> bytes:
    """The 32-bit end record leads to a harmless directory, the ZIP64 record in front of it to a hostile one."""
    body = archive(_HARMLESS, _hostile(name=b"data.pkl"))[:-22]
    members_end = body.index(b"PK\1\2")
    members = body[:members_end]
    hostile_at = members.index(b"PK\3\4", 4)
    hostile = directory_of(_hostile(name=b"data.pkl"), hostile_at)
    harmless = directory_of(_HARMLESS, 0)
    first, second = members_end, members_end + len(harmless)
    where = second + len(hostile)
    wide = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(hostile), second)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, where, 1)
    return members + harmless + hostile + wide + locator + end_record(1, len(harmless), first)


def _overlapping() -> bytes:
    """The first member's compressed data quotes the second's local header and goes on with its data: a bomb's kernel."""
    inner = Member(name=b"b.txt", data=TEXT * 4, method=DEFLATED)
    local = archive(inner).partition(b"PK\1\2")[0]
    quoted = local[:35]
    text = b"quoted: "
    data = text + quoted + inner.data
    stored = struct.pack("<BHH", 0, len(text), len(text) ^ 0xFFFF) + text
    stored += struct.pack("<BHH", 0, len(quoted), len(quoted) ^ 0xFFFF) + local
    sizes = Header(crc=zlib.crc32(data), compressed=len(stored), size=len(data), method=DEFLATED)
    outer = Member(name=b"a.npy", data=stored, local=sizes, central=sizes)
    body = archive(outer).partition(b"PK\1\2")[0]
    directory = directory_of(outer, 0) + directory_of(inner, body.index(quoted))
    return body + directory + end_record(2, len(directory), len(body))


def _unicode_path(name: bytes, other: bytes) -> bytes:
    """Info-ZIP's extra field 0x7075."""
    body = b"\1" + struct.pack("<L", zlib.crc32(name)) + other
    return struct.pack("<HH", 0x7075, len(body)) + body


def _aligned() -> bytes:
    """Members start at multiples of 64, by an extra field as PyTorch and zipalign write it."""
    padding = struct.pack("<HH", 0x4246, 16) + b"Z" * 16
    return archive(*(Member(name=b"%d.md" % n, data=TEXT, local=Header(extra=padding)) for n in range(3)))


def _unsized_hidden() -> bytes:
    """A hidden member whose sizes stand only in the descriptor behind it."""
    return archive(_README, _hostile(method=DEFLATED, flags=DESCRIPTOR, listed=False), _README_2)


_README_2 = Member(name=b"NOTES.md", data=TEXT)

HONEST: Mapping[str, Callable[[], bytes]] = {
    "benign-zip-stored.zip": lambda: archive(_README, _HARMLESS),
    "benign-zip-deflated.zip": lambda: archive(
        _README, Member(name=b"vocab.txt", data=TEXT * 50, method=DEFLATED), _README_2
    ),
    "benign-zip-bzip2.zip": lambda: archive(Member(name=b"vocab.txt", data=TEXT * 50, method=BZIP2)),
    "benign-zip-lzma.zip": lambda: archive(Member(name=b"vocab.txt", data=TEXT * 50, method=LZMA)),
    "benign-zip-zip64.zip": lambda: archive(_README, _HARMLESS, zip64=True),
    "benign-zip-descriptor.zip": lambda: archive(
        Member(name=b"vocab.txt", data=TEXT, method=DEFLATED, flags=DESCRIPTOR), _README
    ),
    "benign-zip-empty.zip": archive,
    "benign-zip-comment.zip": lambda: archive(_README, comment=b"packed by hand"),
    "benign-zip-folders.zip": lambda: archive(
        Member(name=b"model/"), Member(name=b"model/README.md", data=TEXT), Member(name=b"model/data/")
    ),
    "benign-zip-nested-last.zip": lambda: archive(_README, Member(name=b"inner.zip", data=archive(_README))),
    "benign-zip-aligned.zip": _aligned,
    "benign-zip-many.zip": lambda: archive(*(Member(name=b"%04d.txt" % n, data=TEXT) for n in range(500))),
    "benign-zip-names.zip": lambda: archive(
        Member(name="modèle/données.txt".encode(), data=TEXT, flags=UTF8), Member(name=b"a..b/c...txt", data=TEXT)
    ),
    "benign-zip-zero-gap.zip": lambda: archive(_README, Member(name=b"a.txt", data=TEXT, gap=bytes(100))),
    "benign-zip-unicode-path.zip": lambda: archive(
        Member(name=b"a.txt", data=TEXT, central=Header(extra=_unicode_path(b"a.txt", b"a.txt")))
    ),
}

CARRIERS: Mapping[str, Callable[[], bytes]] = {
    "zip-pickle.zip": lambda: archive(_README, _HOSTILE),
    "zip-pickle-deflated.zip": lambda: archive(_README, _hostile(method=DEFLATED)),
    "zip-pickle-bzip2.zip": lambda: archive(_hostile(method=BZIP2)),
    "zip-pickle-lzma.zip": lambda: archive(_hostile(method=LZMA)),
    "zip-pickle-zip64.zip": lambda: archive(_HOSTILE, zip64=True),
    "zip-pickle-descriptor.zip": lambda: archive(_hostile(method=DEFLATED, flags=DESCRIPTOR)),
    "zip-pickle-no-suffix.zip": lambda: archive(_README, _hostile(name=b"weights")),
    "zip-pickle-hidden-name.zip": lambda: archive(_README, _hostile(name=b".cache/.x")),
    "zip-pickle-as-text.zip": lambda: archive(_README, _hostile(name=b"LICENSE.txt")),
    "zip-pickle-folder-name.zip": lambda: archive(_hostile(name=b"model/")),
    "zip-nested.zip": lambda: _nested(3, archive(_HOSTILE)),
    "zip-nested-too-deep.zip": lambda: _nested(9, archive(_HOSTILE)),
    "zip-executable.zip": lambda: archive(Member(name=b"lib/custom_op.so", data=b"\x7fELF\2\1\1" + bytes(57))),
    "zip-script.zip": lambda: archive(Member(name=b"setup.sh", data=b"#!/bin/sh\necho weighbridge\n")),
}

DISAGREEMENTS: Mapping[str, Callable[[], bytes]] = {
    "zip-duplicate-last.zip": lambda: archive(_HARMLESS, _README, _HOSTILE),
    "zip-duplicate-first.zip": lambda: archive(_HOSTILE, _README, _HARMLESS),
    "zip-twins.zip": lambda: archive(_HARMLESS, Member(name=b"MODEL.PKL", data=PLAIN)),
    "zip-twin-separators.zip": lambda: archive(
        Member(name=b"a/model.pkl", data=PLAIN), Member(name=b"a//./model.pkl", data=PLAIN)
    ),
    "zip-name-disagrees.zip": lambda: archive(_hostile(central=Header(name=b"notes.txt"))),
    "zip-unicode-path-disagrees.zip": lambda: archive(
        _hostile(name=b"notes.txt", central=Header(extra=_unicode_path(b"notes.txt", b"model.pkl")))
    ),
    "zip-flag-encrypted-lie.zip": lambda: archive(_hostile(flags=ENCRYPTED)),
    "zip-flag-encrypted-lie-deflated.zip": lambda: archive(_hostile(flags=ENCRYPTED, method=DEFLATED)),
    "zip-flag-encrypted-local.zip": lambda: archive(_hostile(local=Header(flags=ENCRYPTED))),
    "zip-flag-encrypted-central.zip": lambda: archive(_hostile(central=Header(flags=ENCRYPTED))),
    "zip-flag-patched-lie.zip": lambda: archive(_hostile(flags=PATCHED)),
    "zip-flag-strong-lie.zip": lambda: archive(_hostile(flags=STRONG)),
    "zip-encrypted.zip": lambda: archive(
        Member(
            name=b"secret.bin", data=bytes(range(7, 90)), flags=ENCRYPTED, central=Header(crc=1), local=Header(crc=1)
        )
    ),
    "zip-encrypted-aes.zip": lambda: archive(Member(name=b"secret.bin", data=bytes(range(7, 90)), method=99, flags=1)),
    "zip-encrypted-lie-bad-crc.zip": lambda: archive(
        _hostile(flags=ENCRYPTED, central=Header(crc=1), local=Header(crc=1))
    ),
    "zip-crc-disagrees.zip": lambda: archive(_hostile(central=Header(crc=1), local=Header(crc=1))),
    "zip-crc-disagrees-deflated.zip": lambda: archive(
        _hostile(method=DEFLATED, central=Header(crc=1), local=Header(crc=1))
    ),
    "zip-crc-disagrees-local.zip": lambda: archive(_hostile(local=Header(crc=1))),
    "zip-unknown-method.zip": lambda: archive(Member(name=b"model.pkl", data=PAYLOAD, method=97)),
    "zip-method-disagrees.zip": lambda: archive(_hostile(method=DEFLATED, central=Header(method=STORED))),
    "zip-method-unknown-in-directory.zip": lambda: archive(_hostile(central=Header(method=97))),
    "zip-lying-size.zip": lambda: archive(_hostile(central=Header(size=4), local=Header(size=4))),
    "zip-lying-size-deflated.zip": lambda: archive(
        _hostile(method=DEFLATED, central=Header(size=4), local=Header(size=4))
    ),
    "zip-lying-compressed-size.zip": lambda: archive(
        _README, _hostile(central=Header(compressed=0, size=0, crc=0)), _README_2
    ),
    "zip-size-beyond-end.zip": lambda: archive(
        _hostile(central=Header(compressed=1 << 20, size=1 << 20), local=Header(compressed=1 << 20, size=1 << 20))
    ),
    "zip-hidden-member.zip": lambda: archive(_README, _hostile(listed=False), _README_2),
    "zip-hidden-first.zip": lambda: archive(_hostile(listed=False), _README),
    "zip-hidden-unsized.zip": _unsized_hidden,
    "zip-no-directory.zip": lambda: archive(_HOSTILE).partition(b"PK\1\2")[0],
    "zip-no-end.zip": lambda: archive(_README, _HOSTILE)[:-22],
    "zip-end-out-of-reach.zip": lambda: archive(_HOSTILE, suffix=bytes(70_000)),
    "zip-two-directories.zip": _two_directories,
    "zip-end-in-comment.zip": _end_in_comment,
    "zip-zip64-disagrees.zip": _zip64_disagrees,
    "zip-entries-disagree.zip": lambda: archive(_README, _HOSTILE, entries=1),
    "zip-directory-size-disagrees.zip": lambda: archive(
        _HARMLESS, _hostile(name=b"data.pkl"), directory_size=46 + len(b"model.pkl")
    ),
    "zip-end-claims-nothing.zip": lambda: archive(_HOSTILE, entries=0, directory_size=0),
    "zip-descriptor-lies.zip": lambda: archive(
        Member(
            name=b"a.txt",
            data=TEXT,
            flags=DESCRIPTOR,
            method=DEFLATED,
            descriptor=struct.pack("<4s3L", b"PK\7\10", 1, 2, 3),
        )
    ),
    "zip-local-header-missing.zip": lambda: archive(_README, Member(name=b"ghost.bin", offset=5, listed=True)),
}

BYTES_BESIDES: Mapping[str, Callable[[], bytes]] = {
    "zip-prefix-text.zip": lambda: archive(_README, prefix=b"Content-Type: x\n\n"),
    "zip-prefix-shifted.zip": lambda: archive(_README, prefix=b"Content-Type: x\n\n", shifted=True),
    "zip-prefix-pickle.pkl": lambda: archive(_HARMLESS, prefix=PAYLOAD),
    "zip-prefix-executable.zip": lambda: archive(_README, prefix=b"\x7fELF\2\1\1" + bytes(57), shifted=True),
    "zip-behind-image.png": lambda: archive(
        _HOSTILE, prefix=b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(17), shifted=True
    ),
    "zip-suffix-pickle.zip": lambda: archive(_README, suffix=PAYLOAD),
    "zip-suffix-junk.zip": lambda: archive(_README, suffix=b"\xde\xad\xbe\xef" * 4),
    "zip-gap-pickle.zip": lambda: archive(_README, Member(name=b"a.txt", data=TEXT, gap=PAYLOAD)),
    "zip-gap-junk.zip": lambda: archive(_README, Member(name=b"a.txt", data=TEXT, gap=b"\xde\xad\xbe\xef" * 4)),
    "zip-slack.zip": lambda: archive(Member(name=b"a.txt", data=TEXT * 9, method=DEFLATED, slack=PAYLOAD)),
    "zip-broken-deflate.zip": lambda: archive(
        Member(
            name=b"a.txt", data=b"\xff" * 40, central=Header(method=DEFLATED), local=Header(method=DEFLATED),
        )
    ),
    "zip-overlapping.zip": _overlapping,
    "zip-one-body-two-names.zip": lambda: archive(_README, Member(name=b"b.txt", data=b"", offset=0)),
    "zip-bomb.zip": lambda: archive(Member(name=b"zeros.txt", data=b" " * (17 << 20), method=DEFLATED)),
}  # fmt: skip

NAMES: Mapping[str, Callable[[], bytes]] = {
    "zip-name-climbs.zip": lambda: archive(Member(name=b"a/../../etc/cron.d/x", data=TEXT)),
    "zip-name-absolute.zip": lambda: archive(Member(name=b"/etc/cron.d/x", data=TEXT)),
    "zip-name-drive.zip": lambda: archive(Member(name=b"C:/Windows/x.txt", data=TEXT)),
    "zip-name-climbs-backslash.zip": lambda: archive(Member(name=b"..\\..\\x.txt", data=TEXT)),
    "zip-name-backslash.zip": lambda: archive(Member(name=b"model\\x.txt", data=TEXT)),
    "zip-name-control.zip": lambda: archive(Member(name=b"a\x1b[2Jb.txt", data=TEXT)),
    "zip-name-nul.zip": lambda: archive(Member(name=b"model.pkl\0.txt", data=TEXT)),
    "zip-name-empty.zip": lambda: archive(Member(name=b"", data=TEXT)),
    "zip-name-reversed.zip": lambda: archive(Member(name="a\u202etxt.lkp".encode(), data=TEXT, flags=UTF8)),
    "zip-link-out.zip": lambda: archive(Member(name=b"weights", data=b"../../etc/passwd", mode=_SYMLINK)),
    "zip-link-inside.zip": lambda: archive(
        Member(name=b"snapshot/model", data=b"../blobs/1", mode=_SYMLINK), Member(name=b"blobs/1", data=TEXT)
    ),
    "zip-link-is-pickle.zip": lambda: archive(Member(name=b"weights", data=PAYLOAD, mode=_SYMLINK)),
    "zip-device.zip": lambda: archive(Member(name=b"null", mode=_DEVICE)),
}

SAMPLES: Mapping[str, Callable[[], bytes]] = {
    **HONEST,
    **CARRIERS,
    **DISAGREEMENTS,
    **BYTES_BESIDES,
    **NAMES,
    **tars.SAMPLES,
    **streams.SAMPLES,
}
