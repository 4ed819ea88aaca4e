"""What `weighbridge scan` shows a person on a terminal."""

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from examples import models
from scanners.cli import terminal
from scanners.findings import FileReport

PROGRAM = str(Path(__file__).parents[3] / "weighbridge.py")


@pytest.fixture
def on_terminal(tmp_path, monkeypatch):
    """Scan the samples of the demo on a terminal of so many columns."""
    models.write(tmp_path)
    monkeypatch.chdir(tmp_path)

    def scan(columns: int) -> str:
        keyboard, screen = os.openpty()
        environment = {"PATH": os.environ["PATH"], "TERM": "xterm", "COLUMNS": str(columns), "NO_COLOR": "1"}
        command = [sys.executable, PROGRAM, "scan", "trojan", "unknown", "broken"]
        process = subprocess.Popen(command, stdout=screen, stderr=subprocess.DEVNULL, env=environment)
        os.close(screen)
        shown = b""
        with contextlib.suppress(OSError):  # what Linux says of a terminal that nobody holds any more
            while read := os.read(keyboard, 65536):
                shown += read
        os.close(keyboard)
        assert process.wait() == 1
        return shown.decode()

    return scan


@pytest.mark.parametrize("columns", [30, 71, 72, 80, 200])
def test_severity_rule_and_name_stay_whole(on_terminal, columns) -> None:
    """What is copied into a search or a waiver is never cut in two by the width of a window."""
    shown = on_terminal(columns)
    for word in ("CRITICAL", "UNEXAMINED", "import-runs-code", "import-not-recognised"):
        assert word in shown
    assert ("severity" in shown) == (columns >= 72)


@pytest.mark.parametrize(("seconds_for_each", "fewest", "most"), [(0.0, 0, 10), (0.001, 5, 30), (1.0, 1000, 1010)])
def test_the_bar_is_drawn_by_the_clock(monkeypatch, seconds_for_each, fewest, most) -> None:
    """Ten thousand small files must not wait for ten thousand drawings; one large file after another shows each."""
    screen = io.StringIO()
    monkeypatch.setattr(terminal, "Console", lambda **_: Console(file=screen, force_terminal=True, width=80))
    now = 0.0

    def clock() -> float:
        return now

    monkeypatch.setattr(terminal, "monotonic", clock)
    report = FileReport(path="a", size=1, formats=())
    for _ in terminal.progress(iter([report] * 1000), 1000):
        now += seconds_for_each
    assert fewest <= screen.getvalue().count("scanning") <= most
