"""No alarm on honest graphs that packages ship."""

import hashlib
import tomllib
from pathlib import Path

import pytest

from scanners.examining import ScanOptions, scan_target
from scanners.findings import Examined, Severity
from scanners.limits import Limits
from scanners.walk import WalkedFile, walk

GRAPHS = Path(__file__).parents[1] / "benign" / "graphs"
PROVENANCE = tomllib.loads((GRAPHS / "PROVENANCE.toml").read_text())
OTHER = frozenset({"LICENSE", "PROVENANCE.toml"})
WALKED = [entry for entry in walk(str(GRAPHS)) if isinstance(entry, WalkedFile) and Path(entry.name).name not in OTHER]
FILES = [GRAPHS / entry.name for entry in WALKED]


def _name(path: Path) -> str:
    return path.relative_to(GRAPHS).as_posix()


@pytest.mark.parametrize("file", WALKED, ids=lambda file: file.name)
def test_an_honest_graph_raises_no_alarm(file: WalkedFile) -> None:
    """Examined to the end, with the files beside it, and nothing at the threshold or above."""
    report = scan_target(file, ScanOptions(limits=Limits()))
    assert [finding for finding in report.findings if finding.severity >= Severity.MEDIUM] == []
    assert (report.examined, report.gaps) == (Examined.FULLY, ())


def test_every_file_says_where_it_came_from() -> None:
    """Package, version, licence, and that it has not changed since."""
    digests = {_name(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in FILES}
    assert {name: entry["sha256"] for name, entry in PROVENANCE.items()} == digests
    assert all((GRAPHS / name).with_name("LICENSE").is_file() for name in PROVENANCE)
    assert all({"package", "version", "license", "member"} <= entry.keys() for entry in PROVENANCE.values())


def test_the_files_are_small() -> None:
    """The repository is no place for models."""
    assert sum(path.stat().st_size for path in FILES) <= 1 << 20
