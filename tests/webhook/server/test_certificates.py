"""Certificates: loaded whole or not at all, replaced under load without a failure."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from prometheus_client import CollectorRegistry

from tests.certificates import Authority
from tests.webhook.server.conftest import allow, exchange, review_of
from webhook.certificates import CertificateError, Certificates
from webhook.health import certificate_valid
from webhook.metrics import CertificateMetrics

if TYPE_CHECKING:
    from pathlib import Path

    from tests.webhook.server.conftest import Running


def subject(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string()


@pytest.fixture
def server(serve) -> Running:
    """A running server."""
    return serve(allow)


def raw(server: Running):
    return contextlib.closing(socket.create_connection(("127.0.0.1", server.port), timeout=10))


def peer(server: Running, hostname: str | None = "localhost") -> x509.Certificate:
    """Return the certificate that a new connection gets; without a hostname no name is sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(cadata=server.authority.certificate.decode())
    with raw(server) as plain, context.wrap_socket(plain, server_hostname=hostname) as connection:
        return x509.load_der_x509_certificate(connection.getpeercert(binary_form=True))


@pytest.mark.parametrize("hostname", ["localhost", None], ids=["name", "no-name"])
@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_new_connections_get_the_new_certificate(server: Running, hostname: str | None, kind: str) -> None:
    """Whether the client sends a name or not, and whether the key is of the same type or not."""
    assert subject(peer(server, hostname)) == "CN=loopback"
    server.authority.issue(serial_name="second", kind=kind).write(server.folder)
    assert server.certificates.reload() is True
    assert subject(peer(server, hostname)) == "CN=second"
    assert server.sample("weighbridge_certificate_reloads_total", outcome="applied") == 1


def test_an_unchanged_pair_is_left_alone(server: Running) -> None:
    """Looking at the files changes nothing."""
    assert server.certificates.reload() is False
    assert server.sample("weighbridge_certificate_reloads_total", outcome="refused") == 0


def test_half_a_pair_is_never_applied(server: Running) -> None:
    """A new certificate beside the old key, then the whole pair: the old one is served until then."""
    leaf = server.authority.issue(serial_name="second")
    (server.folder / "tls.crt").write_bytes(leaf.certificate)
    assert server.certificates.reload() is False
    assert subject(peer(server)) == "CN=loopback"
    assert server.sample("weighbridge_certificate_reloads_total", outcome="refused") == 1
    (server.folder / "tls.key").write_bytes(leaf.key)
    assert server.certificates.reload() is True
    assert subject(peer(server)) == "CN=second"


@pytest.mark.parametrize("content", [b"", b"nonsense", None], ids=["empty", "nonsense", "missing"])
def test_broken_files_leave_the_old_pair(server: Running, content: bytes | None) -> None:
    """Whatever becomes of the files, what was loaded is served."""
    path = server.folder / "tls.key"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert server.certificates.reload() is False
    assert server.review("/validate/enforce", review_of()).status == 200


def test_rotation_under_load_fails_nobody(server: Running) -> None:
    """Twenty rotations of both key types while four clients send reviews, on kept and on new connections."""
    failures: list[object] = []
    done = threading.Event()
    counts = [0] * 4

    def send(number: int) -> None:
        body = b'{"kind":"AdmissionReview","request":{"uid":"1"}}'
        with contextlib.closing(server.connect()) as kept:
            while not done.is_set():
                try:
                    replies = (
                        exchange(kept, "POST", "/validate/warn", body),
                        server.send("POST", "/validate/warn", body),
                    )
                    failures.extend(reply.status for reply in replies if reply.status != 200)
                    counts[number] += 2
                except OSError as error:
                    failures.append(error)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for number in range(20):
        server.authority.issue(serial_name=f"r{number}", kind="rsa" if number % 5 == 4 else "ec").write(server.folder)
        assert server.certificates.reload() is True
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert min(counts) >= 2


def test_old_tls_is_refused(server: Running) -> None:
    """TLS 1.1 is not spoken."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # or the client itself would refuse
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with raw(server) as plain, pytest.raises(OSError, match=r"EOF occurred|\(EOF\)|ALERT_PROTOCOL_VERSION"):
        context.wrap_socket(plain)


def certificates(folder: Path, **options) -> Certificates:
    return Certificates(*Authority().issue(**options).write(folder), CertificateMetrics(CollectorRegistry()))


def test_the_gauge_says_when_it_ends(tmp_path: Path) -> None:
    """The not-after time is exported and follows the certificate in use."""
    registry = CollectorRegistry()
    authority = Authority()
    loaded = Certificates(*authority.issue().write(tmp_path), CertificateMetrics(registry))
    name = "weighbridge_certificate_not_after_timestamp_seconds"
    first = registry.get_sample_value(name)
    assert first == loaded.pair.not_after.timestamp()
    authority.issue(life=timedelta(hours=2)).write(tmp_path)
    assert loaded.reload()
    assert registry.get_sample_value(name) > first + 3000


def test_an_expired_certificate_is_not_ready(tmp_path: Path) -> None:
    """It is still served, there is no better one, but no traffic is asked for."""
    assert certificate_valid(certificates(tmp_path))() == ""
    expired = certificates(tmp_path, life=timedelta(hours=-1))
    assert "valid from" in certificate_valid(expired)()
    assert expired.pair.valid(datetime.now(UTC) - timedelta(hours=1, minutes=10))


def test_an_encrypted_key_is_an_error_and_not_a_question(tmp_path: Path) -> None:
    """Nobody is asked for a passphrase on a terminal."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    certificate, key = Authority().issue().write(tmp_path)
    encryption = serialization.BestAvailableEncryption(b"secret")
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    key.write_bytes(ec.generate_private_key(ec.SECP256R1()).private_bytes(*form))
    with pytest.raises(CertificateError, match="not a usable certificate"):
        Certificates(certificate, key, CertificateMetrics(CollectorRegistry()))
