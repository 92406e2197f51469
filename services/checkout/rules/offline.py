"""A sale that was made without network: who sold it, and when. Pure.

The credential is what a counter is given while somebody is signed in there, and what each sale that waits carries with it
(`oq_12.1.1795309500.…`): who sells, where, since when, signed. It is no session: it sells for cash or through a foreign machine and
can do nothing else, so it outlives the session, and whoever sold stays the one who sold. What it brings once it has outlived
itself is booked too (the money was taken), as a walk-in's, outside of shifts.
"""

import base64
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LATE = timedelta(days=7)
LIFE = timedelta(days=7)  # of a credential; a counter with a network gets a new one every quarter of an hour
SLACK = timedelta(minutes=5)  # what clocks may differ by before somebody is told
KEY_PREFIX = "offline:"  # of the keys under which these sales are booked: no foreign system's may begin so
# What a manager should look at: how such a sale differs from the books.
FLAGS = (
    "late", "clock_wrong", "credential_old", "old_price", "choices_unknown", "sold_out", "product_gone", "till_closed",
    "staff_disabled", "member_unknown", "code_refused",
)  # fmt: skip
_CREDENTIAL = re.compile(r"oq_(\d{1,15})\.(\d{1,15})\.(\d{1,11})\.([A-Za-z0-9_-]{22})")

Sign = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Credential:
    """Who may sell without network, at which store, and since when this is known."""

    staff_id: int
    store_id: int
    issued_at: datetime


@dataclass(frozen=True)
class SaleTime:
    """When a sale was made, as far as it is possible; `wrong`: the device's clock said something else."""

    moment: datetime
    wrong: bool
    late: bool


def seal(credential: Credential, sign: Sign) -> str:
    """The credential as a counter keeps it."""
    said = f"{credential.staff_id}.{credential.store_id}.{int(credential.issued_at.timestamp())}"
    return f"oq_{said}.{base64.urlsafe_b64encode(sign(said.encode())).rstrip(b'=').decode()}"


def unseal(text: str, sign: Sign) -> Credential | None:
    """What a credential says; None when it is not one of ours."""
    found = _CREDENTIAL.fullmatch(text) if text.isascii() else None
    if found is None:
        return None
    said, mac = text.removeprefix("oq_").rsplit(".", 1)
    if not hmac.compare_digest(base64.urlsafe_b64decode(mac + "=="), sign(said.encode())):
        return None
    staff_id, store_id, issued = map(int, found.groups()[:3])
    return Credential(staff_id, store_id, datetime.fromtimestamp(issued, UTC))


def time_of(sold_at: datetime, issued_at: datetime, at: datetime) -> SaleTime:
    """The moment of a sale: what the device said, but not before its credential was issued and not after it reached us."""
    moment = min(max(sold_at, issued_at), at)
    return SaleTime(moment, abs(moment - sold_at) > SLACK, at - moment > LATE)


def is_over(time: SaleTime, issued_at: datetime, disabled_at: datetime | None) -> bool:
    """Whether a credential was none any more when the sale was made: too old, or its seller was disabled by then.

    Of a disabled seller only what their device still held counts: whatever they bring late may be of any day that they like to name.
    """
    if time.moment - issued_at > LIFE:
        return True
    return disabled_at is not None and (time.late or time.moment > disabled_at)
