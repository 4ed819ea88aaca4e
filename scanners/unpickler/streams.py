"""All streams of a source: several pickles one after the other, and what stands behind or between them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanners.findings import Finding
from scanners.unpickler.machine import Machine
from scanners.unpickler.plausible import looks_like_pickle
from scanners.unpickler.reading import Stopped
from scanners.sources import SliceSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.sources import Source
    from scanners.unpickler.facts import Fact
    from scanners.unpickler.listening import Listener

_SEARCH = 1 << 18
_START = re.compile(rb"\x80[\x00-\x05]|c[^\n]{1,100}\n[^\n]{1,100}\n", re.DOTALL)
_MOST_STARTS = 1000
"""Places behind the first stream at which a further one is tried."""


def read_streams(source: Source, listener: Listener, offset: int = 0) -> Iterator[Fact]:
    """
    Run every stream of a source from an offset on.

    Raises `Stopped` at the end where a stream broke: what came before it has run, and has been reported.
    """
    broken: Stopped | None = None
    while True:
        machine = Machine(source, offset, listener)
        try:
            yield from machine.run()
        except Stopped as error:
            broken = broken or error
        behind = machine.offset if broken is None else max(broken.offset, machine.at + 1)
        if broken is None and not source.read(behind, 1):
            return
        following = behind if _follows(source, behind) and broken is None else None
        if following is None:
            if broken is None:
                yield _trailing(source, behind)
            following = _search(source, behind)
        if following is None:
            break
        offset = following
    if broken is not None:
        raise broken


def _follows(source: Source, offset: int) -> bool:
    return looks_like_pickle(SliceSource(source, offset, 1 << 62), named=False)


def _search(source: Source, offset: int) -> int | None:
    """Return where a further stream that does something stands behind others' bytes."""
    tried = 0
    while window := source.read(offset, _SEARCH):
        for match in _START.finditer(window):
            tried += 1
            if tried > _MOST_STARTS:
                return None
            if _follows(source, offset + match.start()):
                return offset + match.start()
        if len(window) < _SEARCH:
            return None
        offset += len(window) - 256
    return None


def _trailing(source: Source, offset: int) -> Finding:
    sample = source.read(offset, 16)
    return Finding(rule="bytes-after-stop", evidence=f"begins with {sample.hex(' ')}", offset=offset)
