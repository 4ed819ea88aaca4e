"""The engine: identify a part, read it, and read in turn what it holds.

This is the one place where formats meet: `READERS` names a reader for every format, or says that there is none yet.
It is also the border for errors: whatever a file does to its reader, a `FileReport` comes out.
"""

from __future__ import annotations

from scanners.findings import Embedded, Examined, FileReport, Finding, Gap, Reason
from scanners.formats import Format, Malformed, Part
from scanners.identify import EXPECTED, identify
from scanners.limits import Budget, BudgetExceeded, Limits, OutOfTime
from scanners.readers import NATIVE, READERS
from scanners.records import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scanners.neighbours import Neighbours
    from scanners.sources import Source

MAX_STATEMENTS = 10_000
"""Findings and gaps kept for one file; a flood past it is a gap of its own."""

_HASH_CHUNK = 1 << 20
_PASSIVE = frozenset({Format.INERT, Format.TENSOR_DATA})
_JSON = frozenset(
    {
        Format.COREML_MANIFEST,
        Format.KERAS_CONFIG,
        Format.MODEL_CONFIG,
        Format.MXNET,
        Format.NOTEBOOK,
        Format.PADDLE_JSON,
        Format.XGBOOST_JSON,
    }
)
"""One document in one notation, of which two loaders take different keys: no polyglot."""


class _Flood(Exception):
    """More findings than a person, a log or a metric could take."""


def examine(
    source: Source,
    path: str,
    *,
    limits: Limits | None = None,
    allowed_imports: Iterable[str] = (),
    hash_findings: bool = True,
    before_native: Callable[[], None] | None = None,
    neighbours: Neighbours | None = None,
) -> FileReport:
    """
    Examine one file and everything inside it.

    `path` is what the report calls the file; its last component is the name that loaders which go by names would see.
    `hash_findings` adds the digest of files with a finding, which waivers by digest need. `before_native` is called
    before bytes are given to a library that is written in C. `neighbours` are the files beside it, which models refer to. Never raises for what the bytes are: what could not be read
    is a `Gap` of the report.
    """
    examination = _Examination(Budget(limits or Limits()), frozenset(allowed_imports), before_native)
    examination.run(source, path.rsplit("/", 1)[-1], neighbours)
    gaps = tuple(examination.gaps)
    try:
        size = source.size
        digest = _digest(source) if hash_findings and examination.findings else None
    except (OSError, BudgetExceeded) as error:
        size, digest = 0, None
        gaps += (Gap(reason=Reason.UNREADABLE, detail=str(error), examined=Examined.NOT),)
    return FileReport(
        path=path,
        size=size,
        formats=tuple(examination.formats),
        findings=tuple(examination.findings.values()),
        gaps=gaps,
        parts=examination.parts,
        sha256=digest,
    )


