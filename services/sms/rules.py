"""What may be sent, when it is tried again, and what a budget has left: pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from services.shared.limits import Rule

PROVIDERS = ("aliyun", "tencent")
REGIONS = ("ap-guangzhou", "ap-beijing", "ap-nanjing")  # where Tencent's SendSms answers for the mainland
LEASE = timedelta(seconds=60)  # longer than the one door waits
BACKOFF = (timedelta(seconds=5), timedelta(seconds=20), timedelta(seconds=60))
MOST_TRIES = 1 + len(BACKOFF)  # each may be billed
TELL_AT = (80, 100)  # percent of a budget that the owner is told of
# A test costs a message as well. The limits of members' codes stand where they are asked for (webapp/member/signin.py).
TESTS = (Rule("sms_tests:minute", most=1, seconds=60), Rule("sms_tests:day", most=10, seconds=86_400))

_MAINLAND = re.compile(r"\+86(1[3-9]\d{9})")
_CODE = re.compile(r"[A-Za-z0-9._\-]{1,80}")

State = Literal["sent", "refused", "again"]


@dataclass(frozen=True)
class Answer:
    """What a provider said: sent, refused for good, or not now. `reason` is its code, never its words: those repeat what was sent.

    `billed`: whether this try may be on the bill.
    """

    state: State
    reason: str = ""
    billed: bool = False


SILENT = Answer("again", "no_answer", billed=True)


def mainland_number(phone: str) -> str | None:
    """The 11 digits of a mobile number of the mainland; None for any other: our templates and prices are for these alone."""
    found = _MAINLAND.fullmatch(phone)
    return found[1] if found else None


def answer_of(code: object, *, good: str, again: tuple[str, ...], status: int) -> Answer:
    """What a provider's `code` means: `good` is its word for sent, `again` how codes begin that pass by themselves."""
    if code == good:
        return Answer("sent", billed=True)
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        return Answer("again", f"http_{status}", billed=True)
    return Answer("again" if code.startswith(again) or status >= 500 else "refused", code)


def next_try(attempts: int, at: datetime, expires_at: datetime) -> datetime | None:
    """When a message is tried again after `attempts` tries; None when that is too often or too late."""
    if attempts >= MOST_TRIES:
        return None
    due = at + BACKOFF[attempts - 1]
    return due if due < expires_at else None


def periods_of(day: date) -> tuple[str, str]:
    """The names of the day and its month, under which messages are counted."""
    return day.isoformat(), day.isoformat()[:7]


def share_reached(count: int, most: int) -> int:
    """80 or 100 when so many percent of a budget of `most` messages are used up, else 0."""
    return max((percent for percent in TELL_AT if count * 100 >= percent * most), default=0)
