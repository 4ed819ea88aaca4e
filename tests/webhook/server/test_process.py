"""`weighbridge webhook` as a process: on files alone, and against a real API server."""

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
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.apiserver import POLICY_DEFINITION, api_server, namespace, policy, wait_for
from tests.certificates import Authority
from tests.webhook.server.conftest import review_of
from webhook.health import BAD_POD
from webhook.serve import main

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
GATED_NAMESPACE = {"metadata": {"namespace": "serving", "name": "p"}}


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

    def metric(self, name: str) -> float:
        """Return the first sample of a metric."""
        url = f"http://127.0.0.1:{self.logged('serving')['metrics_port']}/metrics"
        with urllib.request.urlopen(url, timeout=10) as answer:
            text = answer.read().decode()
        found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
        assert found, text
        return float(found[1])

    def allows(self, review: dict[str, Any], mode: str = "enforce") -> bool:
        """Return whether a review is allowed."""
        return self.fetch(f"/validate/{mode}", review)[1]["response"]["allowed"]

    def ready(self) -> bool:
        """Return whether the process calls itself ready."""
        return self.fetch("/readyz")[0] == 200

    def stop(self) -> int:
        """Send SIGTERM and return the exit code."""
        self.popen.send_signal(signal.SIGTERM)
        code = self.popen.wait(20)
        self._reader.join(5)
        return code


@contextlib.contextmanager
def webhook(folder: Path, *arguments: str, environment: dict[str, str] | None = None) -> Iterator[Process]:
    """Run the command on free ports with a fresh certificate."""
    authority = Authority()
    certificate, key = authority.issue().write(folder)
    command = [sys.executable, "-c", "import sys; from webhook.serve import main; sys.exit(main(sys.argv[1:]))"]
    command += ["--certificate", str(certificate), "--key", str(key), "--host", "127.0.0.1"]
    command += ["--port", "0", "--metrics-port", "0", *arguments]
    environment = {**(environment or os.environ), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    popen = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    context = ssl.create_default_context(cadata=authority.certificate.decode())
    try:
        yield Process(popen, context)
    finally:
        popen.kill()
        popen.wait()
        assert popen.stderr
        popen.stderr.close()


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    """A file with one policy."""
    path = tmp_path / "policy.yaml"
    path.write_text(yaml.safe_dump(policy()))
    return path


def bad_pod(where: str = "serving") -> dict[str, Any]:
    """Return the review of a pod whose model volume no gate examines."""
    return review_of({**BAD_POD, "metadata": {"name": "p", "namespace": where}}, namespace=where)


def test_files_are_enough(tmp_path: Path, policy_file: Path) -> None:
    """With a policy file no cluster is needed: ready at once, the bad pod denied by the real decision."""
    with webhook(tmp_path, "--policy", str(policy_file), "--drain", "0.2") as process:
        assert wait_for("readiness", process.ready)
        status, answer = process.fetch("/validate/enforce", bad_pod())
        assert status == 200
        assert answer["response"]["allowed"] is False
        assert "gate-missing" in answer["response"]["status"]["message"]
        assert process.allows(bad_pod(), "warn")
        assert process.metric("weighbridge_knowledge_loaded") == 1
        assert process.stop() == 0


def test_sigterm_drains(tmp_path: Path, policy_file: Path) -> None:
    """Told to stop, it is unready at once and goes on deciding until the delay is over."""
    with webhook(tmp_path, "--policy", str(policy_file), "--drain", "1.5") as process:
        assert wait_for("readiness", process.ready)
        process.popen.send_signal(signal.SIGTERM)
        process.logged("draining")
        assert process.fetch("/readyz") == (
            503,
            {"ready": False, "failing": {"draining": "the server is shutting down"}},
        )
        assert process.allows(bad_pod()) is False
        assert process.popen.wait(10) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["--policy", "/nonexistent.yaml"],
        ["--namespace-policy", "a=b"],
        ["--policy", "{file}", "--default-policy", "other"],
        ["--policy", "{file}", "--namespace-policy", "a"],
    ],
    ids=["no-file", "labels-instead", "no-such-policy", "no-assignment"],
)
def test_usage_errors_are_told(arguments: list[str], policy_file: Path, capsys: Any, monkeypatch: Any) -> None:
    """A wrong argument ends with exit code 4 and a sentence."""
    monkeypatch.setattr("webhook.serve.configure", lambda level: None)
    arguments = [argument.format(file=policy_file) for argument in arguments]
    assert main(["--certificate", "x", "--key", "y", *arguments]) == 4
    assert capsys.readouterr().err.startswith("weighbridge webhook: ")


