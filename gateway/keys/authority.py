"""The garden's own certificate authority, and the certificates that it makes (P-256, X.509).

Loaded by ``jardin-gateway init`` only: ``cryptography`` weighs 15 MB, which a gateway at work need
not carry.

The authority and the broker's certificate are dated from 1970 to 2099: a node without a clock
battery must be let in before it knows the time, also by programs whose TLS asks for dates. The web
door's certificate is dated as browsers want it (Apple takes 825 days at the most). Dates protect
nothing here: a certificate that is no longer wanted is replaced, and there is one gateway.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.keys.names import Names, Realm, realm_of
from sensor_node.errors import ConfigError

EVER: Final = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC))
WEB_DAYS: Final = 820
SLACK_DAYS: Final = 2
"""The keeper's phone may be a day behind the gateway."""
MAX_TITLE: Final = 60


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate and its key, as PEM."""

    certificate: bytes
    key: bytes

    def __repr__(self) -> str:
        return "Certified(…)"


class Authority:
    """Makes certificates; ``made`` is its own."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self._certificate = certificate
        self._key = key

    @classmethod
    def new(cls, garden: str, names: Names) -> Authority:
        """A fresh one for ``garden``, good for ``names`` and any name of a private network only.

        A phone that trusts it must not have to trust it for a bank. The constraint is not marked
        critical: programs that know it keep it, and the TLS of small boards, which does not know
        it, still lets its user in.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        title = _title(f"Jardin connecté : {garden}"[:MAX_TITLE])
        builder = (
            _builder(title, title, key.public_key(), EVER)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(
                x509.NameConstraints(list(_allowed(realm_of(names))), None), critical=False
            )
        )
        return cls(builder.sign(key, hashes.SHA256()), key)

    @classmethod
    def load(cls, made: Certified) -> Authority:
        """The one that was made before. Raises ``ConfigError`` where it is not whole."""
        try:
            key = serialization.load_pem_private_key(made.key, None)
            certificate = x509.load_pem_x509_certificate(made.certificate)
            if not isinstance(key, ec.EllipticCurvePrivateKey):
                raise ValueError("another kind of key")
            if certificate.public_key() != key.public_key():
                raise ValueError("the key of another certificate")
        except (ValueError, TypeError) as error:
            raise ConfigError(
                "AUTHORITY_BROKEN",
                fr=f"L'autorité du jardin n'est pas entière ({error}) : remettez "
                "keys/authority.key et keys/authority.crt d'une copie, ou refaites le jardin.",
                en=f"The garden's authority is not whole ({error}): put back keys/authority.key "
                "and keys/authority.crt from a copy, or make the garden anew.",
            ) from error
        return cls(certificate, key)

    @property
    def made(self) -> Certified:
        """Its own certificate and key."""
        return Certified(
            self._certificate.public_bytes(serialization.Encoding.PEM), _private(self._key)
        )

    def for_broker(self, names: Names) -> Certified:
        """What the nodes meet. Raises ``ConfigError`` for a name that the authority is not for."""
        return self._certify(names, EVER)

    def for_web(self, names: Names, now: datetime) -> Certified:
        """What the keeper's browser meets."""
        return self._certify(names, web_dates(now))

    def _certify(self, names: Names, dates: tuple[datetime, datetime]) -> Certified:
        self._check(names)
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = self._key.public_key()
        builder = (
            _builder(_title(names.hosts[0]), self._certificate.subject, key.public_key(), dates)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
            .add_extension(x509.SubjectAlternativeName(list(_general(names))), False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), False)
        )
        made = builder.sign(self._key, hashes.SHA256())
        return Certified(made.public_bytes(serialization.Encoding.PEM), _private(key))

    def _check(self, names: Names) -> None:
        """A name outside the constraint would give a certificate that nobody takes."""
        found = self._certificate.extensions.get_extension_for_class(x509.NameConstraints)
        allowed = found.value.permitted_subtrees or []
        realm = Realm(
            tuple(each.value for each in allowed if isinstance(each, x509.DNSName)),
            tuple(_network(each) for each in allowed if isinstance(each, x509.IPAddress)),
        )
        strange = realm.strangers(names)
        if strange:
            raise ConfigError(
                "NAME_OUTSIDE",
                fr=f"L'autorité de ce jardin n'est pas faite pour : {', '.join(strange)}. Un nom "
                "hors du réseau local se donne en faisant le jardin (init --name).",
                en=f"This garden's authority is not made for: {', '.join(strange)}. A name outside "
                "the local network is given when the garden is made (init --name).",
            )


def web_dates(now: datetime) -> tuple[datetime, datetime]:
    """From when to when a certificate for browsers is good that is made ``now``."""
    return now - timedelta(days=SLACK_DAYS), now + timedelta(days=WEB_DAYS)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    dates: tuple[datetime, datetime],
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(dates[0])
        .not_valid_after(dates[1])
    )


def _title(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


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


def _general(names: Names) -> Iterator[x509.GeneralName]:
    yield from (x509.DNSName(host) for host in names.hosts)
    yield from (x509.IPAddress(ipaddress.ip_address(text)) for text in names.addresses)


def _allowed(realm: Realm) -> Iterator[x509.GeneralName]:
    yield from (x509.DNSName(zone) for zone in realm.zones)
    yield from (x509.IPAddress(network) for network in realm.networks)


def _network(allowed: x509.IPAddress) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    assert isinstance(allowed.value, ipaddress.IPv4Network | ipaddress.IPv6Network)  # noqa: S101 - what a constraint holds
    return allowed.value


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
