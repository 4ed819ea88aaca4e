"""What can be said of an import: the kinds, ordered from harmless to worst, and a judgement with its reason."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanners.imports.values import GlobalValue, Value


class Kind(IntEnum):
    """How far an imported name can be trusted; the higher value is the worse one, so that `max` combines spellings."""

    HARMLESS = 0
    """Exactly known; harmless however it is used: named, made anew, called, for any arguments and any state."""
    ARGUMENTS_MATTER = 1
    """Exactly known, and harmless only as real models use it: what `check_*` say decides."""
    NOT_RECOGNISED = 2
    """Not known, or known and used in a way no real model does: `import-not-recognised`."""
    REACHES_OUT = 3
    """Known to reach files, the network or other processes: `import-reaches-out`."""
    RUNS_CODE = 4
    """Known to run commands or code, or to lead to something that does: `import-runs-code`."""


class Judgement(NamedTuple):
    """A kind and why."""

    kind: Kind
    reason: str
    """One sentence for the evidence of a finding; empty for HARMLESS."""
    embedded: tuple[Value, ...] = ()
    """Arguments that the callable loads as a further pickle or torch file: to be examined as such."""
    result: GlobalValue | None = None
    """What the call returns where that is itself an import: `getattr(ZoneInfo, "_unpickle")`."""
    any_arguments: bool = False
    """True from `check_arguments` where it holds for all arguments: a caller may remember it for the callee."""


HARMLESS = Judgement(Kind.HARMLESS, "")
ALWAYS_HARMLESS = Judgement(Kind.HARMLESS, "", any_arguments=True)
