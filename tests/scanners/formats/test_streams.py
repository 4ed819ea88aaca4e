"""Compressed streams: what their content is called, and that a break is never silent."""

from __future__ import annotations

import gzip

import pytest

from scanners.engine import examine
from scanners.findings import Reason
from scanners.formats.streams import content_name
from scanners.limits import Limits
from scanners.sources import BytesSource
from tests.corpus.payloads import PAYLOAD_4


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.pkl.gz", "model.pkl"),
        ("model.pkl.BZ2", "model.pkl"),
        ("model.tgz", "model.tar"),
        ("model.joblib", "model.joblib"),
        ("model", "model"),
        (".gz", ".gz"),
        ("a.b.xz", "a.b"),
    ],
)
def test_content_name(name: str, content: str) -> None:
    """The stream's suffix comes off, any other stays: it is what the loader would go by."""
    assert content_name(name) == content


@pytest.mark.parametrize("kept", range(20, 60, 5))
def test_a_cut_is_a_gap(kept: int) -> None:
    """Wherever the stream ends too early, the report says so."""
    data = gzip.compress(PAYLOAD_4 * 3, mtime=0)
    report = examine(BytesSource(data[:kept]), "model.pkl.gz")
    assert any(gap.reason is Reason.MALFORMED for gap in report.gaps)


def test_findings_before_a_limit_stay() -> None:
    """What was found before the budget was spent is reported with the gap."""
    data = gzip.compress(PAYLOAD_4 + bytes(1 << 20), mtime=0)
    report = examine(BytesSource(data), "model.pkl.gz", limits=Limits(inflated_bytes=1 << 19))
    assert any(gap.reason is Reason.BUDGET for gap in report.gaps)


def test_bytes_behind_the_stream_are_examined() -> None:
    """A pickle behind a gzip stream is found, and so is that something is there."""
    report = examine(BytesSource(gzip.compress(b"text\n", mtime=0) + PAYLOAD_4), "notes.txt.gz")
    assert {finding.rule for finding in report.findings} == {"archive-trailing-bytes", "import-runs-code"}
