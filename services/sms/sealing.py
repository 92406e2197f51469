"""What a message says and to whom: encrypted in its row until it has ended."""

import json
from dataclasses import asdict, dataclass

from services.shared import runtime
from services.sms.models import SmsContract

_PURPOSE = "sms-contract"


@dataclass(frozen=True)
class Letter:
    """Phone (E.164), the code (empty until somebody was found who has this phone), how many minutes it is good, where it was asked."""

    phone: str
    code: str = ""
    minutes: int = 0
    origin: str = ""


def seal(letter: Letter, key: str) -> bytes:
    """The letter encrypted, bound to its message's key."""
    return runtime.keys().encrypt(json.dumps(asdict(letter)).encode(), f"sms:{key}")


def unseal(sealed: bytes, key: str) -> Letter:
    """The inverse of `seal`. Raises cryptography's InvalidTag on anything else."""
    return Letter(**json.loads(runtime.keys().decrypt(sealed, f"sms:{key}")))


def seal_secret(secret: str) -> bytes:
    """The contract's secret as it rests."""
    return runtime.keys().encrypt(secret.encode(), _PURPOSE)


def secret_of(contract: SmsContract) -> str:
    """The contract's secret in clear: for signing only."""
    return runtime.keys().decrypt(contract.secret, _PURPOSE).decode()
