"""Models that Keras and TensorFlow wrote are examined fully and give nothing at or above MEDIUM."""

from pathlib import Path

import pytest

from scanners.engine import examine
from scanners.findings import Examined, Severity
from scanners.sources import BytesSource

BENIGN = Path(__file__).parents[2] / "benign"
FILES = sorted(
    path
    for folder in ("keras", "tensorflow")
    for path in (BENIGN / folder).rglob("*")
    if path.is_file() and path.suffix != ".md"
)


def test_there_are_files_of_every_kind() -> None:
    """A missing folder would prove nothing."""
    kinds = {path.suffix for path in FILES}
    assert {".h5", ".keras", ".json", ".pb", ".pbtxt", ".index", ".meta"} <= kinds


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(BENIGN)))
def test_no_false_alarm(path: Path) -> None:
    """Nothing that would stop a server, and nothing left unexamined."""
    report = examine(BytesSource(path.read_bytes()), path.name)
    assert report.examined is Examined.FULLY, report.gaps
    assert [finding for finding in report.findings if finding.severity >= Severity.MEDIUM] == []
