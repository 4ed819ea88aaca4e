"""The words every scanner speaks: severities, findings, gaps, embedded parts, reports."""

from __future__ import annotations

from enum import IntEnum, StrEnum

from scanners.records import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanners.formats import Format
    from scanners.sources import Source


class Severity(IntEnum):
    """How bad a broken rule is. The names and their meaning are ModelScan's (its docs/severity_levels.md)."""

    LOW = 1
    """Hygiene: nothing runs, but a careful publisher would not ship it."""
    MEDIUM = 2
    """Not recognised, and so not trusted."""
    HIGH = 3
    """Reaches files or the network on load, or runs code when the model is used."""
    CRITICAL = 4
    """Code chosen by the author of the file runs when the file is loaded."""


class Examined(IntEnum):
    """How much of a file was looked at; the higher value is the worse one, so that `max` combines parts."""

    FULLY = 0
    PARTLY = 1
    NOT = 2


class Reason(StrEnum):
    """Why something was not, or not fully, examined."""

    UNREADABLE = "unreadable"
    """The operating system refused the bytes."""
    NOT_A_FILE = "not-a-file"
    """A device, socket, FIFO or the like."""
    NO_READER_YET = "no-reader-yet"
    """The format is recognised, but this version does not read it."""
    NOT_RECOGNISED = "not-recognised"
    """The content is of no format that this version knows."""
    MALFORMED = "malformed"
    """The bytes break their format's specification in a way that hides what follows."""
    ENCRYPTED = "encrypted"
    """The bytes are there, their meaning is not."""
    UNKNOWN_COMPRESSION = "unknown-compression"
    """A compression method that this version does not read."""
    BUDGET = "budget"
    """A limit of `Limits` was reached."""
    WORKER_DIED = "worker-died"
    """The worker process ended before it answered."""
    INTERNAL_ERROR = "internal-error"
    """A fault of the scanner itself; please report it."""
    CHANGED = "changed-while-read"
    """The file grew, shrank or was replaced between two reads."""


class Finding(Record):
    """One rule broken at one place."""

    rule: str
    """Id of the rule, a key of `scanners.rules.RULES`, which gives severity, title and remedy."""
    evidence: str
    """What was seen, in words of the format; hostile text, escaped where it is shown."""
    offset: int | None = None
    """Byte offset within the innermost member, None where no single byte is to blame."""
    name: str | None = None
    """The dotted name (`os.system`), class, operator or key the finding is about, for waivers and grouping."""
    member: str = ""
    """Where inside the file: member names joined by `!`, outermost first; empty for the file itself."""

    @property
    def severity(self) -> Severity:
        """The severity of the rule."""
        from scanners.rules import RULES

        return RULES[self.rule].severity


class Gap(Record):
    """Something that was not examined, and why. Never a log line, always part of the report."""

    reason: Reason
    detail: str
    """One sentence for a person: what stood in the way and, where there is one, the remedy."""
    examined: Examined = Examined.PARTLY
    """PARTLY where the rest of the part was read, NOT where nothing of it was."""
    offset: int | None = None
    member: str = ""


class Embedded(Record):
    """A part inside another: the engine identifies and reads it in turn, so that no format imports another."""

    source: Source
    member: str
    """Name of the part inside its container, as the container spells it."""
    format: Format | None = None
    """What the container's loader takes it for (torch unpickles `data.pkl` whatever its bytes look like); None: by content."""


class FileReport(Record):
    """All that was found out about one file."""

    path: str
    """As given by the caller, joined with `/`; bytes that are not UTF-8 stand as surrogate escapes."""
    size: int
    """Bytes on disk; 0 where it could not be read."""
    formats: tuple[str, ...]
    """What the file was read as; more than one for a polyglot, `inert` where it can carry no code."""
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    parts: int = 1
    """The file itself and all parts embedded in it that were examined."""
    sha256: str | None = None
    """Hexadecimal digest of the whole file, only for files with a finding: waivers by digest need it."""

    @property
    def examined(self) -> Examined:
        """The worst of the gaps."""
        return max((gap.examined for gap in self.gaps), default=Examined.FULLY)

    @property
    def severity(self) -> Severity | None:
        """The worst severity found, None where nothing was."""
        return max((finding.severity for finding in self.findings), default=None)
