"""Limits are given, never global: `Limits` is what the operator allows, `Budget` what is left of it for one file."""

from __future__ import annotations

from scanners.records import Record

_BYTES_FOR_SECONDS = 64 << 20
_MOST_TIMES = 60
"""A file with a hole of a terabyte in it must not buy a month."""


class BudgetExceeded(Exception):
    """A limit was reached; the engine turns it into a `Gap` with reason `budget`."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(what, limit)
        self.what = what
        self.limit = limit

    def __str__(self) -> str:
        return f"more than {self.limit:,} {self.what}; raise the limit only if you trust where the file comes from"


class OutOfTime(BaseException):
    """
    The processor time of one file is used up.

    It is raised wherever the code happens to be, so that nothing that takes an exception for a fault of the file may
    catch it; the engine turns it into a `Gap` with reason `budget`.
    """

    def __str__(self) -> str:
        return (
            "it took more processor time than a file of its size may cost; "
            "raise --max-seconds only if you trust where it comes from"
        )


class Limits(Record):
    """What one file may cost. Frozen and self-validating: a limit below one would examine nothing."""

    inflated_bytes: int = 64 << 30
    """Bytes that all compressed parts of one file may inflate to together."""
    ratio: int = 1000
    """Inflated bytes for each compressed byte of one part, once it is past 16 MiB."""
    depth: int = 8
    """How many containers may be nested."""
    members: int = 1_000_000
    """Members of all archives of one file together."""
    seconds: int = 60
    """Processor time of a file of up to 64 MiB; larger ones have more in proportion, up to sixty times as much."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) < 1:
                raise ValueError(f"limit {name} must be at least 1, not {getattr(self, name)}")

    def seconds_for(self, size: int) -> int:
        """Return the processor time that a file of `size` bytes may cost."""
        return self.seconds * min(_MOST_TIMES, max(1, size // _BYTES_FOR_SECONDS))


class Budget:
    """What is left of the limits for one file, spent across all nesting."""

    __slots__ = ("_inflated", "_members", "limits")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._inflated = 0
        self._members = 0

    def spend_inflated(self, count: int) -> None:
        """Account for `count` bytes that came out of a decompressor; raise `BudgetExceeded` past the limit."""
        self._inflated += count
        if self._inflated > self.limits.inflated_bytes:
            raise BudgetExceeded("inflated bytes", self.limits.inflated_bytes)

    def spend_member(self) -> None:
        """Account for one archive member; raise `BudgetExceeded` past the limit."""
        self._members += 1
        if self._members > self.limits.members:
            raise BudgetExceeded("archive members", self.limits.members)
