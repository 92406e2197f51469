"""A shop's own certificate authority for `TLS=local`: phones on the shop's Wi-Fi install it once and then trust this machine.

The authority may only vouch for private addresses and local names (name constraints, RFC 5280 §4.2.1.10), so a stolen key is of
no use elsewhere. Files live in `$DATA/tls`, keys with mode 600.
"""

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY = "ca.crt"
AUTHORITY_LASTS, LASTS = (
    timedelta(days=3650),
    timedelta(days=397),
)  # phones refuse server certificates of more than 398 days
RENEW_BEFORE = timedelta(days=30)
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10", "192.0.2.0/24", "::1/128", "fc00::/7", "fe80::/10")  # fmt: skip  # noqa: E501
_LOCAL_ENDINGS = ("localhost", "local", "lan", "home.arpa", "internal")


@dataclass(frozen=True)
class Pair:
    """Files of a certificate and its key (PEM)."""

    certificate: Path
    key: Path


def for_addresses(folder: Path, names: Sequence[str], *, at: datetime) -> Pair:
    """A certificate for those host names and addresses, from the shop's authority; both are made or renewed when needed.

    Names outside the local network are left out: the authority may not vouch for them.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority, own = Pair(folder / AUTHORITY, folder / "ca.key"), Pair(folder / "shop.crt", folder / "shop.key")
    wanted = [name for name in names if _is_local(name)]
    if not authority.certificate.exists():
        _make_authority(authority, at)
        own.certificate.unlink(missing_ok=True)
    if not _still_good(own.certificate, wanted, at):
        _make_certificate(own, authority, wanted, at)
    return own


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _is_local(name: str) -> bool:
    address = _address(name)
    if address is None:
        return any(name == ending or name.endswith(f".{ending}") for ending in _LOCAL_ENDINGS)
    return any(address in network for network in _networks() if network.version == address.version)


def _networks() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(each) for each in _PRIVATE]


def _alternatives(names: Sequence[str]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for name in names:
        address = _address(name)
        found.append(x509.IPAddress(address) if address else x509.DNSName(name))
    return found


def _still_good(path: Path, names: Sequence[str], at: datetime) -> bool:
    if not path.exists():
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return certificate.not_valid_after_utc - at > RENEW_BEFORE and set(_alternatives(names)) <= set(held)


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _make_authority(pair: Pair, at: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(f"Changke {at:%Y-%m-%d} {x509.random_serial_number() % 10_000:04d}")
    allowed: list[x509.GeneralName] = [x509.IPAddress(network) for network in _networks()]
    allowed += [x509.DNSName(ending) for ending in _LOCAL_ENDINGS]
    certificate = (
        _builder(subject, subject, key.public_key(), at, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.NameConstraints(permitted_subtrees=allowed, excluded_subtrees=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(pair, certificate, key)


def _make_certificate(pair: Pair, authority: Pair, names: Sequence[str], at: datetime) -> None:
    issuer = x509.load_pem_x509_certificate(authority.certificate.read_bytes())
    issuer_key = serialization.load_pem_private_key(authority.key.read_bytes(), password=None)
    assert isinstance(issuer_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(_name("Changke"), issuer.subject, key.public_key(), at, LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(_alternatives(names)), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    _write(pair, certificate, key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, at: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + lasts)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=signs, crl_sign=signs, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _write(pair: Pair, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    body = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    handle = os.open(pair.key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(body)
    pair.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
