"""The real webhook as a child process on loopback, for the demo and for tests."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import threading
import urllib.request
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Self

from tests.certificates import Authority

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

_SECONDS = 30


@dataclass(slots=True)
class Webhook:
    """A webhook that serves between `with` and its end."""

    folder: Path
    """Where certificate and log are written."""
    arguments: Sequence[str]
    """Further arguments of `weighbridge webhook`."""
    port: int = 0
    metrics_port: int = 0
    authority: bytes = b""
    """The certificate authority to trust, PEM."""
    _process: subprocess.Popen[str] | None = None
    _log: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        authority = Authority()
        self.authority = authority.certificate
        certificate, key = authority.issue().write(self.folder)
        command = [sys.executable, "-m", "weighbridge", "webhook"]
        command += [f"--certificate={certificate}", f"--key={key}", "--host=127.0.0.1", "--port=0", "--metrics-port=0"]
        command += ["--drain=0", *self.arguments]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self._await_ports()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._started()
        process.terminate()
        process.wait(_SECONDS)
        if self._log is not None:
            self._log.join()

    def review(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send one AdmissionReview as an API server would, and return the answer."""
        context = ssl.create_default_context(cadata=self.authority.decode())
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.port}{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, context=context, timeout=_SECONDS) as answer:
            return dict(json.load(answer))

    def metrics(self) -> str:
        """Return the page that Prometheus would read."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=_SECONDS) as answer:
            return str(answer.read().decode())

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            raise RuntimeError("the webhook is used outside its `with`")
        return self._process

    def _await_ports(self) -> None:
        """Read the log up to the line that names the ports, then let a thread keep it flowing into a file."""
        process = self._started()
        assert process.stderr is not None
        seen = []
        for line in process.stderr:
            seen.append(line)
            fields = _fields(line)
            if fields.get("message") == "serving":
                self.port, self.metrics_port = int(fields["port"]), int(fields["metrics_port"])
                self._log = threading.Thread(target=self._keep_log, args=(process.stderr, seen))
                self._log.start()
                return
        raise RuntimeError(f"the webhook ended before it served:\n{''.join(seen)}")

    def _keep_log(self, lines: IO[str], seen: list[str]) -> None:
        with lines, (self.folder / "webhook.log").open("w") as log:
            log.writelines(seen)
            for line in lines:
                log.write(line)
                log.flush()


def _fields(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
