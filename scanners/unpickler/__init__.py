"""The pickle machine: an abstract interpreter that does what the real unpicklers would, and calls nothing.

`read_streams` runs every stream of a source and reports; `looks_like_pickle` tells whether to.
"""

from __future__ import annotations

from scanners.doors import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanners.unpickler.facts import Fact, Nested
    from scanners.unpickler.judging import Judge
    from scanners.unpickler.plausible import is_torch_legacy, looks_like_pickle
    from scanners.unpickler.reading import Stopped
    from scanners.unpickler.streams import Stream, read_scattered, read_streams

__getattr__ = door(
    __name__,
    {
        "facts": ("Fact", "Nested"),
        "judging": ("Judge",),
        "plausible": ("is_torch_legacy", "looks_like_pickle"),
        "reading": ("Stopped",),
        "streams": ("Stream", "read_scattered", "read_streams"),
    },
)

__all__ = [
    "Fact",
    "Judge",
    "Nested",
    "Stopped",
    "Stream",
    "is_torch_legacy",
    "looks_like_pickle",
    "read_scattered",
    "read_streams",
]