class _Examination:
    """What is known of one file while it is being read."""

    def __init__(
        self, budget: Budget, allowed_imports: frozenset[str], before_native: Callable[[], None] | None
    ) -> None:
        self._budget = budget
        self._allowed_imports = allowed_imports
        self._before_native = before_native
        self.findings: dict[tuple[str, str, str | None, str], Finding] = {}
        self.gaps: list[Gap] = []
        self.formats: list[str] = []
        self.parts = 0

    def run(self, source: Source, name: str, neighbours: Neighbours | None) -> None:
        part = Part(
            source=source,
            name=name,
            budget=self._budget,
            allowed_imports=self._allowed_imports,
            neighbours=neighbours,
        )
        try:
            self._part(part, ())
        except BudgetExceeded as error:
            self.gaps.append(Gap(reason=Reason.BUDGET, detail=str(error)))
        except OutOfTime as error:
            self.gaps.append(Gap(reason=Reason.BUDGET, detail=str(error), examined=Examined.NOT))
        except _Flood:
            detail = f"more than {MAX_STATEMENTS:,} findings; the rest of the file was not examined"
            self.gaps.append(Gap(reason=Reason.BUDGET, detail=detail))

    def _part(self, part: Part, members: tuple[str, ...]) -> None:
        self.parts += 1
        if len(members) > self._budget.limits.depth:
            raise BudgetExceeded("levels of nesting", self._budget.limits.depth)
        formats = self._identify(part, members)
        if not members:
            self.formats = [format_.value for format_ in formats]
        for finding in _disagreements(part, formats):
            self._keep(finding, members)
        for format_ in formats:
            self._read(part, format_, members)

    def _identify(self, part: Part, members: tuple[str, ...]) -> tuple[Format, ...]:
        try:
            found = identify(part)
        except (OSError, Malformed) as error:
            self._keep(_gap(error), members)
            return () if part.declared is None else (part.declared,)
        except BudgetExceeded:
            raise
        except Exception as error:  # noqa: BLE001 - the border: a fault of ours must not pass for a clean file
            self._keep(_fault(error), members)
            found = ()
        if part.declared is None or part.declared in _PASSIVE or part.declared in found:
            return found
        meaningful = tuple(format_ for format_ in found if format_ not in (*_PASSIVE, Format.UNKNOWN))
        return (part.declared, *meaningful)

    def _read(self, part: Part, format_: Format, members: tuple[str, ...]) -> None:
        if format_ in _PASSIVE:
            return
        reader = READERS[format_]
        if reader is None:
            self._keep(_unread(format_), members)
            return
        if format_ in NATIVE and self._before_native is not None:
            self._before_native()
        try:
            for fact in reader(part):
                if isinstance(fact, Embedded):
                    self._part(self._inner(part, fact, format_), (*members, fact.member))
                else:
                    self._keep(fact, members)
        except (OSError, Malformed) as error:
            self._keep(_gap(error), members)
        except (BudgetExceeded, _Flood):
            raise
        except Exception as error:  # noqa: BLE001 - the border: a fault of ours must not pass for a clean file
            self._keep(_fault(error), members)

    def _inner(self, part: Part, fact: Embedded, container: Format) -> Part:
        return replace(
            part,
            source=fact.source,
            name=fact.member.rsplit("/", 1)[-1],
            container=container,
            declared=fact.format,
            neighbours=None,
        )

    def _keep(self, fact: Finding | Gap, members: tuple[str, ...]) -> None:
        prefix = "!".join(members)
        member = "!".join(filter(None, (prefix, fact.member)))
        if isinstance(fact, Finding):
            self.findings.setdefault((fact.rule, member, fact.name, fact.evidence), replace(fact, member=member))
        else:
            examined = min(fact.examined, Examined.PARTLY) if members else fact.examined
            self.gaps.append(replace(fact, member=member, examined=examined))
        if len(self.findings) + len(self.gaps) >= MAX_STATEMENTS:
            raise _Flood


def _disagreements(part: Part, formats: tuple[Format, ...]) -> Iterable[Finding]:
    active = [format_ for format_ in formats if format_ not in _PASSIVE]
    if len(active) > 1 and not _JSON.issuperset(active):
        names = " and ".join(format_.value for format_ in active)
        yield Finding(rule="polyglot", evidence=f"read as {names}")
    suffix = part.name[part.name.rfind(".") :].lower() if "." in part.name else ""
    expected = EXPECTED.get(suffix)
    if expected is None or not active or expected.intersection(formats) or Format.UNKNOWN in formats:
        return
    found = " and ".join(format_.value for format_ in active)
    yield Finding(rule="extension-disagrees", evidence=f"{suffix} file that is {found}", name=suffix)


def _unread(format_: Format) -> Gap:
    if format_ is Format.UNKNOWN:
        detail = "the content is of no known format; what loads it may run code"
        return Gap(reason=Reason.NOT_RECOGNISED, detail=detail, examined=Examined.NOT)
    detail = f"{format_.value} is recognised, but this version has no reader for it"
    return Gap(reason=Reason.NO_READER_YET, detail=detail, examined=Examined.NOT)


def _gap(error: OSError | Malformed) -> Gap:
    if isinstance(error, Malformed):
        detail = f"expected {error.expected}, found {error.found}"
        return Gap(reason=Reason.MALFORMED, detail=detail, offset=error.offset)
    return Gap(reason=Reason.UNREADABLE, detail=error.strerror or str(error), examined=Examined.NOT)


def _fault(error: Exception) -> Gap:
    import traceback

    where = traceback.extract_tb(error.__traceback__)[-1]
    detail = f"{type(error).__name__} in {where.name} ({where.filename.rsplit('/', 1)[-1]}:{where.lineno}): {error}"
    return Gap(reason=Reason.INTERNAL_ERROR, detail=detail, examined=Examined.NOT)


def _digest(source: Source) -> str:
    import hashlib

    digest = hashlib.sha256()
    for offset in range(0, source.size, _HASH_CHUNK):
        digest.update(source.read(offset, _HASH_CHUNK))
    return digest.hexdigest()
