"""A security key made of software: it makes passkeys and signs with them as WebAuthn level 3 says, or wrongly where a test asks for it.

Written from the specification (6.1 authenticator data, 6.5 attestation, 5.8.1 client data), not from the product's library.
"""

import base64
import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, CAN_SYNC, SYNCED, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40


def encoded(raw: bytes) -> str:
    """base64url without padding, as browsers send bytes."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """The bytes of base64url."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Key:
    """One passkey. `count` is its signature counter (0: it has none, as synced ones)."""

    rp_id: str
    user_handle: bytes
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 1

    @property
    def public(self) -> bytes:
        """The public half as a COSE key (ES256)."""
        numbers = self.private.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})


@dataclass
class Authenticator:
    """Speaks for a browser at `origin`."""

    origin: str

    def make(self, options: dict[str, Any], **wrong: Any) -> tuple[Key, dict[str, Any]]:
        """The answer to `navigator.credentials.create`; `wrong` names what is other than it should be (`_client`, `_data`)."""
        key = Key(options["rp"]["id"], decoded(options["user"]["id"]))
        key.credential_id = wrong.get("credential_id", key.credential_id)
        client = _client("webauthn.create", options["challenge"], self.origin, wrong)
        attested = bytes(16) + struct.pack(">H", len(key.credential_id)) + key.credential_id + key.public
        data = _data(key, wrong, extra=ATTESTED) + attested
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": encoded(client),
            "attestationObject": encoded(statement),
            "transports": ["internal"],
        }
        return key, _written(key, response)

    def sign(self, options: dict[str, Any], key: Key, **wrong: Any) -> dict[str, Any]:
        """The answer to `navigator.credentials.get`."""
        key.count += 1 if key.count else 0
        client = _client("webauthn.get", options["challenge"], self.origin, wrong)
        data = _data(key, wrong)
        signer = wrong.get("private", key.private)
        signature = signer.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": encoded(client), "authenticatorData": encoded(data), "signature": encoded(signature),
            "userHandle": encoded(wrong.get("user_handle", key.user_handle)),
        }  # fmt: skip
        return _written(key, response)


def _client(kind: str, challenge: str, origin: str, wrong: dict[str, Any]) -> bytes:
    told = {
        "type": wrong.get("type", kind), "challenge": wrong.get("challenge", challenge),
        "origin": wrong.get("origin", origin), "crossOrigin": False,
    }  # fmt: skip
    return json.dumps(told).encode()


def _data(key: Key, wrong: dict[str, Any], extra: int = 0) -> bytes:
    flags = wrong.get("flags", PRESENT | VERIFIED) | extra
    hashed = hashlib.sha256(wrong.get("rp_id", key.rp_id).encode()).digest()
    return hashed + struct.pack(">BI", flags, wrong.get("count", key.count))


def _written(key: Key, response: dict[str, Any]) -> dict[str, Any]:
    raw = encoded(key.credential_id)
    return {"id": raw, "rawId": raw, "type": "public-key", "response": response}
