"""A source read in pages that are kept for a while: for readers that take a few bytes here and a few there."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanners.sources import Source

_PAGE = 1 << 16


class PagedSource:
    """
    Another source, of which the pages read last stay in memory.

    A read of a page costs a system call, or, in a compressed part, all inflating up to there; most reads then cost a
    slice. Reads longer than two pages go to the other source directly.
    """

    __slots__ = ("_base", "_kept", "_pages")

    def __init__(self, base: Source, kept: int) -> None:
        self._base = base
        self._kept = kept
        self._pages: OrderedDict[int, bytes] = OrderedDict()

    @property
    def size(self) -> int:
        """Length of the other source."""
        return self._base.size

    def read(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes from `offset`."""
        if length > 2 * _PAGE:
            return self._base.read(offset, length)
        number, start = divmod(offset, _PAGE)
        data = self._page(number)[start : start + length]
        while len(data) < length:
            number += 1
            page = self._page(number)
            if not page:
                break
            data += page[: length - len(data)]
        return data

    def _page(self, number: int) -> bytes:
        page = self._pages.get(number)
        if page is None:
            page = self._base.read(number * _PAGE, _PAGE)
            self._pages[number] = page
            if len(self._pages) > self._kept:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page
