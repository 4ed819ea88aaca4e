"""From the paths of a command line to the files to scan, in the order they are reported."""

from __future__ import annotations

import errno
import os
import sys
from fnmatch import fnmatchcase

from scanners.escaping import printable
from scanners.walk import WalkedFile, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO

    from scanners.examining import Target
    from scanners.findings import FileReport


_CHUNK = 1 << 20
_WHOLE_PATHS = "a pattern is for whole paths below a directory, as in 'checkpoints/*' or '*.log'"


class StandardInput:
    """Standard input, kept in a temporary file without a name: formats are read at offsets."""

    def __init__(self, spool: IO[bytes], name: str) -> None:
        self._spool = spool
        self._error: OSError | None = None
        self.path = name
        try:
            self._copy()
        except OSError as error:
            self._error = error

    @property
    def is_empty(self) -> bool:
        """Whether nothing came: whatever was to write into the pipe has failed."""
        return self._error is None and self._spool.tell() == 0

    def open(self) -> int:
        """Return a descriptor of its own; raise the `OSError` that kept the input from being read to its end."""
        if self._error is not None:
            raise self._error
        return os.dup(self._spool.fileno())

    def _copy(self) -> None:
        if sys.stdin is None:
            raise OSError(errno.EBADF, "standard input is closed")
        while chunk := sys.stdin.buffer.read(_CHUNK):
            self._spool.write(chunk)
        self._spool.flush()


def expand(
    paths: Sequence[str], excluded: Sequence[str], standard_input: StandardInput | None
) -> list[Target | FileReport]:
    """
    Return what is to be scanned, and a report for what cannot be.

    `excluded` are shell patterns for the path of a file relative to the directory it was found in; a file that is named
    itself is never left out. A path without anything to scan, and a pattern that leaves nothing out, are told on standard error.
    """
    found: list[Target | FileReport] = []
    used: set[str] = set()
    for path in paths:
        wanted: list[Target | FileReport]
        if path == "-" and standard_input is not None:
            wanted = [] if standard_input.is_empty else [standard_input]
        else:
            wanted = list(_wanted(path, excluded, used))
        if not wanted and len(paths) > 1:
            print(f"weighbridge scan: nothing to scan in {printable(path)}", file=sys.stderr)
        found += wanted
    for pattern in sorted({*excluded} - used):
        print(f"weighbridge scan: --exclude {printable(pattern)} leaves nothing out: {_WHOLE_PATHS}", file=sys.stderr)
    return found


def folder_of(paths: Sequence[str]) -> str:
    """Return the absolute path of the directory that all paths are, or are below."""
    absolute = [os.path.abspath(path) for path in paths if path != "-"]  # noqa: PTH100 - as the user wrote them
    common = os.path.commonpath(absolute or [os.getcwd()])  # noqa: PTH109 - pathlib is a tenth of the start of a scan
    return common if os.path.isdir(common) else os.path.dirname(common)  # noqa: PTH112, PTH120 - as above


def _wanted(path: str, excluded: Sequence[str], used: set[str]) -> Iterator[WalkedFile | FileReport]:
    """Yield what is to be scanned at a path; add to `used` the patterns that left something out."""
    for entry in walk(path):
        name = entry.name if isinstance(entry, WalkedFile) else os.path.relpath(entry.path, path)
        matching = [pattern for pattern in excluded if fnmatchcase(name, pattern)]
        used.update(matching)
        if not matching:
            yield entry
