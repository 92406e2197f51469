"""Money at the same moment: who comes second waits for the first and sees what the first did; nobody waits in a circle.

On SQLite one writer follows the other, so that nothing can come between; the same must hold there.
"""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.checkout import reactions
from services.checkout.commands import refund_order
from services.checkout.rules.refunds import Wish
from services.coupons import commands as coupons
from services.coupons.commands import templates, transfers
from services.coupons.errors import NoneLeft, TransferGone
from services.coupons.models import Coupon, CouponTransfer
from services.coupons.queries import get_template
from services.loyalty.commands import points, release_points
from services.loyalty.jobs import keep_points
from services.loyalty.queries import POINTS, get_balance
from services.loyalty.queries.ladder import get_growth_of_order
from services.shared import clock, database, ledger
from services.shared.actors import SYSTEM
from services.stores import commands as stores
from tests.cast import Cast
from tests.couponing import give_coupon, make_template
from tests.refunding import Desk, faults, open_desk
from tests.selling import welcome_member

_I_AM_IN_THE_WAY = text("SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))")
Act = Callable[..., object]


class Other(threading.Thread):
    """Somebody else who does something of their own; `error` is what came of it, if it failed."""

    def __init__(self, do: Callable[[], object]) -> None:
        super().__init__()
        self.do = do
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        """Do it."""
        try:
            self.do()
        except BaseException as error:
            self.error = error

    def done(self) -> None:
        """Wait for the end; it must have been a good one."""
        self.join(20)
        assert not self.is_alive()
        assert self.error is None, self.error


def meanwhile(session: Session, do: Callable[[], object]) -> Other:
    """Let somebody else act while `session` is open: until they are done, or wait for us. SQLite lets nobody in before we are done."""
    other = Other(do)
    if session.get_bind().dialect.name == "postgresql":
        while other.is_alive() and not _in_the_way(session):
            other.join(0.01)
    return other


def transact(act: Act, *told: Any) -> None:
    """One transaction in which somebody acts."""
    with database.transaction() as session:
        act(session, *told)


def _in_the_way(session: Session) -> bool:
    session.execute(text("SELECT pg_stat_clear_snapshot()"))
    return bool(session.scalar(_I_AM_IN_THE_WAY))


def interrupt(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, act: Act, *, after: bool = False) -> list[Other]:
    """Let somebody else `act`, told the same, when a function is called first: before it, or `after`. The list has them then."""
    real, first, others = getattr(where, name), iter([True]), list[Other]()

    def slow(session: Session, *told: Any, **named: Any) -> Any:
        if not next(first, False):
            return real(session, *told, **named)
        answer = real(session, *told, **named) if after else None
        others.append(meanwhile(session, lambda: transact(act, *told)))
        return answer if after else real(session, *told, **named)

    monkeypatch.setattr(where, name, slow)
    return others


@pytest.fixture
def desk(shop: Cast) -> Desk:
    return open_desk(shop)


def test_an_order_that_is_refunded_while_it_starts_to_count_counts_for_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reaction to the sale has read what is paid when the whole of it goes back."""

    def refund(session: Session, order_id: int) -> None:
        refund_order(session, order_id, Wish("whole"), "退", actor=desk.shop.manager, at=desk.now)

    others = interrupt(monkeypatch, reactions, "hold_paid_by_member", refund, after=True)
    order = desk.sell(("提拉米苏", 2))
    others[0].done()
    with database.reading() as session:
        assert get_growth_of_order(session, desk.member.id, order.id) == 0
    assert (desk.order(order).state, faults()) == ("refunded", [])


WEEK = timedelta(days=7)


def wait_a_week(desk: Desk) -> None:
    """From now on, points count a week after the sale."""
    with database.transaction() as session:
        stores.change_settings(session, {"points.pending_days": 7}, actor=SYSTEM, at=desk.now)


def test_a_refund_and_the_end_of_the_return_window_do_not_wait_in_a_circle(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refund has the member's account, and next wants the points that are pending."""
    wait_a_week(desk)
    desk.give_points(1000)
    order = desk.sell(("提拉米苏", 2), points=1000)

    def release(session: Session, order_id: int, _points: int) -> None:
        release_points(session, order_id, at=desk.now + WEEK)

    others = interrupt(monkeypatch, points, "_drop_pending", release)
    desk.whole(order)
    others[0].done()
    assert (desk.points, faults()) == (1000, [])


