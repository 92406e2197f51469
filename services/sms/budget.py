"""What messages may cost: counted per day and month in the transaction that takes a message up, so that no two go over together."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.shared import days
from services.shared.events import announce
from services.sms import rules
from services.sms.events import SmsBudgetReached
from services.sms.models import SmsContract, SmsSpending
from services.stores.queries import load_settings

_rows: Any = SmsSpending.__table__


def spend(session: Session, contract: SmsContract, *, at: datetime) -> tuple[str, str] | None:
    """Count one message against its day and month, whose names are returned; None when either has nothing left.

    The owner is told once of each share (80, 100 %) that is reached.
    """
    periods = rules.periods_of(_today(session, at))
    budgets = tuple(zip(periods, (contract.day_most, contract.month_most), strict=True))
    counted = [
        (period, most, *_add(session, period)) for period, most in budgets
    ]  # the day first: nobody waits crosswise
    if any(count > most for _period, most, count, _told in counted):
        give_back(session, periods)
        return None
    for period, most, count, told in counted:
        share = rules.share_reached(count, most)
        if share > told:
            session.execute(update(SmsSpending).where(SmsSpending.period == period).values(told=share))
            announce(session, SmsBudgetReached(period, share, count, most, at.isoformat()), at=at)
    return periods


def tell_again(session: Session, limits: Collection[str], *, at: datetime) -> None:
    """These limits (`day_most`, `month_most`) are others now: whoever was told of the old ones is told of the new ones."""
    periods = zip(("day_most", "month_most"), rules.periods_of(_today(session, at)), strict=True)
    for period in [period for limit, period in periods if limit in limits]:
        session.execute(update(SmsSpending).where(SmsSpending.period == period).values(told=0))


def give_back(session: Session, periods: tuple[str, ...]) -> None:
    """A message was not sent after all."""
    for period in periods:
        session.execute(update(SmsSpending).where(SmsSpending.period == period).values(count=SmsSpending.count - 1))


def _today(session: Session, at: datetime) -> date:
    return days.local_day(at, load_settings(session).zone)


def _add(session: Session, period: str) -> tuple[int, int]:
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(_rows).values(period=period, count=1, told=0)
    added = row.on_conflict_do_update(index_elements=["period"], set_={"count": _rows.c["count"] + 1})
    count, told = session.execute(added.returning(_rows.c["count"], _rows.c["told"])).one()
    return count, told
