"""Points and time: what is pending counts later, what is old expires once, and members are warned 30 and 7 days before."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from services import wiring
from services.loyalty import commands as loyalty
from services.loyalty.jobs import keep_points, warn_of_expiry
from services.loyalty.models import PointsEntry
from services.loyalty.queries import POINTS, get_balance, list_pending
from services.messaging import texts
from services.messaging.models import Message
from services.shared import clock, database, ledger
from services.shared.actors import SYSTEM
from services.stores import commands as stores
from tests.cast import Cast
from tests.refunding import faults, open_desk
from tests.selling import welcome_member

DAY = timedelta(days=1)
END = datetime.fromisoformat("2027-11-30T16:00:00+00:00")  # earned on 21 November 2026: midnight in the shop


@pytest.fixture
def member(shop: Cast) -> int:
    return welcome_member(shop.at).id


def earn(member: int, points: int, order: int, at: datetime, *, pending: bool = False) -> None:
    with database.transaction() as session:
        earning = loyalty.open_earning(session, member, points, pending=pending)
        loyalty.earn(session, earning, order_id=order, actor=SYSTEM, at=at)


def balance(member: int) -> int:
    with database.reading() as session:
        assert not [*ledger.differences(session, POINTS), *(one for check in wiring.CHECKS for one in check(session))]
        return get_balance(session, member)


def told(member: int) -> list[str]:
    with database.reading() as session:
        rows = select(Message.title).where(Message.member_id == member, Message.key.like("points%"))
        return list(session.scalars(rows.order_by(Message.id)))


def work_at(moment: datetime) -> None:
    """The jobs as the schedule runs them, twice."""
    with clock.stand_at(moment):
        for _ in range(2):
            keep_points()
            warn_of_expiry()


def pending_for(days: int, at: datetime) -> None:
    with database.transaction() as session:
        stores.change_settings(session, {"points.pending_days": days}, actor=SYSTEM, at=at)


def test_pending_points_count_once_their_window_has_passed(member: int, now: datetime) -> None:
    pending_for(7, now)
    earn(member, 30, 1, now, pending=True)
    with database.reading() as session:
        assert [(each.points, each.due_at) for each in list_pending(session, member)] == [(30, now + 7 * DAY)]
    work_at(now + 7 * DAY - timedelta(seconds=1))
    assert balance(member) == 0
    work_at(now + 7 * DAY)
    assert balance(member) == 30


def test_a_refund_takes_from_what_is_pending_and_leaves_no_debt(member: int, now: datetime) -> None:
    pending_for(7, now)
    earn(member, 30, 1, now, pending=True)
    earn(member, 8, 2, now, pending=True)
    with database.transaction() as session:
        loyalty.claw_back(session, member, 10, order_id=1, key="refund:1", actor=SYSTEM, at=now)
        loyalty.claw_back(session, member, 8, order_id=2, key="refund:2", actor=SYSTEM, at=now)
    work_at(now + 7 * DAY)
    assert balance(member) == 20


def test_what_is_released_already_is_taken_from_the_balance(member: int, now: datetime) -> None:
    pending_for(7, now)
    earn(member, 30, 1, now, pending=True)
    work_at(now + 8 * DAY)
    with database.transaction() as session:
        loyalty.claw_back(session, member, 30, order_id=1, key="refund:1", actor=SYSTEM, at=now + 8 * DAY)
    assert balance(member) == 0


def test_points_expire_once_at_midnight_of_the_shop(member: int, now: datetime) -> None:
    earn(member, 30, 1, now)
    work_at(END - timedelta(seconds=1))
    assert balance(member) == 30
    work_at(END)
    assert balance(member) == 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(PointsEntry.kind == "expire")) == 1
    assert told(member)[-1] == "30 积分到期了"


def test_many_members_expire_in_batches(shop: Cast, now: datetime) -> None:
    members = [welcome_member(now, f"客人{place}", f"+86138001{place:05d}").id for place in range(120)]
    for place, each in enumerate(members):
        earn(each, 10, place, now)
    work_at(END)
    assert [balance(each) for each in members[::40]] == [0, 0, 0]


@pytest.mark.parametrize("days", [30, 7])
def test_members_are_warned_in_the_daytime_once(member: int, now: datetime, days: int) -> None:
    """END is midnight; ten hours later minus so many days it is ten in the morning."""
    earn(member, 30, 1, now)
    night, morning = END - days * DAY, END - days * DAY + timedelta(hours=10)
    work_at(night)
    assert told(member) == []
    work_at(morning)
    work_at(morning + timedelta(hours=3))
    assert told(member) == ["30 积分 11月30日到期"]


def test_both_warnings_come_and_what_was_used_is_not_warned_of(member: int, now: datetime) -> None:
    earn(member, 30, 1, now)
    work_at(END - 29 * DAY + timedelta(hours=10))
    with database.transaction() as session:
        loyalty.spend(session, loyalty.open_spending(session, member, 18, at=now), order_id=2, actor=SYSTEM, at=now)
    work_at(END - 6 * DAY + timedelta(hours=10))
    assert told(member) == ["30 积分 11月30日到期", "12 积分 11月30日到期"]


def test_a_receipt_says_when_pending_points_come() -> None:
    assert texts.sale("zh", amount=3500, points=3, balance=0, days=7).body == "得 3 积分，7 天后到账。点开看小票。"
    assert "they count in 7 days" in texts.sale("en", amount=3500, points=3, balance=0, days=7).body


def test_points_past_their_end_are_not_spent_though_the_job_has_not_run(shop: Cast, now: datetime) -> None:
    desk = open_desk(shop)
    desk.give_points(2000)
    desk.now = END - DAY
    desk.give_points(1000)
    desk.now = END
    with clock.stand_at(END):
        order = desk.sell(("6寸蛋糕", 1), points=3000)
    assert (order.points_spent, order.points_before, desk.points) == (1000, 1000, order.points_earned)
    assert (told(desk.member.id)[-1], faults()) == ("2000 积分到期了", [])
    with database.reading() as session:
        kinds = list(session.scalars(select(PointsEntry.kind).order_by(PointsEntry.id)))
    assert kinds == ["adjust", "adjust", "expire", "spend", "earn"]
