"""What a scan came to in Prometheus' text format, for node_exporter's textfile collector.

https://prometheus.io/docs/instrumenting/exposition_formats/ and https://github.com/prometheus/node_exporter#textfile-collector
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from scanners.findings import Examined

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scanners.reports.summary import Summary


def check_place(path: Path) -> None:
    """Raise `OSError` where no file can be put: before a long scan, not after it."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    beside = _beside(path)
    beside.touch()
    beside.unlink()


def write(path: Path, summary: Summary, *, exit_code: int, seconds: float, ended: float) -> None:
    """
    Replace a file as a whole, so that a collector never reads half of it.

    `seconds` is how long the scan took, `ended` when it was over, in seconds since 1970. Raises `OSError`.
    """
    beside = _beside(path)
    beside.write_text("".join(f"{line}\n" for line in _lines(summary, exit_code, seconds, ended)), encoding="ascii")
    beside.replace(path)


def _beside(path: Path) -> Path:
    """Return where the file is made: in the same folder, under a name that the collector passes over."""
    return path.with_name(f".{path.name}.{os.getpid()}")


def _lines(summary: Summary, exit_code: int, seconds: float, ended: float) -> Iterator[str]:
    yield from _head("files", "Files, by how far they were examined.")
    for examined in Examined:
        yield f'weighbridge_scan_files{{examined="{examined.name.lower()}"}} {summary.examined[examined]}'
    yield from _head("findings", "Findings, by rule.")
    for (rule, severity), count in sorted(summary.rules.items()):
        yield f'weighbridge_scan_findings{{rule="{rule}",severity="{severity.name}"}} {count}'
    for name, text, value in (
        ("bytes", "Size of the files.", summary.bytes),
        (
            "exit_code",
            "0 clean, 1 findings at or above the threshold, 2 something not examined, 3 nothing to scan.",
            exit_code,
        ),
        ("duration_seconds", "How long the scan took.", round(seconds, 3)),
        ("last_timestamp_seconds", "When the scan ended, since 1970.", round(ended, 3)),
    ):
        yield from _head(name, text)
        yield f"weighbridge_scan_{name} {value}"


def _head(name: str, text: str) -> Iterator[str]:
    yield f"# HELP weighbridge_scan_{name} {text}"
    yield f"# TYPE weighbridge_scan_{name} gauge"
