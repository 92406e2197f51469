"""Six digits that an app shows for 30 seconds (TOTP, RFC 6238; the library is pyotp)."""

import hmac
from datetime import datetime

import pyotp

STEP_SECONDS = 30
AROUND = (-1, 0, 1)  # a phone's clock may be half a minute off


def fresh_secret() -> str:
    """160 random bits in base32."""
    return pyotp.random_base32()


def step_of(secret: str, digits: str, *, after: int, at: datetime) -> int | None:
    """Which step's code this is: the present one or a neighbour of it, later than `after`; None when it is none of these."""
    if not digits.isascii():
        return None
    app, now = pyotp.TOTP(secret), int(at.timestamp()) // STEP_SECONDS
    for step in (now + around for around in AROUND):
        if hmac.compare_digest(app.generate_otp(step), digits) and step > after:
            return step
    return None


def address_of(secret: str, *, shop: str, username: str) -> str:
    """What the QR says (otpauth://…): the app then names shop and person."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=shop)


def in_groups(secret: str) -> str:
    """The secret as a person types it: in groups of four."""
    return " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
