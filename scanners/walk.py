"""Walk a directory of model files as a server would see it, without ever following a link blindly.

Links are resolved here, component by component and inside the root only. A link is then one more name of a file that is
walked at its real place anyway, and no directory is entered twice. Inode numbers are not used to tell files apart: file
systems in user space repeat them.
"""

from __future__ import annotations

import errno
import os
import stat
from collections import deque
from itertools import islice

from scanners.findings import Examined, FileReport, Finding, Gap, Reason
from scanners.records import Record
from scanners.roots import Root, parts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_ENTRIES = 1_000_000
"""Files, links and directories of one walk."""
DEEPEST = 128
"""Levels of directories."""
MOST_LINKS = 40
"""Links in one resolution, as in Linux (path_resolution(7)): past it no server could open the file either."""


class WalkedFile(Record):
    """A regular file of a walk, to be opened when its turn comes."""

    root: Root
    name: str
    """Path below the root by which a server would name it; empty where the root itself is the file."""
    real_name: str
    """Path below the root without any link."""

    @property
    def path(self) -> str:
        """What reports call the file."""
        return self.root.shown(self.name)

    def open(self) -> int:
        """Return a descriptor open for reading; raise `OSError` that says who was refused what."""
        return self.root.open_file(self.real_name)


def walk(
    root: str, *, server_path: str | None = None, most_entries: int = MOST_ENTRIES
) -> Iterator[WalkedFile | FileReport]:
    """Yield every file below `root` in a fixed order, and a report for whatever is no file or could not be looked at.

    `server_path` is where the server sees the root: absolute links below it resolve into the root, and reports name
    files there. Without it both are `root` itself. A root that is a file is walked as that one file.
    """
    walked = Root(root, root if server_path is None else server_path, server_path)
    try:
        kind = walked.kind()
    except OSError as error:
        yield _unreadable(walked.shown(""), error)
        return
    if stat.S_ISREG(kind):
        yield WalkedFile(root=walked, name="", real_name="")
    elif stat.S_ISDIR(kind):
        yield from _Walk(walked, most_entries).directory(())
    else:
        yield _special(walked.shown(""), kind)


class _Walk:
    """One walk: what is left of its limit, and the names that links have given to files already."""

    def __init__(self, root: Root, most_entries: int) -> None:
        self._root = root
        self._most_entries = most_entries
        self._left = most_entries
        self._named: set[tuple[str, str]] = set()

    def directory(self, parts: tuple[str, ...]) -> Iterator[WalkedFile | FileReport]:
        if self._left < 0:
            return
        try:
            entries = self._list(parts)
        except OSError as error:
            if not self._is_lost_and_found(parts, error):
                yield _unreadable(self._shown(parts), error)
            return
        if self._left < 0:
            detail = f"more than {self._most_entries:,} files and directories; the rest was not looked at"
            yield _unexamined(self._shown(parts), Reason.BUDGET, detail)
        for name, kind in entries:
            yield from self._entry((*parts, name), kind)

    def _list(self, parts: tuple[str, ...]) -> list[tuple[str, int]]:
        descriptor = self._root.open_directory(parts)
        try:
            with os.scandir(descriptor) as listing:
                entries = [(entry.name, _kind(entry)) for entry in islice(listing, self._left + 1)]
        finally:
            os.close(descriptor)
        allowed = self._left
        self._left -= len(entries)
        return sorted(entries)[:allowed]

    def _entry(self, parts: tuple[str, ...], kind: int) -> Iterator[WalkedFile | FileReport]:
        name = "/".join(parts)
        if stat.S_ISREG(kind):
            yield WalkedFile(root=self._root, name=name, real_name=name)
        elif stat.S_ISLNK(kind):
            yield from self._link(parts, name)
        elif not stat.S_ISDIR(kind):
            yield _special(self._shown(parts), kind)
        elif len(parts) > DEEPEST:
            detail = f"more than {DEEPEST} levels of directories; what is below was not looked at"
            yield _unexamined(self._shown(parts), Reason.BUDGET, detail)
        else:
            yield from self.directory(parts)

    def _link(self, parts: tuple[str, ...], name: str) -> Iterator[WalkedFile | FileReport]:
        try:
            real, kind = Resolution(self._root).resolve(parts)
        except Leaves as error:
            yield _leaves(self._shown(parts), error.target)
        except (FileNotFoundError, NotADirectoryError):
            return  # It leads to nothing, for the server as well.
        except OSError as error:
            yield _unreadable(self._shown(parts), error)
        else:
            # A directory is walked where it is. So is a file, but a loader that goes by names reads it by this one too.
            known = (real, parts[-1])
            if stat.S_ISREG(kind) and real.rpartition("/")[2] != parts[-1] and known not in self._named:
                self._named.add(known)
                yield WalkedFile(root=self._root, name=name, real_name=real)

    def _is_lost_and_found(self, parts: tuple[str, ...], error: OSError) -> bool:
        """Say whether this is the directory that ext4 makes for root in every volume, which no other uid can enter."""
        if parts != ("lost+found",) or not isinstance(error, PermissionError):
            return False
        found = self._root.status((), parts[0])
        return found.st_uid == 0 and not found.st_mode & 0o077

    def _shown(self, parts: tuple[str, ...]) -> str:
        return self._root.shown("/".join(parts))


