"""A real kube-apiserver and etcd for tests that need an API and no node, as controller-runtime's envtest has it.

`KUBEBUILDER_ASSETS` names the folder with the programs; etcd may also stand on the path. Everything listens on loopback.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.certificates import Authority

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TOKEN = "admin-token"


@dataclass(frozen=True, slots=True)
class ApiServer:
    """A running API server."""

    kubeconfig: Path
    folder: Path
    port: int

    def kubectl(self, *words: str, stdin: str | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run kubectl against it."""
        command = ["kubectl", "--kubeconfig", str(self.kubeconfig), *words]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60, check=False)
        assert not check or done.returncode == 0, done.stderr
        return done

    def apply(self, *objects: Mapping[str, Any]) -> None:
        """Create or change objects."""
        self.kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)}))

    def get(self, *words: str) -> dict[str, Any]:
        """Return what `kubectl get ... -o json` shows."""
        return json.loads(self.kubectl("get", *words, "-o", "json").stdout)

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs in order to find it."""
        return {**os.environ, "KUBECONFIG": str(self.kubeconfig)}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken:
        return int(taken.getsockname()[1])


def wait_for(what: str, condition: Any, seconds: float = 30.0) -> Any:
    """Return the first true value of `condition()`; fail after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.05)
    pytest.fail(f"no {what} after {seconds} s")


def programs() -> tuple[str, str] | None:
    """Return etcd and kube-apiserver, None where there are none."""
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    if not assets:
        return None
    path = f"{assets}{os.pathsep}{os.environ.get('PATH', '')}"
    found = [shutil.which(name, path=path) for name in ("etcd", "kube-apiserver", "kubectl")]
    return (found[0], found[1]) if all(found) else None  # type: ignore[return-value]


class Processes:
    """An API server that can be stopped and started again on the same data and port."""

    def __init__(self, folder: Path, etcd: str, kube_apiserver: str) -> None:
        self.folder = folder
        self._etcd, self._kube_apiserver = etcd, kube_apiserver
        self._ports = free_port(), free_port(), free_port()
        self._running: list[subprocess.Popen[bytes]] = []
        self._prepare()
        self.server = ApiServer(folder / "kubeconfig", folder, self._ports[2])

    def start(self) -> ApiServer:
        """Start both and wait until the API answers."""
        etcd, peer, port = self._ports
        urls = f"http://127.0.0.1:{etcd}", f"http://127.0.0.1:{peer}"
        options = {
            "data-dir": "etcd",
            "listen-client-urls": urls[0],
            "advertise-client-urls": urls[0],
            "listen-peer-urls": urls[1],
            "initial-advertise-peer-urls": urls[1],
            "initial-cluster": f"default={urls[1]}",
            "unsafe-no-fsync": "true",
        }
        self._run(self._etcd, options)
        options = {
            "etcd-servers": urls[0],
            "bind-address": "127.0.0.1",
            "secure-port": str(port),
            "tls-cert-file": "tls.crt",
            "tls-private-key-file": "tls.key",
            "token-auth-file": "tokens.csv",
            "authorization-mode": "RBAC",
            "allow-privileged": "true",
            "service-cluster-ip-range": "10.96.0.0/24",
            "service-account-issuer": "https://kubernetes.default.svc",
            "service-account-key-file": "tls.key",
            "service-account-signing-key-file": "tls.key",
            "disable-admission-plugins": "ServiceAccount",
            "endpoint-reconciler-type": "none",
        }
        self._run(self._kube_apiserver, options)
        server = self.server
        wait_for("API server", lambda: not server.kubectl("get", "--raw", "/readyz", check=False).returncode, 60)
        return server

    def stop(self) -> None:
        """Stop both at once."""
        for process in reversed(self._running):
            process.kill()
            process.wait()
        self._running.clear()

    def _prepare(self) -> None:
        authority = Authority()
        authority.issue(kind="rsa").write(self.folder)
        (self.folder / "ca.crt").write_bytes(authority.certificate)
        (self.folder / "tokens.csv").write_text(f'{TOKEN},admin,admin,"system:masters"\n')
        cluster = {
            "server": f"https://127.0.0.1:{self._ports[2]}",
            "certificate-authority": str(self.folder / "ca.crt"),
        }
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": TOKEN}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
            "current-context": "test",
        }
        (self.folder / "kubeconfig").write_text(yaml.safe_dump(config))

    def _run(self, program: str, options: Mapping[str, str]) -> None:
        command = [program, *(f"--{name}={value}" for name, value in options.items())]
        with (self.folder / f"{Path(program).name}.log").open("ab") as log:
            self._running.append(subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log))


@contextlib.contextmanager
def api_server(folder: Path) -> Iterator[Processes]:
    """Run an API server until the block ends; skip the test, and say so, where there are no programs for one."""
    found = programs()
    if found is None:
        pytest.skip("KUBEBUILDER_ASSETS does not name a folder with kube-apiserver, etcd and kubectl")
    processes = Processes(folder, *found)
    try:
        processes.start()
        yield processes
    finally:
        processes.stop()


def policy(name: str = "default", **spec: Any) -> dict[str, Any]:
    """Return a ModelPolicy."""
    spec = {"gate": {"digests": ["sha256:" + "a" * 64]}} | spec
    return {"apiVersion": "weighbridge.dev/v1alpha1", "kind": "ModelPolicy", "metadata": {"name": name}, "spec": spec}


def namespace(name: str, **labels: str) -> dict[str, Any]:
    """Return a namespace under policies, by mode."""
    marks = {f"weighbridge.dev/{mode}": value for mode, value in labels.items()}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": marks}}