def test_points_of_two_members_are_released_while_somebody_holds_both(desk: Desk) -> None:
    """As a handover does: the lower id first. The order of the higher one is due first."""
    wait_a_week(desk)
    first, second = desk.member, welcome_member(desk.now, "王二", "+8613800138001")
    for desk.member in (second, first):
        desk.sell(("提拉米苏", 2))
    with clock.stand_at(desk.now + WEEK):
        with database.transaction() as session:
            ledger.hold(session, POINTS, first.id)
            job = meanwhile(session, keep_points)
            ledger.hold(session, POINTS, second.id)
        job.done()
    with database.reading() as session:
        assert [get_balance(session, each.id) for each in (first, second)] == [6, 6]


def claim(session: Session, template: int, member: int, desk: Desk) -> Coupon:
    return coupons.claim_coupon(session, template, member, actor=SYSTEM, at=desk.now)


def test_a_list_and_a_claim_of_the_same_coupon_do_not_wait_in_a_circle(desk: Desk) -> None:
    """The list has given to one member; the other claims before the list comes to them."""
    other, template = (
        welcome_member(desk.now, "王二", "+8613800138001"),
        make_template(desk.shop, claimable=True, per_member=2),
    )
    with database.transaction() as session:
        for number, member in enumerate((desk.member, other)):
            coupons.issue_coupon(session, template, member.id, source="list", actor=SYSTEM, at=desk.now)
            if not number:
                claimed = meanwhile(session, lambda: transact(claim, template, other.id, desk))
    claimed.done()
    with database.reading() as session:
        assert get_template(session, template).issued == 3


def test_what_a_coupon_does_is_not_changed_while_the_first_one_is_given(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who changes the template has looked: nobody holds one. A claim then has to wait, and gets the new kind."""
    template = make_template(desk.shop, claimable=True, per_member=2)

    def give(session: Session, *_: Any) -> None:
        claim(session, template, desk.member.id, desk)
        held.append(get_template(session, template).value)

    held: list[int] = []
    others = interrupt(monkeypatch, templates, "_require_sound", give)
    with database.transaction() as session:
        coupons.change_template(session, template, {"value": 500}, actor=SYSTEM, at=desk.now)
        assert held == []
    others[0].done()
    with database.reading() as session:
        assert get_template(session, template).value == 500


def test_the_stock_is_not_lowered_below_what_is_given_out_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = make_template(desk.shop, claimable=True, per_member=2, stock=10)

    def give(session: Session, *_: Any) -> None:
        claim(session, template, desk.member.id, desk)
        with pytest.raises(NoneLeft):
            claim(session, template, desk.member.id, desk)

    others = interrupt(monkeypatch, templates, "_require_free_code", give)
    with database.transaction() as session:
        coupons.change_template(session, template, {"stock": 1}, actor=SYSTEM, at=desk.now)
    others[0].done()
    with database.reading() as session:
        assert get_template(session, template).issued == 1


def open_links() -> list[int]:
    with database.reading() as session:
        taken_back = CouponTransfer.cancelled_at.is_(None), CouponTransfer.taken_at.is_(None)
        return list(session.scalars(select(CouponTransfer.id).where(*taken_back)))


def test_a_coupon_has_one_link_though_it_is_offered_twice_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second begins when the first has taken back what was there before: nothing."""
    coupon, _ = give_coupon(desk.shop, desk.member, transferable=True)

    def offer(session: Session, *_: Any) -> None:
        coupons.offer_transfer(session, coupon, desk.member.id, actor=SYSTEM, at=desk.now)

    others = interrupt(monkeypatch, transfers, "_cancel", offer, after=True)
    transact(offer)
    others[0].done()
    assert len(open_links()) == 1


def test_a_link_is_taken_and_made_anew_without_waiting_in_a_circle(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The giver makes a new link while a friend takes the former one: the friend hears that it is gone."""
    friend, (coupon, _) = (
        welcome_member(desk.now, "王二", "+8613800138001"),
        give_coupon(desk.shop, desk.member, transferable=True),
    )
    with database.transaction() as session:
        token = coupons.offer_transfer(session, coupon, desk.member.id, actor=SYSTEM, at=desk.now)

    def take(session: Session, *_: Any) -> None:
        with pytest.raises(TransferGone), session.begin_nested():
            coupons.take_transfer(session, token, friend.id, actor=SYSTEM, at=desk.now)

    others = interrupt(monkeypatch, transfers, "_cancel", take)
    with database.transaction() as session:
        coupons.offer_transfer(session, coupon, desk.member.id, actor=SYSTEM, at=desk.now)
    others[0].done()
    assert len(open_links()) == 1
