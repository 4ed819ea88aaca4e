"""
What there was before GGUF: ggml, ggmf, ggjt and ggla files.

A vocabulary, then tensors, each behind its own few words. All of it must be accounted for, see `scanners.gguf.ggml`.
"""

from __future__ import annotations

from scanners.gguf.ggml import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.findings import Embedded, Finding, Gap
    from scanners.formats import Part


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Walk the file to its end; raise `Malformed` where bytes are left that no layout accounts for."""
    walk(part.source)
    yield from ()
