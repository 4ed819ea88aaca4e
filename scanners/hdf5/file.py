"""
Open a part as an HDF5 file.

h5py reads through a Python file object (the HDF5 library's `fileobj` driver), so that parts inside archives are read where
they lie, and the library is never told a path that it could build others from.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from scanners.formats import Malformed
from scanners.pages import PagedSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    import h5py

    from scanners.sources import Source

SIGNATURE = b"\x89HDF\r\n\x1a\n"
"""https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html, section II.A."""
_FIRST_USER_BLOCK = 512
_PAGES = 512
"""Pages of 64 KiB that are kept: metadata lies all over a file, and the library comes back to it."""


class SourceFile(io.RawIOBase):
    """A `Source` with the interface of a file that is only read."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        self._position = 0

    def readable(self) -> bool:
        """Say that the file can be read."""
        return True

    def seekable(self) -> bool:
        """Say that the file has positions."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._source.size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed asks for any buffer; h5py gives this one
        """Fill a buffer; past the end nothing is filled."""
        data = self._source.read(self._position, len(buffer))
        # h5py 3.11 gives a view of Cython's own, which takes no empty slice.
        memoryview(buffer)[: len(data)] = data
        self._position += len(data)
        return len(data)


def signatures(source: Source) -> Iterator[int]:
    """Yield the offsets where a superblock may stand and does: 0, 512, 1024, and on by doubling."""
    offset = 0
    while offset + len(SIGNATURE) <= source.size:
        if source.read(offset, len(SIGNATURE)) == SIGNATURE:
            yield offset
        offset = offset * 2 or _FIRST_USER_BLOCK


def open_file(source: Source) -> h5py.h5f.FileID:
    """Open the file for reading; raise `Malformed` where the HDF5 library refuses it."""
    import h5py

    try:
        return h5py.File(SourceFile(PagedSource(source, _PAGES)), "r").id
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        raise Malformed(0, "an HDF5 file", str(error)) from error
