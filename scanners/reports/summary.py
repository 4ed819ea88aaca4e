"""What a run adds up to: counts, and the exit code they mean."""

from __future__ import annotations

from collections import Counter

from scanners.findings import Examined, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanners.findings import FileReport

EXIT_CLEAN = 0
EXIT_FINDINGS = 1
EXIT_NOT_EXAMINED = 2
EXIT_NOTHING = 3
EXIT_USAGE = 4


class Summary:
    """Counts over all files of a run, added to as reports come in."""

    def __init__(self) -> None:
        self.files = 0
        self.bytes = 0
        self.parts = 0
        self.severities: Counter[Severity] = Counter()
        self.rules: Counter[tuple[str, Severity]] = Counter()
        self.examined: Counter[Examined] = Counter()

    def add(self, report: FileReport) -> None:
        """Count one file."""
        self.files += 1
        self.bytes += report.size
        self.parts += report.parts
        self.severities.update(finding.severity for finding in report.findings)
        self.rules.update((finding.rule, finding.severity) for finding in report.findings)
        self.examined[report.examined] += 1

    def exit_code(self, fail_on: Severity) -> int:
        """Return ModelScan's code: findings at or above the threshold win over what was not examined."""
        if any(count and severity >= fail_on for severity, count in self.severities.items()):
            return EXIT_FINDINGS
        if self.examined[Examined.PARTLY] or self.examined[Examined.NOT]:
            return EXIT_NOT_EXAMINED
        return EXIT_CLEAN if self.files else EXIT_NOTHING

    def sentence(self) -> str:
        """Return one line for a person."""
        findings = ", ".join(f"{self.severities[level]} {level.name}" for level in reversed(Severity))
        unexamined = self.examined[Examined.PARTLY] + self.examined[Examined.NOT]
        tail = f"; {unexamined} not fully examined" if unexamined else ""
        return f"{self.files} {'file' if self.files == 1 else 'files'}, {_bytes(self.bytes)}: findings {findings}{tail}"


def _bytes(count: int) -> str:
    size = float(count)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < 1024 or unit == "GiB":
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1024
    raise AssertionError("unreachable")
