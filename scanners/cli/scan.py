"""`weighbridge scan`: examine model files without loading them."""

from __future__ import annotations

import json
import sys
import time

from scanners.cli.parser import Parser, add_limits, whole_number
from scanners.cli.targets import StandardInput, expand, folder_of
from scanners.findings import FileReport, Severity
from scanners.limits import Limits
from scanners.machine import memory_limit, processors, share
from scanners.reports.summary import EXIT_USAGE, Summary
from scanners.version import VERSION
from scanners.workers import ScanOptions, scan_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from typing import TextIO

    from scanners.examining import Target

_EPILOG = """\
exit codes (those of ModelScan):
  0  examined, and nothing found at or above --fail-on
  1  something found at or above --fail-on
  2  something could not be examined (1 wins over 2)
  3  nothing to scan
  4  usage

examples:
  weighbridge scan model.pt
  weighbridge scan --format sarif --output models.sarif models/
  weighbridge scan --exclude '.git/*' my-clone/
  weighbridge scan --allow-import mypackage.layers.Attention checkpoints/
  weighbridge scan --metrics-file /var/lib/node_exporter/models.prom /srv/models
  curl --fail --silent https://example.org/model.bin | weighbridge scan -
"""


def main(arguments: Sequence[str]) -> int:
    """Scan what the arguments name; return the exit code."""
    options = parser().parse_args(arguments)
    try:
        scan_options = _scan_options(options)
        _check_places(options)
    except ValueError as error:
        print(f"weighbridge scan: {error}", file=sys.stderr)
        return EXIT_USAGE
    if "-" not in options.path:
        return _run(options, scan_options, None)
    import tempfile

    with tempfile.TemporaryFile() as spool:
        return _run(options, scan_options, StandardInput(spool, options.stdin_name))


def _run(options: argparse.Namespace, scan_options: ScanOptions, standard_input: StandardInput | None) -> int:
    entries = expand(options.path, options.exclude, standard_input)
    return _report(_in_order(entries, scan_options), len(entries), options)


def _check_places(options: argparse.Namespace) -> None:
    """Try the files that are to be written before a long scan, not after it; raise `ValueError` naming the option."""
    for option, path, attempt in (
        ("--output", options.output, lambda path: _open(path).close()),
        ("--metrics-file", options.metrics_file, _check_metrics_file),
    ):
        try:
            if path is not None:
                attempt(path)
        except OSError as error:
            raise ValueError(f"{option} {path}: {error.strerror}") from error


def _open(path: str) -> TextIO:
    return open(path, "w", encoding="utf-8")  # noqa: PTH123 - pathlib is a tenth of the start of a scan


def _check_metrics_file(path: str) -> None:
    from pathlib import Path

    from scanners.cli.metrics import check_place

    check_place(Path(path))


def _in_order(entries: Sequence[Target | FileReport], options: ScanOptions) -> Iterator[FileReport]:
    """Yield a report for each entry: the one it is, or the next that the workers bring."""
    scanned = scan_files([entry for entry in entries if not isinstance(entry, FileReport)], options)
    for entry in entries:
        yield entry if isinstance(entry, FileReport) else next(scanned)


def _report(reports: Iterator[FileReport], total: int, options: argparse.Namespace) -> int:
    began = time.monotonic()
    summary = Summary()
    fail_on = Severity[options.fail_on.upper()]
    watched = _watch(reports, summary, total)
    if options.output is None:
        _write(watched, summary, sys.stdout, options)
    else:
        with _open(options.output) as file:
            _write(watched, summary, file, options)
        print(f"weighbridge scan: {summary.sentence()}; the report is in {options.output}", file=sys.stderr)
    code = summary.exit_code(fail_on)
    if summary.files == 0:
        print("weighbridge scan: nothing to scan", file=sys.stderr)
    if options.metrics_file is not None:
        _write_metrics(options.metrics_file, summary, code, time.monotonic() - began)
    return code


def _write_metrics(path: str, summary: Summary, exit_code: int, seconds: float) -> None:
    """Write what came out; where that fails the exit code still tells it, and the old file's time that it is old."""
    from pathlib import Path

    from scanners.cli.metrics import write

    try:
        write(Path(path), summary, exit_code=exit_code, seconds=seconds, ended=time.time())
    except OSError as error:
        print(f"weighbridge scan: metrics not written: {error}", file=sys.stderr)


