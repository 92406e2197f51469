"""A member is erased at the same moment as something of theirs is written: nobody waits in a circle, and nothing is left with nobody."""

import pytest
from sqlalchemy.orm import Session

from services.checkout.commands import sales
from services.checkout.commands.top_ups import top_up
from services.privacy.commands import erase_member
from services.shared import database
from services.shared.actors import SYSTEM
from services.shared.refusals import Invalid
from services.wallet import commands as wallet
from services.wallet.queries import get_balance
from tests.cast import Cast
from tests.refunding import Desk, faults, open_desk
from tests.services.test_money_races import interrupt, transact


@pytest.fixture
def desk(shop: Cast) -> Desk:
    return open_desk(shop)


def erase(desk: Desk, session: Session) -> None:
    erase_member(session, desk.member.id, give_up=True, reason="本人要求", actor=SYSTEM, at=desk.now)


def test_a_sale_and_the_erasure_of_its_buyer_do_not_wait_in_a_circle(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sale has moved their points; its order, that points at them, is still to be written."""
    desk.give_points(1000)
    monkeypatch.setattr(desk, "_proof", lambda _: None)  # nothing of theirs is spent
    others = interrupt(monkeypatch, sales, "_spend", lambda session, *_: erase(desk, session), after=True)
    desk.sell(("提拉米苏", 2))
    others[0].done()
    with database.reading() as session:
        assert get_balance(session, desk.member.id).total == 0
    assert faults() == []


def test_nobody_pays_in_for_somebody_who_is_erased_at_this_moment(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The top-up has seen that the card is good. Whoever comes second sees what the first did."""
    sent = {"store_id": desk.shop.east.id, "amount": 10000, "tenders": [{"kind": "wechat", "amount": 10000}]}
    others = interrupt(monkeypatch, wallet, "record_top_up", lambda session, *_: erase(desk, session))
    with database.transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            with pytest.raises(Invalid):
                top_up(session, desk.member.id, sent, actor=desk.shop.manager, at=desk.now)
        else:  # one writer follows the other: the money is there when it is given up
            top_up(session, desk.member.id, sent, actor=desk.shop.manager, at=desk.now)
    others[0].done()
    with database.reading() as session:
        assert get_balance(session, desk.member.id).total == 0
    assert faults() == []


def test_verify_names_whoever_is_erased_and_holds_something(desk: Desk) -> None:
    order = desk.sell(("提拉米苏", 2))
    transact(lambda session: erase(desk, session))
    desk.whole(order)
    assert faults() == []
    desk.top_up(100)
    desk.give_points(50)  # more than the refund took back
    desk.give_coupon("amount", value=100)
    told = [each for each in faults() if "erased" in str(each)]
    assert [("wallet" in each, "points" in each, "coupon" in each) for each in map(str, told)] == [
        (True, False, False), (False, True, False), (False, False, True),
    ]  # fmt: skip
