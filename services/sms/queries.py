"""The contract, what it has cost, and the last messages."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.shared import days
from services.sms import rules
from services.sms.models import SmsContract, SmsMessage, SmsSpending
from services.stores.queries import load_settings

CONTRACT = 1  # the id of the one row


@dataclass(frozen=True)
class Spent:
    """Messages that today and this month have cost, and their price in fen; `full` says which budget has nothing left."""

    day_count: int
    month_count: int
    price: int
    share: int
    full: bool

    @property
    def day_cost(self) -> int:
        """Today's, in fen."""
        return self.day_count * self.price

    @property
    def month_cost(self) -> int:
        """This month's, in fen."""
        return self.month_count * self.price


def find_contract(session: Session) -> SmsContract | None:
    """The shop's contract, switched on or not; None where there never was one."""
    return session.get(SmsContract, CONTRACT)


def is_ready(session: Session) -> bool:
    """Whether members can have codes sent to their phones."""
    active = session.scalar(select(SmsContract.active).where(SmsContract.id == CONTRACT))
    return bool(active)


def has_asks(session: Session, *, at: datetime) -> bool:
    """Whether somebody waits for an answer to a wish for a code."""
    waiting = select(SmsMessage.id).where(SmsMessage.state == "asked", SmsMessage.expires_at > at).limit(1)
    return session.scalar(waiting) is not None


def get_spent(session: Session, *, at: datetime) -> Spent:
    """What was used up so far of the budgets that `at` falls into."""
    contract = find_contract(session)
    day, month = rules.periods_of(days.local_day(at, load_settings(session).zone))
    wanted = select(SmsSpending.period, SmsSpending.count).where(SmsSpending.period.in_((day, month)))
    found: dict[str, int] = dict(session.execute(wanted).tuples().all())
    counts = found.get(day, 0), found.get(month, 0)
    if contract is None:
        return Spent(*counts, price=0, share=0, full=False)
    share = max(map(rules.share_reached, counts, (contract.day_most, contract.month_most)))
    return Spent(*counts, price=contract.price, share=share, full=share >= 100)


def list_messages(session: Session, *, limit: int = 30, after: int | None = None) -> list[SmsMessage]:
    """The last messages, the newest first; not what was only asked for, as nobody knows yet whose phone that is."""
    query = select(SmsMessage).where(SmsMessage.state != "asked").order_by(SmsMessage.id.desc()).limit(limit)
    return list(session.scalars(query if after is None else query.where(SmsMessage.id < after)))
