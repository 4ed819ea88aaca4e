"""Services run as processes, the way a cluster runs them: by arguments, ended by signals."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.apiserver import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.certificates import Authority

ROOT = Path(__file__).parents[1]


@dataclass
class Process:
    """A running command, its log lines and a client for its ports."""

    popen: subprocess.Popen[str]
    context: ssl.SSLContext
    lines: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.popen.stderr
        for line in self.popen.stderr:
            self.lines.append(json.loads(line) if line.startswith("{") else {"message": line})

    def logged(self, message: str) -> dict[str, Any]:
        """Wait for a log line and return it."""
        return wait_for(f"log line {message!r} in {self.lines}", lambda: self._find(message))

    def _find(self, message: str) -> dict[str, Any] | None:
        return next((line for line in list(self.lines) if line["message"] == message), None)

    def fetch(self, path: str, review: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Send a request to the TLS port."""
        url = f"https://127.0.0.1:{self.logged('serving')['port']}{path}"
        body = json.dumps(review).encode() if review else None
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, context=self.context, timeout=10) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def metric(self, name: str) -> float | None:
        """Return the sample of a series as it is written, None where there is none."""
        found = re.search(rf"^{re.escape(name)} (\S+)$", self.metrics(), re.MULTILINE)
        return float(found[1]) if found else None

    def metrics(self) -> str:
        """Return the whole page of metrics."""
        url = f"http://127.0.0.1:{self.logged('serving')['metrics_port']}/metrics"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.read().decode()

    def ready(self) -> bool:
        """Return whether the process calls itself ready."""
        return self.fetch("/readyz")[0] == 200

    def stop(self) -> int:
        """Send SIGTERM and return the exit code."""
        self.popen.send_signal(signal.SIGTERM)
        code = self.popen.wait(20)
        self._reader.join(5)
        return code

    def kill(self) -> None:
        """End it without a word."""
        self.popen.kill()
        self.popen.wait()


@contextlib.contextmanager
def running(
    module: str,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    authority: Authority | None = None,
) -> Iterator[Process]:
    """Run `main` of a module with arguments until the block ends."""
    command = [sys.executable, "-c", f"import sys; from {module} import main; sys.exit(main(sys.argv[1:]))", *arguments]
    environment = {**(environment or os.environ), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    popen = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    context = ssl.create_default_context(cadata=authority.certificate.decode() if authority else None)
    try:
        yield Process(popen, context)
    finally:
        popen.kill()
        popen.wait()
        assert popen.stderr
        popen.stderr.close()