def test_a_policy_file_that_is_wrong_names_file_and_field(tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
    """A misspelt field is found before anything is served."""
    monkeypatch.setattr("webhook.serve.configure", lambda level: None)
    path = tmp_path / "policy.yaml"
    path.write_text(yaml.safe_dump(policy(failOnn="low")))
    assert main(["--certificate", "x", "--key", "y", "--policy", str(path)]) == 4
    told = capsys.readouterr().err
    assert str(path) in told
    assert "failOnn" in told


def test_a_missing_certificate_ends_the_command(
    tmp_path: Path, policy_file: Path, capsys: Any, monkeypatch: Any
) -> None:
    """Without a certificate there is nothing to serve with."""
    monkeypatch.setattr("webhook.serve.configure", lambda level: None)
    missing = str(tmp_path / "missing")
    assert main(["--certificate", missing, "--key", missing, "--policy", str(policy_file)]) == 1
    assert "not a usable certificate" in capsys.readouterr().err


def test_policies_and_namespaces_are_followed(tmp_path: Path) -> None:
    """Created, changed and deleted policies and labels are in force within seconds; an absent API server changes nothing."""
    with api_server(tmp_path) as processes:
        server = processes.server
        server.apply(POLICY_DEFINITION, namespace("serving", enforce="default"), namespace("free"))
        wait_for("policy kind", lambda: not server.kubectl("get", "modelpolicies", check=False).returncode)
        with webhook(tmp_path, "--confirm-interval", "1", environment=server.environment) as process:
            _follow(process, processes)


def _follow(process: Process, processes: Any) -> None:
    server = processes.server
    message = lambda: process.fetch("/validate/enforce", bad_pod())[1]["response"]["status"]["message"]  # noqa: E731
    wait_for("loading", lambda: process.metric("weighbridge_knowledge_loaded"))
    assert process.fetch("/readyz")[1]["failing"] == {"policies": "there is no valid ModelPolicy"}
    assert "policy-not-found" in message()

    server.apply(policy())
    wait_for("policy in force", lambda: "gate-missing" in message(), 2)
    assert process.ready()
    assert process.allows(bad_pod("free"), "warn")
    assert "policy-not-found" in process.fetch("/validate/enforce", bad_pod("free"))[1]["response"]["status"]["message"]

    server.kubectl("label", "namespace", "free", "weighbridge.dev/enforce=default")
    free = lambda: process.fetch("/validate/enforce", bad_pod("free"))[1]["response"]["status"]["message"]  # noqa: E731
    wait_for("label in force", lambda: "gate-missing" in free(), 2)

    server.apply(policy(failOn="nonsense"))
    process.logged("policy is invalid")
    assert "gate-missing" in message()

    contact = process.metric("weighbridge_knowledge_last_contact_timestamp_seconds")
    processes.stop()
    time.sleep(3)
    assert process.ready()
    assert "gate-missing" in message()
    assert process.metric("weighbridge_knowledge_last_contact_timestamp_seconds") <= contact + 1.5

    processes.start()
    server.kubectl("delete", "modelpolicy", "default")
    wait_for("policy out of force", lambda: "policy-not-found" in message(), 15)
