"""`weighbridge gate`: walk the mounted volumes, scan, judge, leave a message, and exit so that the kubelet understands.

Exit codes: 0 the server may start, 1 blocked, 2 not examined or failed, 4 wrong arguments. Whatever goes wrong, the server
stays where it is: the message says `ERROR` from the first moment until a verdict replaces it.
"""

from __future__ import annotations

import os
import signal
import sys
import time

from initcontainer.contract import (
    TERMINATION_MESSAGE_PATH,
    ContractError,
    TerminationMessage,
    Verdict,
    encode,
    from_arguments,
)
from initcontainer.judgement import Judgement
from initcontainer.logs import Log
from initcontainer.options import Surroundings, split
from scanners.escaping import printable
from scanners.version import VERSION
from scanners.walk import WalkedFile, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from datetime import date
    from types import FrameType
    from typing import NoReturn

    from initcontainer.contract import GateConfig
    from scanners.findings import FileReport

EXIT_USAGE = 4
UNFINISHED = "the gate did not finish: it was killed, or ran out of memory"


def main(arguments: Sequence[str]) -> int:
    """Run the gate as `arguments` say; return the exit code."""
    if not arguments or "--help" in arguments or "-h" in arguments:
        from initcontainer.help import explain

        return explain(asked=bool(arguments))
    message_path = TERMINATION_MESSAGE_PATH
    try:
        surroundings, rest = split(arguments)
        message_path = surroundings.message_path
        config = from_arguments(rest)
        places = surroundings.places(config)
    except ContractError as error:
        return _refuse(error, message_path)
    return _Run(config, surroundings, places).run()


class _Run:
    """One run of the gate, from the first message to the last."""

    def __init__(self, config: GateConfig, surroundings: Surroundings, places: Sequence[str]) -> None:
        self._started = time.monotonic()
        self._config = config
        self._surroundings = surroundings
        self._places = places
        self._log = Log(sys.stdout)
        self._judgement = Judgement(config, _today() if config.waivers else None)

    def run(self) -> int:
        """Examine everything; whatever happens, leave a message and return an exit code."""
        previous = signal.signal(signal.SIGTERM, _interrupt)
        try:
            self._leave(TerminationMessage(verdict=Verdict.ERROR, scanner=VERSION, reason=UNFINISHED))
            self._examine()
        except KeyboardInterrupt:
            self._judgement.stop(f"the gate was interrupted after {self._judgement.files} files")
        except Exception as error:  # noqa: BLE001 - the rim: a fault of ours keeps the gate shut and says so
            self._judgement.stop(f"the gate failed: {type(error).__name__}: {error}")
            _print_traceback()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        try:
            return self._conclude()
        finally:
            signal.signal(signal.SIGTERM, previous)

    def _examine(self) -> None:
        targets: list[WalkedFile] = []
        for volume, place in zip(self._config.volumes, self._places, strict=True):
            seen = len(targets), self._judgement.gaps
            for entry in walk(place, server_path=volume.server_path):
                if isinstance(entry, WalkedFile):
                    targets.append(entry)
                else:
                    self._take(entry)
            if seen == (len(targets), self._judgement.gaps):
                self._judgement.add_empty(volume)
        reports = self._scan(targets)
        try:
            for report in _shown(reports, len(targets)):
                self._take(report)
                self._judgement.count(report)
        finally:
            reports.close()

    def _scan(self, targets: Sequence[WalkedFile]) -> Generator[FileReport, None, None]:
        from scanners.machine import memory_limit, processors, share
        from scanners.workers import ScanOptions, scan_files

        shared = share(self._surroundings.jobs or processors(), memory_limit())
        options = ScanOptions(
            limits=self._config.limits,
            allowed_imports=self._config.allowed_imports,
            jobs=shared.jobs,
            data_bytes=shared.data_bytes,
        )
        yield from scan_files(targets, options)

    def _take(self, report: FileReport) -> None:
        self._judgement.add(report)
        for finding in report.findings:
            self._log.finding(finding, report, waived=self._judgement.is_waived(finding, report))
        for gap in report.gaps:
            self._log.gap(gap, report)

    def _conclude(self) -> int:
        message = self._judgement.message(int((time.monotonic() - self._started) * 1000))
        self._log.end()
        self._log.event(
            "verdict",
            level="error" if message.verdict.exit_code else "info",
            verdict=message.verdict.value,
            reason=message.reason,
            files=message.files,
            bytes=message.bytes,
            milliseconds=message.milliseconds,
            waived=message.waived,
            gaps=message.gaps,
            policy=message.policy,
            scanner=message.scanner,
        )
        self._leave(message)
        return message.verdict.exit_code

    def _leave(self, message: TerminationMessage) -> None:
        _leave_message(message, self._surroundings.message_path)


def _refuse(error: ContractError, message_path: str) -> int:
    print(f"weighbridge gate: {error}\n`weighbridge gate --help` explains the arguments.", file=sys.stderr)
    _leave_message(TerminationMessage(verdict=Verdict.ERROR, scanner=VERSION, reason=f"usage: {error}"), message_path)
    return EXIT_USAGE


def _leave_message(message: TerminationMessage, path: str) -> None:
    """Write the message; where it cannot be written the exit code speaks alone, and the log says why.

    The kubelet makes the default path before the container starts; outside of Kubernetes it must not be made, since `/dev`
    is the machine's.
    """
    create = 0 if path == TERMINATION_MESSAGE_PATH else os.O_CREAT
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC | create, 0o644)
    except FileNotFoundError:
        return
    except OSError as error:
        print(f"weighbridge gate: cannot write {path}: {error.strerror}", file=sys.stderr)
        return
    try:
        os.write(descriptor, encode(message).encode())
    finally:
        os.close(descriptor)


def _shown(reports: Iterator[FileReport], total: int) -> Iterator[FileReport]:
    """Pass the reports on, with a progress bar where a person watches."""
    if total < 2 or not sys.stderr.isatty():
        return reports
    from scanners.cli.terminal import progress

    return progress(reports, total)


def _today() -> date:
    """Return the day in UTC, as the days of waivers are, wherever the node stands."""
    from datetime import UTC, datetime

    return datetime.now(tz=UTC).date()


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _print_traceback() -> None:
    import traceback

    for line in traceback.format_exc().splitlines():
        print(printable(line), file=sys.stderr)
