"""`changke verify` finds whatever is done to the books with SQL: a hundred random tamperings of points, growth and wallet, all found."""

import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services import wiring
from services.checkout.queries.growth import hold_paid_by_member
from services.loyalty import commands as loyalty
from services.shared import database, ledger
from services.shared.ledger import Ledger
from tests.cast import Cast
from tests.refunding import Desk, open_desk
from tests.selling import welcome_member
from tests.tampering import LOT_WAYS, LOTS, WAYS, Thief

WANTED = int(os.environ.get("CHANGKE_TAMPERINGS", "100"))
SEED = int(os.environ.get("CHANGKE_SEED", "2026"))
NAMES = ("林小满", "陈立夏", "周小雪")


def trade(desk: Desk, chance: random.Random) -> None:
    """Some days of a member: top-ups, sales paid by wallet, points and coupons, refunds."""
    desk.top_up(30000, 5000)
    desk.top_up(10000)
    desk.give_points(800)
    for number in range(5):
        if number % 2:
            desk.give_coupon("threshold_off", value=500, threshold=2000)
        order = desk.sell(
            ("提拉米苏", chance.randint(1, 3)), ("拿铁", 1), paid={"wallet": chance.randint(100, 2000)},
            points=chance.choice([0, 100, 300]),
        )  # fmt: skip
        with database.transaction() as session:
            own = hold_paid_by_member(session, order.id).amount
            loyalty.settle_growth(session, desk.member.id, own, order_id=order.id, at=desk.now)
        if number == 3:
            desk.pieces(order, (1, 1))
    desk.top_up(5000, 500)


@pytest.fixture
def books(shop: Cast) -> None:
    """The books of three members who bought, paid in and took back."""
    first = open_desk(shop)
    for number, name in enumerate(NAMES):
        member = first.member if not number else welcome_member(shop.at, name, f"+861380013800{number}")
        trade(replace(first, member=member), random.Random(number))


def differences(session: Session) -> list[str]:
    """What `changke verify` says."""
    ledgers = [each.what for book in wiring.LEDGERS for each in ledger.differences(session, book)]
    return ledgers + [sentence for check in wiring.CHECKS for sentence in check(session)]


def tamper(session: Session, book: Ledger, way: Callable[[Thief], bool], seed: int) -> list[str] | None:
    """What verify says of one tampering, which is undone afterwards; None when there was nothing to do, or the database refused it."""
    nested = session.begin_nested()
    try:
        if way(Thief(session, book, random.Random(seed))):
            return differences(session)
        return None
    except IntegrityError:
        return None
    finally:
        nested.rollback()
        session.expire_all()


@pytest.mark.usefixtures("books")
def test_a_hundred_tamperings_are_found(session: Session, record_property: Callable[[str, object], None]) -> None:
    assert differences(session) == []
    chance, tried, unseen = random.Random(SEED), Counter[str](), []
    ways = [(book, way) for book in wiring.LEDGERS for way in (*WAYS, *(LOT_WAYS if book.name in LOTS else ()))]
    while tried.total() < WANTED:
        for book, way in ways:
            seed = chance.getrandbits(32)
            said = tamper(session, book, way, seed)
            if said is None:
                continue
            tried[f"{book.name}: {way.__name__}"] += 1
            if not said:
                unseen.append((book.name, way.__name__, seed))
    assert differences(session) == [], "a tampering was not undone"
    record_property("tamperings", f"{tried.total()} of {len(tried)} kinds, {len(unseen)} not found")
    assert unseen == []
    assert {name.partition(": ")[2] for name in tried} == {way.__name__ for way in (*WAYS, *LOT_WAYS)}
