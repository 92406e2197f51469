"""What a real push service demands of a message (RFC 8030, 8188, 8291, 8292, and Apple's and Windows' own rules)."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

BIGGEST_BODY = 4096
LONGEST_PROOF = 24 * 60 * 60
URGENCIES = {None, "very-low", "low", "normal", "high"}


class RuleBrokenError(ValueError):
    """The message would not be taken; `status` is what the services answer then."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class Proof:
    """A checked VAPID proof: who sends (`key`, the public key in base64url) and what was claimed."""

    key: str
    claims: Mapping[str, Any] = field(default_factory=dict)


def check_message(headers: Mapping[str, str], body: bytes) -> None:
    """Raise `RuleBrokenError` unless TTL, Urgency, Topic, encoding and size are right. Header names: lower case."""
    if not headers.get("ttl", "").isdigit() or int(headers["ttl"]) == 0:
        raise RuleBrokenError(400, f"TTL must be a positive number of seconds, not {headers.get('ttl')!r}")
    if headers.get("content-encoding") != "aes128gcm":
        raise RuleBrokenError(400, f"Content-Encoding must be aes128gcm, not {headers.get('content-encoding')!r}")
    if headers.get("content-type", "application/octet-stream") != "application/octet-stream":
        raise RuleBrokenError(400, f"Content-Type {headers['content-type']!r} is no encrypted body")
    if headers.get("urgency") not in URGENCIES:
        raise RuleBrokenError(400, f"unknown Urgency {headers['urgency']!r}")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", headers.get("topic", "none")):
        raise RuleBrokenError(400, f"Topic {headers['topic']!r} is not 1 to 32 characters of base64url")
    if len(body) > BIGGEST_BODY:
        raise RuleBrokenError(413, f"{len(body)} bytes are more than {BIGGEST_BODY}")


def check_vapid(authorization: str, *, audience: str, now: float) -> Proof:
    """Check an `Authorization: vapid t=…, k=…` header; raises `RuleBrokenError` (401 or 403) when it proves nothing."""
    found = re.fullmatch(r"vapid t=([\w.-]+), ?k=([\w-]+)", authorization.strip(), re.IGNORECASE)
    if not found:
        raise RuleBrokenError(401, f"no VAPID proof in {authorization!r}")
    token, key = found.groups()
    claims = _verified_claims(token, key)
    if claims.get("aud") != audience:
        raise RuleBrokenError(403, f"aud is {claims.get('aud')!r}, this service is {audience!r}")
    left = float(claims.get("exp", 0)) - now
    if not 0 < left <= LONGEST_PROOF:
        raise RuleBrokenError(403, f"exp is {left:.0f} s away, allowed are 1 to {LONGEST_PROOF}")
    if not _is_contact(str(claims.get("sub", ""))):
        raise RuleBrokenError(403, f"BadJwtToken: sub {claims.get('sub')!r} is no mailto: or https: contact")
    return Proof(key=key, claims=claims)


def _verified_claims(token: str, key: str) -> dict[str, Any]:
    try:
        head, body, signature = token.split(".")
        raw = from_base64url(signature)
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_base64url(key))
        der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        public.verify(der, f"{head}.{body}".encode(), ec.ECDSA(SHA256()))
        header, claims = json.loads(from_base64url(head)), json.loads(from_base64url(body))
    except (ValueError, InvalidSignature) as wrong:
        raise RuleBrokenError(403, f"the VAPID proof does not verify: {wrong!r}") from None
    if header.get("alg") != "ES256" or len(raw) != 64 or not isinstance(claims, dict):
        raise RuleBrokenError(403, f"not an ES256 proof: {header}")
    return claims


def _is_contact(sub: str) -> bool:
    """Apple refuses addresses without a real domain (`@localhost`) and bare addresses."""
    return bool(re.fullmatch(r"(mailto:[^@\s]+@|https://)[\w-]+(\.[\w-]+)+(/\S*)?", sub))


def from_base64url(text: str) -> bytes:
    """Bytes of unpadded base64url; raises `ValueError` for anything else."""
    if not re.fullmatch(r"[\w-]*", text, re.ASCII):
        raise ValueError(f"not base64url: {text!r}")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as wrong:
        raise ValueError(str(wrong)) from None


def to_base64url(raw: bytes) -> str:
    """Unpadded base64url, as every push API writes keys."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
