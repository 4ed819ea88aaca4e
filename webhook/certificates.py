"""The serving certificate: loaded whole or not at all, and replaced without closing the listener.

`load_cert_chain` takes paths only, and reads certificate and key one after the other. So both files are read once, the
bytes go into anonymous memory files, and a scratch context loads them from there: what was checked is what is used,
whatever happens to the files meanwhile. A pair that loads becomes the context of the connections that come after it,
through the listener's SNI callback (OpenSSL calls it for clients that send no name as well). Loading into the live
context instead would keep the old certificate beside the new one when the key type changes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from webhook.metrics import CertificateMetrics

logger = logging.getLogger(__name__)


class CertificateError(Exception):
    """The files do not hold a certificate and the key that belongs to it."""

    def __init__(self, certificate: Path, key: Path, reason: str) -> None:
        super().__init__(certificate, key, reason)
        self.certificate = certificate
        self.key = key
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.certificate} and {self.key} are not a usable certificate and its key: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A certificate chain and its key as they were read, and the context that loaded them."""

    content: tuple[bytes, bytes]
    context: ssl.SSLContext
    not_before: datetime
    not_after: datetime

    def valid(self, now: datetime) -> bool:
        """Return whether the certificate may be served at `now`."""
        return self.not_before <= now < self.not_after


class Certificates:
    """The pair in use, and the listener's context that hands it out."""

    def __init__(self, certificate: Path, key: Path, metrics: CertificateMetrics) -> None:
        self._certificate = certificate
        self._key = key
        self._metrics = metrics
        self._refused: tuple[bytes, bytes] | None = None
        self.pair = self._load(self._read())
        self._metrics.not_after.set(self.pair.not_after.timestamp())
        self.listener_context = _context(self.pair.content)
        self.listener_context.sni_callback = self._hand_out

    def reload(self) -> bool:
        """Apply the files if they changed and are a whole pair; return whether they were applied."""
        try:
            content = self._read()
            if content in (self.pair.content, self._refused):
                return False
            self._refused = content
            pair = self._load(content)
        except CertificateError as error:
            self._metrics.reloads.labels("refused").inc()
            logger.warning("certificate files changed, the old pair stays in use", extra={"fields": _fields(error)})
            return False
        self.pair = pair
        self._metrics.not_after.set(pair.not_after.timestamp())
        self._metrics.reloads.labels("applied").inc()
        logger.info("certificate replaced", extra={"fields": {"not_after": pair.not_after.isoformat()}})
        return True

    async def watch(self, interval: float) -> None:
        """Look at the files every `interval` seconds, for ever."""
        while True:
            await asyncio.sleep(interval)
            await asyncio.to_thread(self.reload)

    def _hand_out(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        connection.context = self.pair.context

    def _read(self) -> tuple[bytes, bytes]:
        try:
            return self._certificate.read_bytes(), self._key.read_bytes()
        except OSError as error:
            raise CertificateError(self._certificate, self._key, str(error)) from error

    def _load(self, content: tuple[bytes, bytes]) -> Pair:
        try:
            context = _context(content)
            leaf = x509.load_pem_x509_certificate(content[0])
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            raise CertificateError(self._certificate, self._key, str(error)) from error
        return Pair(
            content=content, context=context, not_before=leaf.not_valid_before_utc, not_after=leaf.not_valid_after_utc
        )


def _fields(error: CertificateError) -> dict[str, str]:
    return {"reason": error.reason}


def _context(content: tuple[bytes, bytes]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    with _memory_file(content[0]) as certificate, _memory_file(content[1]) as key:
        context.load_cert_chain(certificate, key, password=_no_password)
    return context


def _no_password() -> str:
    # Without a callback OpenSSL asks the terminal for the passphrase of an encrypted key and waits.
    return ""


@contextlib.contextmanager
def _memory_file(content: bytes) -> Iterator[str]:
    descriptor = os.memfd_create("weighbridge-certificate", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, content)
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)
