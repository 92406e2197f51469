"""Reactions of one commit share a transaction; a broken one neither blocks nor repeats its companions."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.checkout import reactions
from services.members.models import MemberFacts
from services.orders.events import OrderCompleted
from services.orders.queries import get_day_totals
from services.shared import database, events
from services.shared.models import OutboxEntry
from tests.cast import Cast
from tests.conftest import NOON
from tests.selling import open_till


def break_down(_session: Session, _event: OrderCompleted) -> None:
    raise RuntimeError("this reaction is broken")


def visits(member_id: int) -> int:
    with database.reading() as session:
        return session.get_one(MemberFacts, member_id).orders


@pytest.mark.parametrize("place", [0, 1])
def test_a_broken_reaction_leaves_its_companion_done_once(shop: Cast, place: int) -> None:
    till = open_till(shop)
    table: list[events.Reaction] = [reactions.keep_facts]
    table.insert(place, break_down)
    events.wire({OrderCompleted: table})
    with database.transaction() as session:
        happened = OrderCompleted(
            1, "A1-1121-0001", shop.east.id, till.member.id, 6400, 6, 6, NOON.isoformat(), NOON.isoformat()
        )
        events.announce(session, happened, at=NOON)
    assert visits(till.member.id) == 1
    with database.reading() as session:
        (left,) = session.scalars(select(OutboxEntry).where(OutboxEntry.done_at.is_(None))).all()
    assert (left.attempts, left.error) == (1, "RuntimeError: this reaction is broken")
    events.perform_waiting(grace=timedelta())
    assert visits(till.member.id) == 1


def test_a_day_is_summed_up_by_tender(shop: Cast) -> None:
    till = open_till(shop)
    till.sell(till.line("提拉米苏", 2))
    till.pay(till.quote(till.line("拿铁")), {"kind": "cash", "amount": "22.00", "received": "50.00"})
    with database.reading() as session:
        totals = get_day_totals(session, shop.east.id, NOON.date())
        nothing = get_day_totals(session, shop.south.id, NOON.date())
    assert (totals.orders, totals.paid, totals.units) == (2, 8600, 3)
    assert totals.by_tender == {"wechat": 6400, "cash": 2200}
    assert (nothing.orders, nothing.paid, nothing.by_tender) == (0, 0, {})
