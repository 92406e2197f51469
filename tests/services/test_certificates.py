"""TLS=local: a shop's own certificate authority, good for its own network and nothing else."""

import contextlib
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509 import verification

from services.shared import certificates
from tests.conftest import NOON

NAMES = ["localhost", "192.168.1.20", "till", "till.local"]


def store(folder: Path) -> verification.Store:
    return verification.Store([x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())])


def accepted(folder: Path, subject: x509.verification.Subject) -> bool:
    own = x509.load_pem_x509_certificate((folder / "shop.crt").read_bytes())
    judge = verification.PolicyBuilder().store(store(folder)).build_server_verifier(subject)
    try:
        judge.verify(own, [])
    except verification.VerificationError:
        return False
    return True


def greets(pair: certificates.Pair, authority: Path, name: str) -> bool:
    """Whether OpenSSL, as phones do, takes this server for `name`: a handshake in memory."""
    at_server, at_phone = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=str(authority))
    at_server.load_cert_chain(pair.certificate, pair.key)
    to_server, to_phone = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = at_server.wrap_bio(to_server, to_phone, server_side=True)
    phone = at_phone.wrap_bio(to_phone, to_server, server_hostname=name)
    for side in (phone, server, phone, server):
        with contextlib.suppress(ssl.SSLWantReadError):
            side.do_handshake()
    return phone.version() == "TLSv1.3"


def test_the_certificate_is_good_for_the_shops_names_and_loads_into_a_server(tmp_path: Path) -> None:
    pair = certificates.for_addresses(tmp_path, NAMES, at=datetime.now(UTC))
    assert accepted(tmp_path, x509.DNSName("till.local"))
    assert not accepted(tmp_path, x509.DNSName("bank.example"))
    assert greets(pair, tmp_path / "ca.crt", "192.168.1.20")


def test_the_authority_can_vouch_for_local_names_only(tmp_path: Path) -> None:
    certificates.for_addresses(tmp_path, [*NAMES, "bank.example", "8.8.8.8"], at=NOON)
    own = x509.load_pem_x509_certificate((tmp_path / "shop.crt").read_bytes())
    held = own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert held.get_values_for_type(x509.DNSName) == ["localhost", "till.local"]
    authority = x509.load_pem_x509_certificate((tmp_path / "ca.crt").read_bytes())
    assert authority.extensions.get_extension_for_class(x509.NameConstraints).critical


@pytest.mark.parametrize("name", ["ca.key", "shop.key"])
def test_keys_are_for_the_owner_alone(tmp_path: Path, name: str) -> None:
    certificates.for_addresses(tmp_path, NAMES, at=NOON)
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_it_is_made_anew_before_it_ends_or_when_an_address_is_new_and_phones_keep_trusting(tmp_path: Path) -> None:
    def own() -> bytes:
        return (tmp_path / "shop.crt").read_bytes()

    certificates.for_addresses(tmp_path, NAMES, at=NOON)
    authority, first = (tmp_path / "ca.crt").read_bytes(), own()
    certificates.for_addresses(tmp_path, NAMES, at=NOON + timedelta(days=300))
    assert own() == first
    certificates.for_addresses(tmp_path, NAMES, at=NOON + timedelta(days=380))
    second = own()
    certificates.for_addresses(tmp_path, [*NAMES, "192.168.1.77"], at=NOON + timedelta(days=380))
    assert len({first, second, own()}) == 3
    assert (tmp_path / "ca.crt").read_bytes() == authority
