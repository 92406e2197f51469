"""Points come in lots: the lot that expires first is spent first, what a refund takes back may leave a debt, and nothing is lost."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services import wiring
from services.loyalty import commands as loyalty
from services.loyalty.errors import PointsInsufficient
from services.loyalty.models import PointsEntry, PointsLot
from services.loyalty.queries import POINTS, get_balance
from services.shared import ledger
from services.shared.actors import SYSTEM
from tests.cast import Cast
from tests.selling import welcome_member

DAY = timedelta(days=1)


@pytest.fixture
def member(shop: Cast) -> int:
    return welcome_member(shop.at).id


def earn(session: Session, member: int, points: int, order: int, at: datetime) -> None:
    loyalty.earn(session, loyalty.open_earning(session, member, points), order_id=order, actor=SYSTEM, at=at)


def spend(session: Session, member: int, points: int, order: int, at: datetime) -> None:
    loyalty.spend(session, loyalty.open_spending(session, member, points, at=at), order_id=order, actor=SYSTEM, at=at)


def lots(session: Session, member: int) -> list[tuple[int | None, int]]:
    """What is left of each lot, by the order it came from."""
    rows = session.execute(
        select(PointsLot.order_id, PointsLot.left).where(PointsLot.member_id == member).order_by(PointsLot.id)
    )
    return [(order, left) for order, left in rows]


def differences(session: Session) -> list[Any]:
    return [*ledger.differences(session, POINTS), *(line for check in wiring.CHECKS for line in check(session))]


def test_the_lot_that_expires_first_is_spent_first(member: int, session: Session, now: datetime) -> None:
    earn(session, member, 30, 1, now)
    earn(session, member, 30, 2, now - 60 * DAY)  # two months older: its end comes first
    spend(session, member, 40, 3, now)
    assert lots(session, member) == [(1, 20), (2, 0)]
    assert differences(session) == []


def test_more_than_there_is_cannot_be_spent(member: int, session: Session, now: datetime) -> None:
    earn(session, member, 30, 1, now)
    with pytest.raises(PointsInsufficient):
        loyalty.open_spending(session, member, 31, at=now)


def test_points_expire_at_the_end_of_the_twelfth_month(member: int, session: Session, now: datetime) -> None:
    """Earned on 21 November 2026: gone when 1 December 2027 begins in the shop (16:00 UTC the day before)."""
    earn(session, member, 30, 1, now)
    end = datetime.fromisoformat("2027-11-30T16:00:00+00:00")
    assert loyalty.expire_points(session, member, at=end - timedelta(seconds=1)) == 0
    assert loyalty.expire_points(session, member, at=end) == 30
    assert (get_balance(session, member), differences(session)) == (0, [])
    assert loyalty.expire_points(session, member, at=end) == 0


def test_what_is_spent_already_is_taken_back_as_a_debt_that_the_next_earnings_repay(
    member: int, session: Session, now: datetime
) -> None:
    earn(session, member, 30, 1, now)
    spend(session, member, 25, 2, now)
    loyalty.claw_back(session, member, 30, order_id=1, key="refund:1", actor=SYSTEM, at=now)
    assert get_balance(session, member) == -25
    earn(session, member, 40, 3, now)
    assert (get_balance(session, member), lots(session, member)) == (15, [(1, 0), (3, 15)])
    assert differences(session) == []


def test_a_refund_takes_from_the_orders_own_lot_first(member: int, session: Session, now: datetime) -> None:
    earn(session, member, 30, 1, now - 60 * DAY)
    earn(session, member, 30, 2, now)
    loyalty.claw_back(session, member, 10, order_id=2, key="refund:1", actor=SYSTEM, at=now)
    assert lots(session, member) == [(1, 30), (2, 20)]


def test_spent_points_come_back_with_their_old_end_at_least_seven_days(
    member: int, session: Session, now: datetime
) -> None:
    earn(session, member, 30, 1, now)
    [end] = session.scalars(select(PointsLot.expires_at))
    assert end is not None
    spend(session, member, 30, 2, now)
    loyalty.give_back(session, member, 10, order_id=2, key="refund:1", actor=SYSTEM, at=now)
    late = end - DAY
    loyalty.give_back(session, member, 20, order_id=2, key="refund:2", actor=SYSTEM, at=late)
    ends = list(session.scalars(select(PointsLot.expires_at).where(PointsLot.left > 0).order_by(PointsLot.id)))
    assert ends == [end, late + 7 * DAY]
    assert (get_balance(session, member), differences(session)) == (30, [])


def without(order: int) -> str:
    """Remove all traces of what an order earned."""
    return (
        f"DELETE FROM points_lot_moves WHERE entry_key = 'order:{order}:earn'; DELETE FROM points_lots WHERE order_id = {order}; "
        f"DELETE FROM points_entries WHERE order_id = {order}"
    )


def tamper(session: Session, statements: str) -> None:
    for statement in statements.split("; "):
        session.execute(text(statement))


TAMPERINGS = {
    "an amount": "UPDATE points_entries SET amount = amount + 1 WHERE sequence = 2",
    "an amount and what follows from it": "UPDATE points_entries SET amount = 11, balance_after = 31 WHERE sequence = 3",
    "an entry in the middle": without(2),
    "the last entry": without(3),
    "a balance": "UPDATE points_accounts SET balance = balance + 100",
    "a balance and its count": "UPDATE points_accounts SET balance = balance + 100, sequence = sequence + 1",
    "a time": "UPDATE points_entries SET at = '2020-01-01 00:00:00.000000' WHERE sequence = 1",
    "whose it is": "UPDATE points_entries SET order_id = 99 WHERE sequence = 1",
    "a lot": 'UPDATE points_lots SET "left" = "left" - 1 WHERE id = (SELECT min(id) FROM points_lots)',
}


@pytest.mark.parametrize("statement", TAMPERINGS.values(), ids=TAMPERINGS)
def test_what_is_changed_behind_the_programs_back_is_found(
    member: int, session: Session, now: datetime, statement: str
) -> None:
    for order in (1, 2, 3):
        earn(session, member, 10, order, now)
    assert differences(session) == []
    tamper(session, statement)
    assert differences(session)


def test_the_last_entry_is_missed_also_where_the_balance_was_corrected(
    member: int, session: Session, now: datetime
) -> None:
    for order in (1, 2, 3):
        earn(session, member, 10, order, now)
    tamper(session, without(3) + "; UPDATE points_accounts SET balance = 20, sequence = 2")
    assert [each.what for each in differences(session)] == [
        "the account was not written by this program, or changed since"
    ]


def test_an_entry_slipped_in_is_found(member: int, session: Session, now: datetime) -> None:
    earn(session, member, 10, 1, now)
    columns = ", ".join(
        column.name for column in PointsEntry.__table__.columns if column.name not in {"id", "sequence", "key"}
    )
    session.execute(
        text(f"INSERT INTO points_entries (sequence, key, {columns}) SELECT 2, 'forged', {columns} FROM points_entries")
    )
    assert differences(session)