class Leaves(Exception):
    """A link leads out of the root."""

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self.target = target


class Resolution:
    """One path being resolved inside the root, as path_resolution(7) says."""

    def __init__(self, root: Root) -> None:
        self._root = root
        self._links = 0
        self._target = ""

    def resolve(self, parts: Sequence[str]) -> tuple[str, int]:
        """Return the real path below the root and the mode; raise `Leaves` or `OSError`."""
        current: list[str] = []
        pending = deque(parts)
        kind = stat.S_IFDIR
        while pending:
            if not stat.S_ISDIR(kind):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            part = pending.popleft()
            if part == "..":
                self._ascend(current)
                continue
            kind = self._root.status(current, part).st_mode
            if stat.S_ISLNK(kind):
                kind = stat.S_IFDIR
                current = self._follow(current, self._root.target(current, part), pending)
            else:
                current.append(part)
        return "/".join(current), kind

    def _ascend(self, current: list[str]) -> None:
        if not current:
            raise Leaves(self._target)
        current.pop()

    def _follow(self, current: list[str], target: str, pending: deque[str]) -> list[str]:
        self._links += 1
        self._target = target
        if self._links > MOST_LINKS:
            raise OSError(errno.ELOOP, f"a chain of more than {MOST_LINKS} links was not followed")
        parts = parts_of(target)
        if not target.startswith("/"):
            pending.extendleft(reversed(parts))
            return current
        below = len(self._root.server_parts)
        if parts[:below] != self._root.server_parts:
            raise Leaves(target)
        pending.extendleft(reversed(parts[below:]))
        return []


def _kind(entry: os.DirEntry[str]) -> int:
    """Return the mode of an entry, from the listing alone where that suffices."""
    if entry.is_symlink():
        return stat.S_IFLNK
    if entry.is_dir(follow_symlinks=False):
        return stat.S_IFDIR
    if entry.is_file(follow_symlinks=False):
        return stat.S_IFREG
    return entry.stat(follow_symlinks=False).st_mode


def _special(path: str, kind: int) -> FileReport:
    what = next((name for is_kind, name in _SPECIAL if is_kind(kind)), "neither file nor directory")
    return _found(path, Finding(rule="special-file", evidence=what))


_SPECIAL = (
    (stat.S_ISFIFO, "FIFO"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISBLK, "block device"),
    (stat.S_ISCHR, "character device"),
)


def _leaves(path: str, target: str) -> FileReport:
    return _found(path, Finding(rule="link-leaves-volume", evidence=f"links to {target}"))


def _found(path: str, finding: Finding) -> FileReport:
    return FileReport(path=path, size=0, formats=(), findings=(finding,), parts=0)


def _unreadable(path: str, error: OSError) -> FileReport:
    return _unexamined(path, Reason.UNREADABLE, error.strerror or str(error))


def _unexamined(path: str, reason: Reason, detail: str) -> FileReport:
    gap = Gap(reason=reason, detail=detail, examined=Examined.NOT)
    return FileReport(path=path, size=0, formats=(), gaps=(gap,), parts=0)
