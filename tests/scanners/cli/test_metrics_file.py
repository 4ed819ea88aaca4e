"""`weighbridge scan --metrics-file`: what came out, for a textfile collector."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from examples import models
from tests.scanners.cli.test_scan import scan

PAGE = (Path(__file__).parents[3] / "docs" / "metrics.md").read_text().split("## In CI", 1)[1]
ROW = re.compile(r"^\| `(weighbridge_scan_\w+)` \| (\w+) \|([^|]*)\|", re.MULTILINE)
SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)


@pytest.fixture
def volumes(tmp_path: Path) -> Path:
    folder = tmp_path / "volumes"
    folder.mkdir()
    models.write(folder)
    return folder


def values(text: str) -> dict[tuple[str, str], float]:
    """Return every sample, by name and labels as they are written."""
    return {(name, labels or ""): float(value) for name, labels, value in SAMPLE.findall(text)}


def test_it_says_what_the_report_says(volumes, tmp_path) -> None:
    """Counts, bytes and exit code of a run with findings; the report goes where it went before."""
    file = tmp_path / "models.prom"
    done = scan("--metrics-file", file, volumes / "trojan")
    assert done.returncode == 1
    assert "CRITICAL import-runs-code" in done.stdout
    found = values(file.read_text())
    assert found["weighbridge_scan_exit_code", ""] == 1
    assert found["weighbridge_scan_findings", 'rule="import-runs-code",severity="CRITICAL"'] >= 1
    assert found["weighbridge_scan_files", 'examined="fully"'] == len(list((volumes / "trojan").iterdir()))
    assert found["weighbridge_scan_bytes", ""] == sum(path.stat().st_size for path in (volumes / "trojan").iterdir())
    assert found["weighbridge_scan_last_timestamp_seconds", ""] > 1.7e9


def test_the_page_lists_what_is_written(volumes, tmp_path) -> None:
    """Name, type and labels; and each is in a query of the page."""
    file = tmp_path / "models.prom"
    scan("--metrics-file", file, volumes)
    text = file.read_text()
    labels = {name: frozenset(re.findall(r'(\w+)="', pairs)) for name, pairs, _ in SAMPLE.findall(text)}
    listed = {name: frozenset(re.findall(r"`(\w+)`", words)) for name, _, words in ROW.findall(PAGE)}
    assert listed == labels
    assert dict(re.findall(r"# TYPE (\w+) (\w+)", text)) == {name: kind for name, kind, _ in ROW.findall(PAGE)}
    assert set(re.findall(r"weighbridge_scan_\w+", PAGE.split("```promql")[1])) == labels.keys()


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed")
def test_promtool_has_no_complaint(volumes, tmp_path) -> None:
    """Prometheus' own check of names, types and help."""
    file = tmp_path / "models.prom"
    scan("--metrics-file", file, volumes)
    done = subprocess.run(["promtool", "check", "metrics"], input=file.read_bytes(), capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_is_replaced_as_a_whole(volumes, tmp_path) -> None:
    """Whoever reads meanwhile sees the old file or the new one, and nothing else lies beside it."""
    file = tmp_path / "prom" / "models.prom"
    file.parent.mkdir()
    file.write_text("old\n")
    seen, end = set(), threading.Event()

    def read() -> None:
        while not end.is_set():
            seen.add(file.read_text())

    thread = threading.Thread(target=read)
    thread.start()
    scan("--metrics-file", file, volumes / "good")
    end.set()
    thread.join()
    assert seen <= {"old\n", file.read_text()}
    assert [path.name for path in file.parent.iterdir()] == ["models.prom"]
    os.umask(umask := os.umask(0))
    assert file.stat().st_mode & 0o777 == 0o666 & ~umask, "the collector runs as another user"


@pytest.mark.parametrize("place", ["absent/models.prom", "."])
def test_a_place_that_cannot_be_written_is_told_before_the_scan(volumes, tmp_path, place) -> None:
    """Usage, exit code 4, and no report."""
    done = scan("--metrics-file", tmp_path / place, volumes / "good")
    assert done.returncode == 4
    assert done.stdout == ""


def test_nothing_to_scan_is_told_too(tmp_path) -> None:
    """A job whose models went missing must not look clean."""
    (tmp_path / "empty").mkdir()
    file = tmp_path / "models.prom"
    assert scan("--metrics-file", file, tmp_path / "empty").returncode == 3
    assert values(file.read_text())["weighbridge_scan_exit_code", ""] == 3
