"""What is held: trusted authorities, the key of the newest, the webhook's certificate and its key; as a Secret's data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

CERTIFICATE: Final = "tls.crt"
KEY: Final = "tls.key"
BUNDLE: Final = "ca.crt"
AUTHORITY_KEY: Final = "authority.key"


class HoldingsError(ValueError):
    """A Secret's data that is not what a keeper wrote: which key of it, and why."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(key, message)
        self.key = key
        self.message = message

    def __str__(self) -> str:
        return f"{self.key}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Everything that is held. Whoever has one has keys that belong to their certificates."""

    authorities: tuple[x509.Certificate, ...]
    """All that are trusted, the newest first: it signs from now on."""
    authority_key: ec.EllipticCurvePrivateKey
    """The newest authority's; those of former ones are not kept."""
    leaf: x509.Certificate
    leaf_key: ec.EllipticCurvePrivateKey

    def __post_init__(self) -> None:
        if not self.authorities:
            raise HoldingsError(BUNDLE, "holds no certificate")
        if self.authorities[0].public_key() != self.authority_key.public_key():
            raise HoldingsError(AUTHORITY_KEY, f"is not the key of the first certificate in {BUNDLE}")
        if self.leaf.public_key() != self.leaf_key.public_key():
            raise HoldingsError(KEY, f"is not the key of {CERTIFICATE}")
        if not any(signed_by(self.leaf, authority) for authority in self.authorities):
            raise HoldingsError(CERTIFICATE, f"is signed by none of {BUNDLE}")

    @property
    def newest(self) -> x509.Certificate:
        """The authority that signs from now on."""
        return self.authorities[0]

    @property
    def bundle(self) -> bytes:
        """What a client has to trust: every authority, PEM."""
        return b"".join(_pem(authority) for authority in self.authorities)

    @property
    def names(self) -> frozenset[str]:
        """The DNS names the certificate is for."""
        alternatives = self.leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return frozenset(alternatives.get_values_for_type(x509.DNSName))

    def is_signed_by_newest(self) -> bool:
        """Say whether the certificate comes from the newest authority."""
        return signed_by(self.leaf, self.newest)

    def to_data(self) -> dict[str, bytes]:
        """Return the Secret's data."""
        return {
            CERTIFICATE: _pem(self.leaf),
            KEY: _key_pem(self.leaf_key),
            BUNDLE: self.bundle,
            AUTHORITY_KEY: _key_pem(self.authority_key),
        }


def from_data(data: Mapping[str, bytes]) -> Holdings:
    """Read a Secret's data; raise `HoldingsError` where it is not what `to_data` gives."""
    for key in (BUNDLE, AUTHORITY_KEY, CERTIFICATE, KEY):
        if not data.get(key):
            raise HoldingsError(key, "is not there")
    return Holdings(
        authorities=tuple(_certificates(BUNDLE, data[BUNDLE])),
        authority_key=_private_key(AUTHORITY_KEY, data[AUTHORITY_KEY]),
        leaf=_certificates(CERTIFICATE, data[CERTIFICATE])[0],
        leaf_key=_private_key(KEY, data[KEY]),
    )


def signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Say whether `authority` signed `certificate`."""
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True


def authorities_in(bundles: Iterable[bytes], now: datetime) -> tuple[x509.Certificate, ...]:
    """Return the distinct authorities in bundles that are valid now; what cannot be read is passed over."""
    found: dict[x509.Certificate, None] = {}
    for bundle in bundles:
        try:
            certificates = _certificates(BUNDLE, bundle)
        except HoldingsError:
            continue
        for certificate in certificates:
            if certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc:
                found[certificate] = None
    return tuple(found)


def _certificates(key: str, pem: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise HoldingsError(key, f"is no certificate: {error}") from error


def _private_key(key: str, pem: bytes) -> ec.EllipticCurvePrivateKey:
    try:
        loaded = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise HoldingsError(key, "is no private key") from error
    if not isinstance(loaded, ec.EllipticCurvePrivateKey):
        raise HoldingsError(key, "is not the kind of key that is made here")
    return loaded


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
