"""What the reports of a run add up to: one verdict, and the sentence that says why."""

from __future__ import annotations

from collections import Counter

from initcontainer.contract import NamedFinding, TerminationMessage, Verdict
from scanners.version import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from initcontainer.contract import GateConfig, GatedVolume
    from scanners.findings import FileReport, Finding, Gap, Severity

SAMPLES = 50
"""Findings of one rule that are kept for the message; more than fit into it."""


class Judgement:
    """Reports come in, and at any time there is a verdict: the one that holds if nothing worse comes."""

    def __init__(self, config: GateConfig, today: date | None) -> None:
        """Without `today`, no waiver holds."""
        self._config = config
        self._waivers = tuple(waiver for waiver in config.waivers if today is not None and waiver.until >= today)
        self._counts: Counter[Severity] = Counter()
        self._samples: dict[str, list[NamedFinding]] = {}
        self._first_gap = ""
        self._stopped = ""
        self.waived = 0
        self.gaps = 0
        self.files = 0
        self.bytes = 0

    def is_waived(self, finding: Finding, report: FileReport) -> bool:
        """Say whether a waiver that still holds accepts this finding."""
        return any(
            waiver.rule in {"", finding.rule} and waiver.sha256 in {"", report.sha256} for waiver in self._waivers
        )

    def add(self, report: FileReport) -> None:
        """Take in the report of one file, or of something that is none."""
        for finding in report.findings:
            if self.is_waived(finding, report):
                self.waived += 1
            else:
                self._keep(finding, report)
        for gap in report.gaps:
            self._note(f"{_place(report, gap)}: {gap.detail}")

    def count(self, report: FileReport) -> None:
        """Count one examined file."""
        self.files += 1
        self.bytes += report.size

    def add_empty(self, volume: GatedVolume) -> None:
        """Take in a volume without any file."""
        if not volume.may_be_empty:
            self._note(f"the volume at {volume.server_path} is empty")

    def stop(self, reason: str) -> None:
        """Take in that the run ended before it was done."""
        self._stopped = reason
        self._note(reason)

    @property
    def verdict(self) -> Verdict:
        """A finding at or above the threshold wins over what was not examined."""
        if any(severity >= self._config.fail_on for severity in self._counts):
            return Verdict.BLOCK
        if self.gaps:
            return Verdict.ERROR
        return Verdict.WARN if self._counts or self.waived else Verdict.PASS

    def message(self, milliseconds: int) -> TerminationMessage:
        """Return what the pod's status will tell."""
        return TerminationMessage(
            verdict=self.verdict,
            scanner=VERSION,
            policy=self._config.policy,
            policy_hash=self._config.policy_hash,
            counts=dict(self._counts),
            waived=self.waived,
            gaps=self.gaps,
            files=self.files,
            bytes=self.bytes,
            milliseconds=milliseconds,
            reason=self._reason(),
            findings=tuple(self._worst()),
        )

    def _keep(self, finding: Finding, report: FileReport) -> None:
        self._counts[finding.severity] += 1
        samples = self._samples.setdefault(finding.rule, [])
        if len(samples) < SAMPLES:
            named = NamedFinding(
                rule=finding.rule,
                severity=finding.severity,
                path=report.path,
                member=finding.member,
                name=finding.name or "",
            )
            samples.append(named)

    def _note(self, gap: str) -> None:
        self._first_gap = self._first_gap or gap
        self.gaps += 1

    def _worst(self) -> Iterator[NamedFinding]:
        """Yield the worst first and, of equally bad ones, one of each rule before a second of any."""
        ranked = (
            (-finding.severity, turn, rule, finding)
            for rule, samples in self._samples.items()
            for turn, finding in enumerate(samples)
        )
        for _, _, _, finding in sorted(ranked, key=lambda item: item[:3]):
            yield finding

    def _reason(self) -> str:
        if self._stopped:
            return self._stopped
        verdict = self.verdict
        if verdict is Verdict.BLOCK:
            worst = next(self._worst())
            return f"{worst.rule} {worst.name}".rstrip() + f" in {worst.path}"
        if verdict is Verdict.ERROR:
            return f"not examined: {self._first_gap}"
        if verdict is Verdict.WARN:
            below = f"{self._counts.total()} findings below {self._config.fail_on.name.lower()}"
            return f"{below}, {self.waived} waived"
        return f"{self.files} files examined, nothing found"


def _place(report: FileReport, gap: Gap) -> str:
    return f"{report.path}!{gap.member}" if gap.member else report.path
