"""A directory tree opened one component at a time, so that nothing that is renamed or replaced meanwhile leads out of it.

Paths are never joined and handed to the system: every directory on the way is opened by descriptor and with O_NOFOLLOW,
every file with O_NONBLOCK as well, so that a FIFO put in its place cannot hold the scanner up.
"""

from __future__ import annotations

import errno
import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

PATH_ONLY: int = getattr(os, "O_PATH", os.O_RDONLY)
"""Enough to pass through a directory; where the system has no O_PATH (macOS), it must be readable as well."""

_FLAGS = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_DIRECTORY = _FLAGS | os.O_DIRECTORY


class Root:
    """The directory that is walked; everything in it is opened from here, one component at a time."""

    __slots__ = ("_descriptor", "_path", "_shown", "server_parts")

    def __init__(self, path: str, shown: str, server_path: str | None) -> None:
        self._shown = shown.rstrip("/") or "/"
        # The root is the operator's choice and may itself be reached through links.
        self._path = os.path.realpath(path)
        self.server_parts = parts_of(server_path or self._path)
        self._descriptor: int | None = None

    def __del__(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)

    def shown(self, name: str) -> str:
        """Return what reports call a path below the root."""
        return f"{self._shown.rstrip('/')}/{name}" if name else self._shown

    def kind(self) -> int:
        """Look at the root and return its mode; raise `OSError` where that cannot be done."""
        mode = os.lstat(self._path).st_mode
        if stat.S_ISDIR(mode):
            self._descriptor = _open(self._path, PATH_ONLY | _DIRECTORY)
        return mode

    def open_file(self, name: str) -> int:
        """Open a regular file below the root, or the root itself where `name` is empty."""
        if not name:
            return _open(self._path, os.O_RDONLY | _FLAGS)
        *parents, last = name.split("/")
        parent = self.open_directory(parents, PATH_ONLY)
        try:
            return _open(last, os.O_RDONLY | _FLAGS, parent)
        finally:
            os.close(parent)

    def status(self, directory: Sequence[str], name: str) -> os.stat_result:
        """Look at an entry of a directory below the root, without following it if it is a link."""
        descriptor = self.open_directory(directory, PATH_ONLY)
        try:
            return os.stat(name, dir_fd=descriptor, follow_symlinks=False)
        except PermissionError as error:
            raise PermissionError(error.errno, _refusal(name, descriptor)) from error
        finally:
            os.close(descriptor)

    def target(self, directory: Sequence[str], name: str) -> str:
        """Return where a link below the root says that it leads."""
        descriptor = self.open_directory(directory, PATH_ONLY)
        try:
            return os.readlink(name, dir_fd=descriptor)
        finally:
            os.close(descriptor)

    def open_directory(self, parts: Sequence[str], access: int = os.O_RDONLY) -> int:
        """Open a directory below the root, refusing links on the way."""
        descriptor = _open(".", (PATH_ONLY if parts else access) | _DIRECTORY, self._descriptor)
        for index, part in enumerate(parts):
            wanted = access if index == len(parts) - 1 else PATH_ONLY
            try:
                inner = _open(part, wanted | _DIRECTORY, descriptor)
            finally:
                os.close(descriptor)
            descriptor = inner
        return descriptor


def parts_of(path: str) -> list[str]:
    """Return the components of a path, without the empty ones and `.`."""
    return [part for part in path.split("/") if part not in {"", "."}]


def _open(name: str, flags: int, directory: int | None = None) -> int:
    try:
        return os.open(name, flags, dir_fd=directory)
    except PermissionError as error:
        raise PermissionError(error.errno, _refusal(name, directory)) from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "it was replaced by a link while it was looked at") from error
        raise


def _refusal(name: str, directory: int | None) -> str:
    """Say which uid met which mode."""
    groups = ",".join(str(group) for group in sorted({os.getegid(), *os.getgroups()}))
    who = f"uid {os.geteuid()} (groups {groups})"
    try:
        met, what = os.stat(name, dir_fd=directory, follow_symlinks=False), "read it"
    except OSError:
        if directory is None:
            return f"{who} may not enter a directory on the way to it"
        met, what = os.fstat(directory), "enter its directory"
    mode = f"mode {stat.S_IMODE(met.st_mode):04o}, owner {met.st_uid}:{met.st_gid}"
    return f"{who} may not {what}: {mode}; run as that uid or group, or change the mode"
