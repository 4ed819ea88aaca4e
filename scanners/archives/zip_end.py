"""Whether bytes may be a ZIP file at all, which every file is asked: readers look for it from the end."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanners.sources import Source

END_SIGNATURE = b"PK\x05\x06"
END_BYTES = 22
"""Length of an end record without its comment (APPNOTE.TXT 4.3.16)."""
TAIL = END_BYTES + 0xFFFF
"""How far from the end of a file an end record can start: its own bytes and the longest comment."""


def may_be_zip(source: Source) -> bool:
    """Say whether the signature of an end record stands where readers look for it."""
    return END_SIGNATURE in source.read(max(0, source.size - TAIL), TAIL)
