"""tar archives, and their honest twins."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

from tests.corpus.payloads import PAYLOAD, PLAIN, TEXT
from tests.corpus.tar_builder import BLOCK, END, long_name, member, pax

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_README = member(b"README.md", TEXT)
_HOSTILE = member(b"model.pkl", PAYLOAD)
_LONG = b"folder/" * 20 + b"notes.txt"


def _by_tarfile(form: int) -> bytes:
    """What the standard library writes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name in ("README.md", "modèle.txt", "folder/" * 12 + "notes.txt"):
            info = tarfile.TarInfo(name)
            info.size = len(TEXT)
            archive.addfile(info, io.BytesIO(TEXT))
        folder = tarfile.TarInfo("empty")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
    return buffer.getvalue()


def _size_smuggling() -> bytes:
    """The PAX header says that the content is an archive; a reader of the header alone goes on inside it."""
    inner = _HOSTILE + END
    return pax({b"size": b"%d" % len(inner)}) + member(b"notes.tar", inner, size=0) + _README + END


def _name_is_pickle() -> bytes:
    """The first hundred bytes are free for a name: here it is a pickle of protocol 0."""
    return member(PAYLOAD, TEXT) + END


def _base_256(tar: bytes) -> bytes:
    """Write the checksum of the first header in GNU's base 256."""
    value = int(tar[148:154], 8)
    return tar[:148] + b"\x80" + value.to_bytes(7, "big") + tar[156:]


SAMPLES: Mapping[str, Callable[[], bytes]] = {
    "benign-tar-ustar.tar": lambda: _by_tarfile(tarfile.USTAR_FORMAT),
    "benign-tar-gnu.tar": lambda: _by_tarfile(tarfile.GNU_FORMAT),
    "benign-tar-pax.tar": lambda: _by_tarfile(tarfile.PAX_FORMAT),
    "benign-tar-v7.tar": lambda: member(b"README.md", TEXT, magic=bytes(8)) + END,
    "benign-tar-no-end.tar": lambda: _README,
    "tar-checksum-base-256.tar": lambda: _base_256(member(b"GIF89a.pkl", PAYLOAD)) + END,
    "benign-tar-checksum-base-256.tar": lambda: _base_256(member(b"model.pkl", PLAIN)) + END,
    "benign-tar-model.tar": lambda: _README + member(b"model.pkl", PLAIN) + END,
    "benign-tar-base-256.tar": lambda: member(b"a.txt", TEXT, size=b"\x80" + bytes(10) + bytes([len(TEXT)])) + END,
    "tar-pickle.tar": lambda: _README + _HOSTILE + END,
    "tar-pickle-no-suffix.tar": lambda: _README + member(b"weights", PAYLOAD) + END,
    "tar-pickle-long-name.tar": lambda: long_name(_LONG[:-4] + b".pkl") + member(b"x", PAYLOAD) + END,
    "tar-pickle-v7.tar": lambda: member(b"model.pkl", PAYLOAD, magic=bytes(8)) + END,
    "tar-name-climbs.tar": lambda: member(b"../x.txt", TEXT) + END,
    "tar-name-absolute.tar": lambda: member(b"/etc/cron.d/x", TEXT) + END,
    "tar-name-climbs-by-prefix.tar": lambda: member(b"x.txt", TEXT, prefix=b"a/../..") + END,
    "tar-name-climbs-by-pax.tar": lambda: pax({b"path": b"../../x.txt"}) + member(b"x.txt", TEXT) + END,
    "tar-name-climbs-by-long-name.tar": lambda: long_name(b"../" * 50 + b"x.txt") + member(b"x", TEXT) + END,
    "tar-name-control.tar": lambda: member(b"a\x1b[2J.txt", TEXT) + END,
    "tar-link-out.tar": lambda: member(b"weights", kind=b"2", link=b"../../etc/passwd") + END,
    "tar-link-absolute.tar": lambda: member(b"weights", kind=b"2", link=b"/etc/passwd") + END,
    "tar-link-inside.tar": lambda: member(b"a/weights", kind=b"2", link=b"../README.md") + _README + END,
    "tar-link-climbs-later.tar": lambda: (
        member(b"here", kind=b"2", link=b".") + member(b"out", kind=b"2", link=b"here/../..") + END
    ),
    "tar-write-through-link.tar": lambda: (
        member(b"here", kind=b"2", link=b"folder") + member(b"here/x.txt", TEXT) + END
    ),
    "tar-hard-link-out.tar": lambda: member(b"weights", kind=b"1", link=b"../../etc/passwd") + END,
    "tar-hard-link-inside.tar": lambda: _README + member(b"copy.md", kind=b"1", link=b"README.md") + END,
    "tar-device.tar": lambda: member(b"null", kind=b"3") + END,
    "tar-fifo.tar": lambda: member(b"pipe", kind=b"6") + END,
    "tar-duplicate.tar": lambda: member(b"model.pkl", PLAIN) + _HOSTILE + END,
    "tar-pax-size.tar": _size_smuggling,
    "tar-pax-size-of-pickle.tar": lambda: (
        pax({b"size": b"%d" % len(PAYLOAD)}) + member(b"model.pkl", PAYLOAD, size=2) + END
    ),
    "tar-link-with-data.tar": lambda: member(b"weights", PAYLOAD, kind=b"2", link=b"README.md") + _README + END,
    "tar-behind-end.tar": lambda: _README + END + _HOSTILE + END,
    "tar-suffix-pickle.tar": lambda: _README + END + PAYLOAD,
    "tar-broken-header.tar": lambda: _README + member(b"x", TEXT, checksum=1) + _HOSTILE + END,
    "tar-cut-off.tar": lambda: _README + _HOSTILE[: BLOCK + 20],
    "tar-negative-size.tar": lambda: _HOSTILE + member(b"x.txt", size=b"\xff" * 12) + END,
    "tar-sparse.tar": lambda: member(b"holes.txt", TEXT, kind=b"S", magic=b"ustar  \0") + END,
    "tar-name-is-pickle.tar": _name_is_pickle,
}
