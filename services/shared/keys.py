"""The shop's secret keys: made on first start, kept in `$DATA/secrets.json` (mode 600), backed up with the books."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True)
class Keys:
    """`forms` signs cookies and forms, `codes` is the pepper of stored codes, `data` encrypts secrets at rest, `vapid` signs pushes."""

    forms: str
    codes: bytes
    data: bytes
    vapid: str

    def hash(self, code: str) -> str:
        """Look-up hash of a code or token: HMAC-SHA-256 under the shop's pepper, hex."""
        return hmac.new(self.codes, code.encode(), hashlib.sha256).hexdigest()

    def sign(self, purpose: str, body: bytes) -> bytes:
        """16 bytes of MAC that bind `body` to `purpose`."""
        return hmac.new(self.codes, purpose.encode() + b"\0" + body, hashlib.sha256).digest()[:16]

    def encrypt(self, raw: bytes, purpose: str) -> bytes:
        """AES-256-GCM under the data key, bound to `purpose`."""
        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(self.data).encrypt(nonce, raw, purpose.encode())

    def decrypt(self, sealed: bytes, purpose: str) -> bytes:
        """The inverse of `encrypt`. Raises cryptography's InvalidTag on anything else."""
        return AESGCM(self.data).decrypt(sealed[:12], sealed[12:], purpose.encode())

    @property
    def vapid_public(self) -> str:
        """The public key browsers subscribe with: uncompressed point, base64url."""
        private = ec.derive_private_key(int.from_bytes(_raw(self.vapid), "big"), ec.SECP256R1())
        point = private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return _b64(point)


def make() -> Keys:
    """Fresh keys."""
    private = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return Keys(
        forms=secrets.token_urlsafe(32),
        codes=secrets.token_bytes(32),
        data=secrets.token_bytes(32),
        vapid=_b64(private.to_bytes(32, "big")),
    )


def load(path: Path) -> Keys:
    """The keys in `path`, made there first when the file is missing. Two processes starting at once agree."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_new(path, make())
    stored = json.loads(path.read_text())
    return Keys(forms=stored["forms"], codes=_raw(stored["codes"]), data=_raw(stored["data"]), vapid=stored["vapid"])


def _write_new(path: Path, keys: Keys) -> None:
    body = json.dumps({"forms": keys.forms, "codes": _b64(keys.codes), "data": _b64(keys.data), "vapid": keys.vapid})
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # fails when another process was first: its keys count
    except FileExistsError:
        pass
    finally:
        draft.unlink()