def _watch(reports: Iterator[FileReport], summary: Summary, total: int) -> Iterator[FileReport]:
    """Count reports as they pass, with a progress bar where a person watches."""
    if not (sys.stderr.isatty() and total > 1):
        for report in reports:
            summary.add(report)
            yield report
        return
    from scanners.cli.terminal import progress

    for report in progress(reports, total):
        summary.add(report)
        yield report


def _write(reports: Iterator[FileReport], summary: Summary, file: TextIO, options: argparse.Namespace) -> None:
    fail_on = Severity[options.fail_on.upper()]
    if options.format == "text":
        if file.isatty():
            from scanners.cli.terminal import table

            table(reports, summary, fail_on)
        else:
            _write_lines(reports, summary, file)
        return
    files = list(reports)
    print(json.dumps(_document(files, summary, fail_on, options), indent=2), file=file)


def _document(files: list[FileReport], summary: Summary, fail_on: Severity, options: argparse.Namespace) -> object:
    if options.format == "sarif":
        from scanners.reports.sarif import sarif

        return sarif(files, version=VERSION)
    if options.format == "modelscan-json":
        from scanners.reports.modelscan import modelscan

        paths = " ".join(options.path)
        return modelscan(files, summary, version=VERSION, input_path=paths, folder=folder_of(options.path))
    from scanners.reports.document import document

    return document(files, summary, version=VERSION, fail_on=fail_on)


def _write_lines(reports: Iterator[FileReport], summary: Summary, file: TextIO) -> None:
    from scanners.reports.text import lines, named, remedies

    names: set[str] = set()
    for report in reports:
        for line in lines(report):
            print(line, file=file)
        names |= named(report)
    for line in remedies(names):
        print(line, file=file)
    print(summary.sentence(), file=file)


def _scan_options(options: argparse.Namespace) -> ScanOptions:
    limits = Limits(
        inflated_bytes=options.max_inflated_bytes,
        ratio=options.max_ratio,
        depth=options.max_depth,
        members=options.max_members,
        seconds=options.max_seconds,
    )
    shared = share(options.jobs or processors(), memory_limit())
    return ScanOptions(
        limits=limits,
        allowed_imports=frozenset(options.allow_import),
        jobs=options.jobs or shared.jobs,
        data_bytes=shared.data_bytes,
    )


def _path(word: str) -> str:
    """Refuse an empty path: it names nothing, and comes from a variable that is not set."""
    if not word:
        from argparse import ArgumentTypeError

        raise ArgumentTypeError("an empty path")
    return word


def parser() -> Parser:
    """Return the command's arguments."""
    command = Parser(
        prog="weighbridge scan",
        description="Examine model files without loading them. Formats are told by content, archives are read inside.",
        epilog=_EPILOG,
    )
    command.add_argument(
        "path", nargs="+", type=_path, metavar="PATH", help="a file, a directory, or - for standard input"
    )
    command.add_argument(
        "--format",
        choices=("text", "json", "sarif", "modelscan-json"),
        default="text",
        help="form of the report (default: text)",
    )
    command.add_argument("--output", metavar="FILE", help="write the report here instead of standard output")
    command.add_argument(
        "--metrics-file",
        metavar="FILE",
        help="write counts for Prometheus here, for node_exporter's textfile collector",
    )
    command.add_argument(
        "--fail-on",
        choices=[level.name.lower() for level in Severity],
        default="medium",
        help="lowest severity that makes the exit code 1 (default: medium)",
    )
    command.add_argument(
        "--allow-import",
        action="append",
        default=[],
        metavar="MODULE.NAME",
        help="treat this exact name as harmless; names known to be dangerous stay so (repeatable)",
    )
    command.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="GLOB",
        help="leave out files below a directory whose path, relative to it, matches as a whole, such as 'checkpoints/*' or "
        "'*.log' (repeatable)",
    )
    command.add_argument(
        "--jobs", type=whole_number, metavar="N", help="worker processes at most (default: as CPUs and memory allow)"
    )
    command.add_argument("--stdin-name", default="<stdin>", metavar="NAME", help="what the report calls standard input")
    add_limits(command)
    return command
