"""Codes that are sent to a phone: how often one may be asked for, alike wherever that is, and whether any can be sent."""

from datetime import datetime

from services.shared import limits, runtime
from services.shared.refusals import TooMany
from services.shared.words import N_
from services.sms import queries as sms
from services.sms.errors import NotConfigured
from webapp.web import edge, people

# quality.md, facts.md §4: codes asked for: 1 a minute, 5 an hour. 10 a day from one address, and 30 from everywhere: a stranger who asks
# for somebody else's phone must not use up what its owner needs.
ASKED = (
    limits.Rule("signin_codes:minute", most=1, seconds=60),
    limits.Rule("signin_codes:hour", most=5, seconds=3600),
    limits.Rule("signin_codes:day", most=30, seconds=86400),
)
ASKED_HERE = limits.Rule("signin_codes:day_here", most=10, seconds=86400)
ASKED_FROM = limits.Rule("signin_codes:address", most=30, seconds=3600)
JUST_SENT = N_("刚发过一次，%(retry_after)s 秒后可以再要")


def can_send() -> bool:
    """Whether codes go out: by SMS where the shop has a contract, else to the development inbox (DEMO=1)."""
    return sms.is_ready(edge.read()) or runtime.config().demo


def require_sending() -> None:
    """Raise NotConfigured where none goes out."""
    if not can_send():
        raise NotConfigured


def count(phone: str, at: datetime) -> None:
    """Count that a code for `phone` is asked for. Raises TooMany."""
    edge.spend(ASKED_FROM, people.address(), at=at)
    here = runtime.keys().hash(f"{phone} {people.address()}")  # a row that names no phone needs no erasing
    edge.require_room(ASKED_HERE, here, at=at)  # first: who has used theirs up takes nothing from the owner's
    for rule in ASKED:
        _count(rule, phone, at)
    edge.spend(ASKED_HERE, here, at=at)


def _count(rule: limits.Rule, phone: str, at: datetime) -> None:
    try:
        edge.spend(rule, phone, at=at)
    except TooMany as refusal:
        if rule is not ASKED[0]:
            raise
        raise TooMany("too_many", JUST_SENT, retry_after=refusal.retry_after) from refusal
