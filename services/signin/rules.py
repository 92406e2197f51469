"""The member code and the one-time code: pure. The exact bytes stand in docs/member-code.md (facts.md §7.1)."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from services.shared import ids
from services.shared.actors import Actor

PREFIX = "88"
STEP_SECONDS = 15
OLDEST, NEWEST = -4, 2  # steps around now that are accepted: 60 s old, 30 s early
CODE_LIFE = timedelta(minutes=10)  # of a one-time sign-in code
CODE_WRONG_TRIES = 5
PRESENCE_LIFE = timedelta(minutes=10)  # of a member's proof to be here, before the phone number changes
PROOF_LIFE = timedelta(minutes=10)  # of a member's agreement to a spending, and of a scan that stands for one

Standing = Literal["good", "expired", "ahead"]


@dataclass(frozen=True)
class ReadCode:
    """What stands in 20 digits: the device's handle, the hint (step mod 100) and the number from the MAC."""

    handle: str
    hint: int
    number: str


def step_at(at: datetime) -> int:
    """The step of a moment: ⌊unix seconds / 15⌋."""
    return int(at.timestamp()) // STEP_SECONDS


def seconds_left(at: datetime) -> int:
    """Seconds until the next step begins."""
    return STEP_SECONDS - int(at.timestamp()) % STEP_SECONDS


def number_of(secret: bytes, handle: str, step: int) -> str:
    """The 7 digits that only the owner of `secret` can make for `step`."""
    message = b"CKPAY1|" + handle.encode() + b"|" + step.to_bytes(8, "big")
    mac = hmac.new(secret, message, hashlib.sha256).digest()
    return f"{int.from_bytes(mac[:8], 'big') % 10**7:07d}"


def make_code(secret: bytes, handle: str, step: int) -> str:
    """The 20 digits of the member code."""
    body = f"{PREFIX}{handle}{step % 100:02d}{number_of(secret, handle, step)}"
    return body + ids.luhn_digit(body)


def looks_like_code(digits: str) -> bool:
    """Whether these could be a member code (20 digits from 88 with a right check digit)."""
    return len(digits) == 20 and digits.startswith(PREFIX) and ids.luhn_holds(digits)


def read_code(digits: str) -> ReadCode | None:
    """The parts of a member code; None when it is not one."""
    if not looks_like_code(digits):
        return None
    return ReadCode(digits[2:10], int(digits[10:12]), digits[12:19])


def candidate_step(hint: int, now_step: int) -> int:
    """The one step within ±50 of now whose last two digits are the hint: a guess gets one try, not seven."""
    return now_step + (hint - now_step + 50) % 100 - 50


def mac_fits(secret: bytes, read: ReadCode, step: int) -> bool:
    """Whether the number was made by this secret for this step (compared in constant time)."""
    return hmac.compare_digest(number_of(secret, read.handle, step), read.number)


def standing(step: int, now_step: int) -> Standing:
    """Where a genuine code stands: good, older than its life, or made by a clock that runs ahead."""
    if step < now_step + OLDEST:
        return "expired"
    return "ahead" if step > now_step + NEWEST else "good"


def is_easy_pin(pin: str) -> bool:
    """Whether a PIN is among those that people guess first: one digit or one pair repeated, a row, a year."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    repeated = pin == pin[:2] * (len(pin) // 2) or pin == pin[:3] * (len(pin) // 3)
    return len(set(pin)) == 1 or steps in ({1}, {9}) or repeated or (len(pin) == 4 and pin[:2] in {"19", "20"})


def asker_of(actor: Actor) -> int | None:
    """Under whom a question to a member is kept: the member of staff; None for all programs."""
    return actor.id if actor.kind == "staff" else None
