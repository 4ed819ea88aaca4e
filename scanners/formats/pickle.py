"""
Pickle streams of protocols 0 to 5, one or several, with whatever stands between and behind them.

Opcodes: https://docs.python.org/3/library/pickletools.html. Payloads of bytes and arrays are passed over, not read.
"""

from __future__ import annotations

from scanners.findings import Embedded, Finding, Gap
from scanners.formats import Format, Malformed
from scanners.unpickler import Judge, Nested, Stopped, read_streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.formats import Part

_WITH_PERSISTENT_IDS = frozenset({Format.TORCH_ZIP, Format.TORCH_TAR, Format.TORCH_LEGACY})


def read(part: Part) -> Iterator[Finding | Gap | Embedded]:
    """Yield what the streams would do to who loads them."""
    judge = Judge(
        part.source,
        part.allowed_imports,
        persistent_ids=part.container in _WITH_PERSISTENT_IDS,
    )
    try:
        for fact in read_streams(part.source, judge):
            yield Embedded(source=fact.source, member=fact.member) if isinstance(fact, Nested) else fact
    except Stopped as error:
        raise Malformed(error.offset, error.expected, error.found) from error
