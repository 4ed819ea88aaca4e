"""Making certificates: an authority that signs for one service, and the service's certificate."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

BACKDATED: Final = timedelta(minutes=5)
"""How far clocks in a cluster may be apart: a certificate is valid from that much before it was made."""

_LONGEST_COMMON_NAME: Final = 64
"""https://www.rfc-editor.org/rfc/rfc5280#appendix-A.1: ub-common-name. The name of the service stands in the SAN."""


def issued_at(certificate: x509.Certificate) -> datetime:
    """Return when one of our certificates was made."""
    return certificate.not_valid_before_utc + BACKDATED


def new_authority(now: datetime, life: timedelta) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Make an authority that signs itself and may sign certificates of services, no further authorities."""
    key = ec.generate_private_key(ec.SECP256R1())
    # A number in the name keeps two authorities apart for clients that look an issuer up by its name alone.
    subject = _name(f"weighbridge authority {x509.random_serial_number():x}")
    builder = _builder(subject, subject, key.public_key(), now, now + life)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return builder.sign(key, hashes.SHA256()), key


def new_leaf(
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    names: Sequence[str],
    now: datetime,
    life: timedelta,
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Make a certificate for the DNS names of a service; it ends no later than its authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    end = min(now + life, authority.not_valid_after_utc)
    builder = _builder(_name(names[0]), authority.subject, key.public_key(), now, end)
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    builder = builder.add_extension(alternatives, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    signer = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    identifier = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(signer)
    builder = builder.add_extension(identifier, critical=False)
    return builder.sign(authority_key, hashes.SHA256()), key


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:_LONGEST_COMMON_NAME])])


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, now: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(end)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
