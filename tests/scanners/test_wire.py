"""Workers' answers: what goes out comes back, and nothing else comes in."""

import json

import pytest

from scanners.findings import Examined, FileReport, Finding, Gap, Reason
from scanners.wire import report_from_json, report_to_json

REPORT = FileReport(
    path="models/\udcff\x1b[31m.pkl",
    size=12,
    formats=("pickle",),
    findings=(Finding(rule="import-runs-code", evidence="os.system", name="os.system", offset=3, member="a!b"),),
    gaps=(Gap(reason=Reason.MALFORMED, detail="broken", examined=Examined.PARTLY, offset=5),),
    parts=2,
    sha256="0" * 64,
)


def test_round_trip() -> None:
    """Every field survives, hostile names included."""
    assert report_from_json(json.loads(json.dumps(report_to_json(REPORT)))) == REPORT


def _changed(**fields):
    return {**report_to_json(REPORT), **fields}


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        _changed(path=1),
        _changed(size_bytes=True),
        _changed(size_bytes="12"),
        _changed(formats=[1]),
        _changed(findings={}),
        _changed(findings=[{"rule": "no-such-rule", "evidence": "", "member": ""}]),
        _changed(gaps=[{"reason": "no-such-reason", "examined": "NOT", "detail": "", "member": ""}]),
        _changed(gaps=[{"reason": "malformed", "examined": "YES", "detail": "", "member": ""}]),
        _changed(sha256=1),
    ],
    ids=repr,
)
def test_anything_else_is_refused(value) -> None:
    """A worker that was taken over cannot put other types or unknown rules into a report."""
    with pytest.raises(ValueError):  # noqa: PT011 - the sentence depends on the field
        report_from_json(value)
