"""What comes out of reading a stream: findings, gaps, and further pickles that a call would load."""

from __future__ import annotations

from scanners.findings import Finding, Gap
from scanners.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanners.sources import Source


class Nested(Record):
    """Bytes that a call in the stream loads as a pickle or torch file."""

    source: Source
    member: str


Fact = Finding | Gap | Nested
