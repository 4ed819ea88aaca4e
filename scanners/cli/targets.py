"""From the paths of a command line to the files to scan, in the order they are reported."""

from __future__ import annotations

import os
import sys
from fnmatch import fnmatchcase

from scanners.walk import WalkedFile, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO

    from scanners.examining import Target
    from scanners.findings import FileReport


_CHUNK = 1 << 20


class StandardInput:
    """Standard input, kept in a temporary file without a name: formats are read at offsets."""

    def __init__(self, spool: IO[bytes], name: str) -> None:
        while chunk := sys.stdin.buffer.read(_CHUNK):
            spool.write(chunk)
        spool.flush()
        self._spool = spool
        self.path = name

    def open(self) -> int:
        """Return a descriptor of its own."""
        return os.dup(self._spool.fileno())


def expand(
    paths: Sequence[str], excluded: Sequence[str], standard_input: StandardInput | None
) -> list[Target | FileReport]:
    """
    Return what is to be scanned, and a report for what cannot be.

    `excluded` are shell patterns for the path of a file relative to the directory it was found in; a file that is named
    itself is never left out.
    """
    found: list[Target | FileReport] = []
    for path in paths:
        if path == "-" and standard_input is not None:
            found.append(standard_input)
        else:
            found.extend(_wanted(path, excluded))
    return found


def _wanted(path: str, excluded: Sequence[str]) -> Iterator[WalkedFile | FileReport]:
    for entry in walk(path):
        name = entry.name if isinstance(entry, WalkedFile) else os.path.relpath(entry.path, path)
        if not any(fnmatchcase(name, pattern) for pattern in excluded):
            yield entry
