"""The files beside a file, as the loader of the file would find them: models name the files that hold their numbers."""

from __future__ import annotations

import os
import stat
from itertools import islice

from scanners.records import Record
from scanners.sources import FileSource
from scanners.walk import Leaves, Resolution

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanners.roots import Root

MOST_NAMES = 10_000
"""Entries of a directory that are looked at."""


class Neighbour(Record):
    """A regular file that was found by a path."""

    source: FileSource
    identity: tuple[int, int, int, int]
    """Device, inode, size and time of change: the same file has the same one."""
    linked: bool
    """Whether it has a second name: a hard link, or a symbolic one on the way to it."""


class Neighbours:
    """One directory below the root of a walk; what is opened stays open until `close`."""

    def __init__(self, root: Root, folder: tuple[str, ...]) -> None:
        self._root = root
        self._folder = folder
        self._descriptors: list[int] = []

    def names(self) -> list[str]:
        """Return the names in the directory, in order; none where it cannot be listed."""
        try:
            descriptor = self._root.open_directory(self._folder)
        except OSError:
            return []
        try:
            with os.scandir(descriptor) as listing:
                return sorted(entry.name for entry in islice(listing, MOST_NAMES))
        finally:
            os.close(descriptor)

    def find(self, path: str) -> Neighbour | None:
        """Return the regular file at a relative path, links inside the root followed; None where there is none to open."""
        parts = (*self._folder, *(part for part in path.split("/") if part not in ("", ".")))
        try:
            real, kind = Resolution(self._root).resolve(parts)
            descriptor = self._root.open_file(real) if stat.S_ISREG(kind) else None
        except (OSError, ValueError, Leaves):
            return None
        if descriptor is None:
            return None
        self._descriptors.append(descriptor)
        found = os.fstat(descriptor)
        identity = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
        linked = found.st_nlink > 1 or real != "/".join(parts)
        return Neighbour(source=FileSource(descriptor), identity=identity, linked=linked)

    def close(self) -> None:
        """Close what was opened."""
        while self._descriptors:
            os.close(self._descriptors.pop())
