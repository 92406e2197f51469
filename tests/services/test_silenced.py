"""A withdrawal that staff write down silences the shop, but not what is told of a member's own money, points and coupons."""

import pytest
from sqlalchemy import select

from services.members.commands import give_consent, withdraw_consent
from services.messaging.models import Message
from services.shared import database
from services.shared.actors import Actor
from services.shared.upkeep import sweep_outbox
from tests.cast import Cast
from tests.refunding import Desk, open_desk


@pytest.fixture
def desk(shop: Cast) -> Desk:
    opened = open_desk(shop)
    agree(opened)
    return opened


def agree(desk: Desk) -> None:
    with database.transaction() as session:
        give_consent(session, desk.member.id, actor=desk.shop.cashier, at=desk.shop.at)


def silence(desk: Desk, actor: Actor | None = None) -> None:
    with database.transaction() as session:
        withdraw_consent(session, desk.member.id, actor=actor or desk.shop.cashier, at=desk.shop.at)


def told(desk: Desk, kind: str) -> int:
    sweep_outbox()
    with database.reading() as session:
        keys = session.scalars(select(Message.key).where(Message.member_id == desk.member.id)).all()
    return len([key for key in keys if key.startswith(f"{kind}:")])


def test_points_that_were_used_are_told_also_when_they_come_back(desk: Desk) -> None:
    desk.give_points(1000)
    silence(desk)
    desk.sell(("提拉米苏", 1), walk_in=True)
    assert told(desk, "order") == 0
    order = desk.sell(("提拉米苏", 1), points=1000)
    assert told(desk, "order") == 1
    desk.whole(order)
    assert told(desk, "refund") == 1


def test_so_is_stored_value_and_what_takes_nothing_is_not(desk: Desk) -> None:
    desk.top_up(10_000)
    silence(desk)
    desk.sell(("提拉米苏", 1))
    assert told(desk, "order") == 0
    desk.sell(("提拉米苏", 1), paid={"wallet": 3200})
    assert told(desk, "order") == 1


def test_the_member_hears_of_a_withdrawal_that_staff_wrote_down_and_not_of_their_own(desk: Desk) -> None:
    silence(desk, Actor("member", desk.member.id))
    assert told(desk, "withdrawal") == 0
    agree(desk)
    silence(desk)
    assert told(desk, "withdrawal") == 1
