"""What a central directory record and its local header disagree about. Each disagreement is two archives in one."""

from __future__ import annotations

import stat
import struct

from scanners.archives.zip_records import (
    DESCRIPTOR_SIGNATURE,
    FLAG_DESCRIPTOR,
    FLAG_ENCRYPTED,
    FLAG_MASKED,
    FLAG_PATCHED,
    FLAG_STRONG,
    FLAG_UTF8,
    SATURATED,
)
from scanners.findings import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.archives.zip_records import Central, Local
    from scanners.sources import Source

ENCRYPTED_AES = 99
REFUSED_FLAGS = FLAG_ENCRYPTED | FLAG_PATCHED | FLAG_STRONG | FLAG_MASKED
"""Bits on which strict readers refuse a member; others take the bytes as they are (CVE-2025-1945)."""


def text(name: bytes, flags: int) -> str:
    """Return a member's name: UTF-8 where flagged (APPNOTE appendix D), else code page 437, as CPython reads it."""
    return name.decode("utf-8", "surrogateescape") if flags & FLAG_UTF8 else name.decode("cp437")


def spellings(central: Central, local: Local) -> tuple[str, ...]:
    """
    Return every name some reader gives the member, the central directory's first.

    The same bytes count once, whichever encoding the two flag, and so does a Unicode path that only spells out what the
    plain name cannot.
    """
    name = text(central.name, central.flags)
    local_name = name if local.name == central.name else text(local.name, local.flags)
    paths = (
        path for path in (central.unicode_name, local.unicode_name) if path not in (None, central.name, local.name)
    )
    others = (path.decode("utf-8", "surrogateescape") for path in paths if path is not None)
    return tuple(dict.fromkeys((name, local_name, *(path for path in others if not _says_the_same(path, name)))))


def _says_the_same(unicode_name: str, name: str) -> bool:
    """Say whether a name outside ASCII may be the plain name's better spelling: Info-ZIP writes both."""
    return not unicode_name.isascii() and _ending(unicode_name) == _ending(name)


def _ending(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[2].casefold()


def compare(central: Central, local: Local, names: tuple[str, ...], offset: int) -> Iterator[Finding]:
    """Yield the disagreements about name, method, sizes and checksum."""
    name = names[0]
    if len(names) > 1:
        yield Finding(rule="zip-name-disagrees", evidence=f"also called {names[1]}", name=name, offset=offset)
    if central.method != local.method:
        evidence = f"method {central.method} in the directory, {local.method} in the local header"
        yield Finding(rule="zip-method-disagrees", evidence=evidence, name=name, offset=offset)
    if evidence := ", ".join(_fields(central, local)):
        yield Finding(rule="zip-size-disagrees", evidence=evidence, name=name, offset=offset)


def _fields(central: Central, local: Local) -> Iterator[str]:
    """Name the fields that differ; with a data descriptor the local header may leave them zero (4.4.4)."""
    for label, directory, header in (
        ("compressed size", central.compressed, local.compressed),
        ("size", central.size, local.size),
        ("checksum", central.crc, local.crc),
    ):
        left_out = local.flags & FLAG_DESCRIPTOR and header in (0, SATURATED)
        if directory != header and not left_out:
            yield f"{label} {directory} in the directory, {header} in the local header"


def is_link(mode: int) -> bool:
    """Say whether a Unix mode is that of a symbolic link."""
    return stat.S_ISLNK(mode)


def is_special(mode: int) -> bool:
    """Say whether a Unix mode is that of a device, FIFO or socket."""
    return stat.S_ISCHR(mode) or stat.S_ISBLK(mode) or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def descriptor_length(source: Source, position: int, central: Central, local: Local) -> int | None:
    """
    Return the bytes of the data descriptor after a member (4.3.9), None where the header announces one that is not there.

    It has a signature or not, and sizes of 32 or 64 bits; only the one that repeats the directory's values is taken.
    """
    if not (central.flags | local.flags) & FLAG_DESCRIPTOR:
        return 0
    data = source.read(position, 24)
    skipped = 4 if data.startswith(DESCRIPTOR_SIGNATURE) else 0
    for layout in ("<LQQ", "<LLL"):
        length = struct.calcsize(layout)
        body = data[skipped : skipped + length]
        if len(body) == length and struct.unpack(layout, body) == (central.crc, central.compressed, central.size):
            return skipped + length
    return None
