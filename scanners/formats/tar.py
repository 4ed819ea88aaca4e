"""
tar archives that no more special reader claims: `.nemo`, `.tar.gz` downloads, `.mar` of old TorchServe.

Everything is done by `scanners.archives.tar_walk`; what members are is for their content to say.
"""

from __future__ import annotations

from scanners.archives.tar_walk import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded, Finding, Gap
    from scanners.formats import Part


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what is wrong with the archive, and its members."""
    yield from walk(part.source, part.budget, lambda _: None)
