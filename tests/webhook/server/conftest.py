"""A real HTTPS server on loopback, in a thread, with a decision that the test chooses."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import ssl
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client import CollectorRegistry

from tests.certificates import Authority
from webhook.certificates import Certificates
from webhook.listening import Listener
from webhook.metrics import AdmissionMetrics, CertificateMetrics
from webhook.server import AdmissionServer, Readiness, ServerSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from webhook.answers import Judge

UID = "6f4c6d0e-7a53-4a3b-9a68-0d1c3f5a7e21"


def review_of(obj: dict[str, Any] | None = None, **request: Any) -> dict[str, Any]:
    """Return an AdmissionReview as the API server sends it."""
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": []}}
    return {
        "kind": "AdmissionReview",
        "apiVersion": "admission.k8s.io/v1",
        "request": {
            "uid": UID,
            "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "resource": {"group": "", "version": "v1", "resource": "pods"},
            "name": "p",
            "namespace": "serving",
            "operation": "CREATE",
            "userInfo": {"username": "jane"},
            "object": obj or pod,
        }
        | request,
    }


def allow(review: Any, mode: str) -> dict[str, Any]:
    """Decide that everything is allowed."""
    return {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "response": {"uid": review["request"]["uid"], "allowed": True},
    }


def deny(review: Any, mode: str) -> dict[str, Any]:
    """Decide that everything breaks two checks, told the way each mode tells it."""
    told: dict[str, Any] = {"uid": review["request"]["uid"], "allowed": mode != "enforce"}
    told["auditAnnotations"] = {"violations": "gate-missing,gate-label-missing"}
    if mode == "enforce":
        told["status"] = {"code": 403, "message": "no gate"}
    if mode == "warn":
        told["warnings"] = ["no gate"]
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": told}


@dataclass
class Reply:
    """What came back over HTTP."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def response(self) -> dict[str, Any]:
        """The `response` of an AdmissionReview."""
        assert self.json["kind"] == "AdmissionReview"
        return self.json["response"]


@dataclass
class Running:
    """The server under test and a client that trusts its authority."""

    port: int
    registry: CollectorRegistry
    readiness: Readiness
    certificates: Certificates
    authority: Authority
    folder: Path
    client_context: ssl.SSLContext = field(init=False)

    def __post_init__(self) -> None:
        self.client_context = ssl.create_default_context(cadata=self.authority.certificate.decode())

    def connect(self) -> http.client.HTTPSConnection:
        """Open a connection that verifies the server's certificate."""
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=self.client_context, timeout=10)

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        """Send one request on a connection of its own."""
        with contextlib.closing(self.connect()) as connection:
            return exchange(connection, method, path, body, **headers)

    def review(self, path: str, review: Any) -> Reply:
        """Send a review the way the API server does."""
        return self.send("POST", path, json.dumps(review).encode())

    def sample(self, name: str, **labels: str) -> float | None:
        """Return a metric's value, None where there is no such series."""
        return self.registry.get_sample_value(name, labels)


def exchange(
    connection: http.client.HTTPSConnection, method: str, path: str, body: bytes | None = None, **headers: str
) -> Reply:
    """Send one request on an open connection."""
    connection.request(method, path, body, {"Content-Type": "application/json", **headers})
    answer = connection.getresponse()
    return Reply(answer.status, answer.headers, answer.read())


@contextlib.contextmanager
def running(
    folder: Path,
    judge: Judge,
    *,
    settings: ServerSettings | None = None,
    checks: dict[str, Callable[[], str]] | None = None,
) -> Iterator[Running]:
    """Serve in a thread until the block ends."""
    authority = Authority()
    registry = CollectorRegistry()
    metrics = AdmissionMetrics(registry, violations=["gate-missing", "gate-label-missing"])
    certificates = Certificates(*authority.issue().write(folder), CertificateMetrics(registry))
    readiness = Readiness(checks or {}, metrics)
    opened, loop, stop = threading.Event(), asyncio.new_event_loop(), asyncio.Event()
    found: list[int] = []

    async def serve() -> None:
        server = AdmissionServer(
            judge=judge, metrics=metrics, readiness=readiness, settings=settings or ServerSettings()
        )
        listener = Listener(server.application(), host="127.0.0.1", port=0, tls=certificates.listener_context)
        found.append(await listener.open())
        opened.set()
        await stop.wait()
        await listener.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert opened.wait(5)
    try:
        yield Running(found[0], registry, readiness, certificates, authority, folder)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(15)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Return a function that starts a server for this test."""
    with contextlib.ExitStack() as stack:
        yield lambda judge, **options: stack.enter_context(running(tmp_path, judge, **options))
