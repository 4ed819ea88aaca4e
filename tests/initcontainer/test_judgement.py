"""What reports add up to."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from initcontainer.contract import GateConfig, GatedVolume, Verdict, Waiver
from initcontainer.judgement import SAMPLES, Judgement
from scanners.findings import Examined, FileReport, Finding, Gap, Reason, Severity
from scanners.records import replace

CONFIG = GateConfig(volumes=(GatedVolume(server_path="/m"),), policy="default", policy_hash="01234567")
TODAY = date(2026, 11, 22)
CRITICAL = Finding(rule="import-runs-code", evidence="", name="os.system")
HIGH = Finding(rule="polyglot", evidence="")
MEDIUM = Finding(rule="import-not-recognised", evidence="", name="a.B", member="data.pkl")
GAP = Gap(reason=Reason.MALFORMED, detail="broken", examined=Examined.PARTLY)


def _report(*findings: Finding, gaps: tuple[Gap, ...] = (), sha256: str | None = "ab" * 32) -> FileReport:
    return FileReport(path="/m/x", size=10, formats=("pickle",), findings=findings, gaps=gaps, sha256=sha256)


def _judge(config: GateConfig, *reports: FileReport) -> Judgement:
    judgement = Judgement(config, TODAY)
    for report in reports:
        judgement.add(report)
        judgement.count(report)
    return judgement


@pytest.mark.parametrize(
    ("report", "verdict"),
    [
        (_report(), Verdict.PASS),
        (_report(MEDIUM), Verdict.BLOCK),
        (_report(gaps=(GAP,)), Verdict.ERROR),
        (_report(MEDIUM, gaps=(GAP,)), Verdict.BLOCK),
    ],
)
def test_one_report_has_its_verdict(report: FileReport, verdict: Verdict) -> None:
    """The table of the design."""
    assert _judge(CONFIG, report).verdict is verdict


@pytest.mark.parametrize("threshold", Severity)
@pytest.mark.parametrize("finding", [CRITICAL, HIGH, MEDIUM])
def test_the_threshold_itself_blocks(threshold: Severity, finding: Finding) -> None:
    """At or above blocks, below warns."""
    verdict = _judge(replace(CONFIG, fail_on=threshold), _report(finding)).verdict
    assert verdict is (Verdict.BLOCK if finding.severity >= threshold else Verdict.WARN)


def test_the_order_of_reports_does_not_matter() -> None:
    """The worst counts, wherever it comes."""
    reports = (_report(), _report(gaps=(GAP,)), _report(MEDIUM), _report(CRITICAL))
    for order in permutations(reports):
        message = _judge(CONFIG, *order).message(5)
        assert message.verdict is Verdict.BLOCK
        assert message.findings[0].rule == "import-runs-code"
        assert (message.files, message.bytes, message.gaps, message.milliseconds) == (4, 40, 1, 5)


def test_a_waiver_holds_on_its_last_day_and_not_after() -> None:
    """`until` includes its day."""
    for until, verdict in ((TODAY, Verdict.WARN), (date(2026, 11, 21), Verdict.BLOCK)):
        config = replace(CONFIG, waivers=(Waiver(rule="import-not-recognised", until=until),))
        assert _judge(config, _report(MEDIUM)).verdict is verdict


def test_a_waiver_of_a_file_needs_the_digest_of_the_file() -> None:
    """A link or a device has none, and an empty digest matches nothing."""
    config = replace(CONFIG, waivers=(Waiver(sha256="ab" * 32, until=TODAY),))
    assert _judge(config, _report(CRITICAL)).verdict is Verdict.WARN
    assert _judge(config, _report(CRITICAL, sha256=None)).verdict is Verdict.BLOCK
    assert _judge(config, _report(CRITICAL, sha256="")).verdict is Verdict.BLOCK


def test_a_waiver_of_one_rule_leaves_the_others() -> None:
    """Two things may be wrong with a file."""
    config = replace(CONFIG, waivers=(Waiver(rule="import-not-recognised", until=TODAY),))
    message = _judge(config, _report(MEDIUM, HIGH)).message(0)
    assert message.verdict is Verdict.BLOCK
    assert (message.waived, dict(message.counts)) == (1, {Severity.HIGH: 1})
    assert [finding.rule for finding in message.findings] == ["polyglot"]


def test_the_worst_come_first_and_every_rule_before_a_second_of_any() -> None:
    """A message has room for few; a thousand of one rule must not hide another."""
    many = [replace(CRITICAL, member=str(index)) for index in range(1000)]
    other = Finding(rule="extension-disagrees", evidence="")
    message = _judge(CONFIG, _report(*many, MEDIUM, MEDIUM, other, HIGH)).message(0)
    rules = [finding.rule for finding in message.findings]
    assert rules[:SAMPLES] == ["import-runs-code"] * SAMPLES
    assert rules[SAMPLES:] == ["polyglot", "extension-disagrees", "import-not-recognised", "import-not-recognised"]
    assert message.counts[Severity.CRITICAL] == 1000


def test_an_early_end_is_an_error_whatever_was_seen() -> None:
    """Half a scan is no scan."""
    judgement = _judge(CONFIG, _report())
    judgement.stop("the gate was interrupted")
    assert judgement.verdict is Verdict.ERROR
    assert judgement.message(0).reason == "the gate was interrupted"


def test_reasons_say_what_decided() -> None:
    """One sentence, for the pod's status."""
    config = replace(CONFIG, fail_on=Severity.HIGH)
    assert _judge(CONFIG, _report()).message(0).reason == "1 files examined, nothing found"
    assert _judge(CONFIG, _report(MEDIUM)).message(0).reason == "import-not-recognised a.B in /m/x"
    assert _judge(CONFIG, _report(HIGH)).message(0).reason == "polyglot in /m/x"
    assert _judge(config, _report(MEDIUM)).message(0).reason == "1 findings below high, 0 waived"
    inner = replace(GAP, member="a!b")
    assert _judge(CONFIG, _report(gaps=(inner,))).message(0).reason == "not examined: /m/x!a!b: broken"
