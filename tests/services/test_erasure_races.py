"""A member is erased at the same moment as something of theirs is written: nobody waits in a circle, and nothing is left with nobody."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from services.checkout.commands import complete_order, sales
from services.checkout.commands.top_ups import top_up
from services.checkout.queries import Sale, get_sale, load_counter
from services.checkout.rules.pricing import Cart, CartLine
from services.coupons import commands as coupons
from services.loyalty.commands import grant_points
from services.loyalty.commands import points as points_commands
from services.members.errors import MemberErased
from services.orders.queries import TenderView
from services.privacy.commands import erase_member
from services.shared import database
from services.shared.actors import SYSTEM
from services.shared.refusals import Invalid, NotFound
from services.signin.errors import ProofRequired
from services.stores import commands as stores
from services.wallet import commands as wallet
from services.wallet.commands import adjusting as wallet_adjusting
from services.wallet.queries import get_balance
from tests.cast import Cast
from tests.couponing import OFF_20, make_template
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


@pytest.mark.parametrize("how", ["earns", "first sale", "earns nothing", "spends", "pending"])
def test_a_sale_that_was_checked_before_its_buyer_was_erased_is_not_written(desk: Desk, how: str) -> None:
    """The account has moved on, or the sale, which moves nothing there, asks."""
    if how != "first sale":
        desk.give_points(1000)
    set_to = {"pending": {"points.pending_days": "7"}, "earns nothing": {"points.per_step": "0"}}.get(how, {})
    transact(lambda session: stores.change_settings(session, set_to, actor=desk.shop.owner, at=desk.now))
    sale = check(desk, "曲奇", points=200 if how == "spends" else 0)
    transact(lambda session: erase(desk, session))
    with pytest.raises((MemberErased, ProofRequired)), database.transaction() as session:
        complete_order(session, sale, origin="counter", actor=desk.shop.manager, at=desk.now)
    assert faults() == []


@pytest.mark.parametrize("what", ["points", "wallet", "coupon"])
def test_nothing_is_given_to_who_was_erased_a_moment_ago(desk: Desk, what: str) -> None:
    template = make_template(desk.shop, OFF_20)
    transact(lambda session: erase(desk, session))
    with pytest.raises(MemberErased if what != "coupon" else NotFound), database.transaction() as session:
        _give(desk, session, what, template)
    assert faults() == []


@pytest.mark.parametrize("what", ["points", "wallet"])
def test_who_gives_and_who_erases_at_the_same_moment_do_not_wait_in_a_circle(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """The account has moved; the row of the member is still to be held."""
    desk.give_points(10)
    where = points_commands if what == "points" else wallet_adjusting
    others = interrupt(monkeypatch, where, "hold_living", lambda session, *_: erase(desk, session))
    transact(lambda session: _give(desk, session, what))
    others[0].done()
    with database.reading() as session:
        assert get_balance(session, desk.member.id).total == 0
    assert faults() == []


def _give(desk: Desk, session: Session, what: str, template: int = 0) -> None:
    told: dict[str, Any] = {"actor": desk.shop.owner, "at": desk.now}
    if what == "points":
        points_commands.adjust_points(session, desk.member.id, {"amount": 50, "reason": "补"}, **told)
    elif what == "wallet":
        wallet_adjusting.adjust_wallet(session, desk.member.id, {"principal": 100, "bonus": 0, "reason": "补"}, **told)
    else:
        coupons.issue_coupon(session, template, desk.member.id, source="system", **told)


def check(desk: Desk, name: str, *, points: int = 0) -> Sale:
    """A sale to the member, with everything in order."""
    cart = Cart(desk.shop.east.id, desk.member.id, (CartLine(desk.products[name], {}, 1),), coupons=(), points=points)
    with database.transaction() as session:
        counter = load_counter(session, cart)
        due = get_sale(session, counter, cart, None, at=desk.now).price.due
        tenders = [TenderView("wechat", due)] if due else []
        return get_sale(session, counter, cart, tenders, proof=desk._proof(session) if points else None, at=desk.now)


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
    transact(
        lambda session: grant_points(session, desk.member.id, 50, kind="earn", key="late", actor=SYSTEM, at=desk.now)
    )  # more than the refund took back
    desk.give_coupon("amount", value=100)
    told = [each for each in faults() if "erased" in str(each)]
    assert [("wallet" in each, "points" in each, "coupon" in each) for each in map(str, told)] == [
        (True, False, False), (False, True, False), (False, False, True),
    ]  # fmt: skip
