"""补登 and the wrong member: an order comes to a member after it was paid."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.checkout.commands import claim_order, reassign_order
from services.checkout.errors import NotHandedOver, ReceiptUnknown
from services.loyalty.queries import get_balance, list_pending
from services.loyalty.queries.ladder import get_growth_of_order
from services.members import commands as members
from services.members.models import Member, MemberFacts
from services.messaging.models import Message
from services.orders.queries import HandoverView, OrderView
from services.shared import database
from services.shared.actors import SYSTEM, Actor
from services.shared.refusals import Forbidden, Invalid
from services.stores import commands as stores
from tests.cast import Cast
from tests.refunding import Desk, faults, open_desk
from tests.selling import welcome_member


@pytest.fixture
def desk(shop: Cast) -> Iterator[Desk]:
    yield (opened := open_desk(shop))
    assert not faults(), opened


@pytest.fixture
def other(desk: Desk) -> Member:
    return welcome_member(desk.now, "阿敏", "+8613900139000")


def claim(desk: Desk, order: OrderView, member: Member | None = None, actor: Actor | None = None) -> HandoverView:
    member = member or desk.member
    with database.transaction() as session:
        who = actor or Actor("member", member.id, member.name)
        return claim_order(session, order.receipt_code, member.id, actor=who, at=desk.now)


def reassign(desk: Desk, order: OrderView, member: Member, actor: Actor | None = None) -> HandoverView:
    with database.transaction() as session:
        return reassign_order(session, order.id, member.id, "扫错了", actor=actor or desk.shop.manager, at=desk.now)


def balance(member: Member) -> int:
    with database.reading() as session:
        return get_balance(session, member.id)


def growth(member: Member, order: OrderView) -> int:
    with database.reading() as session:
        return get_growth_of_order(session, member.id, order.id)


def facts(member: Member) -> MemberFacts:
    with database.reading() as session:
        return session.get_one(MemberFacts, member.id)


def inbox(member: Member) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Message.title).where(Message.member_id == member.id).order_by(Message.id)))


def test_a_walk_in_s_order_is_claimed_with_its_receipt(desk: Desk) -> None:
    order = desk.sell(("提拉米苏", 2), walk_in=True)
    done = claim(desk, order)
    assert (done.kind, done.points, desk.points, growth(desk.member, order)) == ("claim", 6, 6, 6400)
    now = desk.order(order)
    assert (now.member_id, now.points_earned, now.points_before, now.points_after) == (desk.member.id, 6, 0, 6)
    assert (facts(desk.member).orders, facts(desk.member).spent) == (1, 6400)
    assert inbox(desk.member) == ["有一单记到您名下了"]


def test_a_claimed_order_is_refunded_like_any_other(desk: Desk) -> None:
    order = desk.sell(("提拉米苏", 2), walk_in=True)
    claim(desk, order)
    assert desk.pieces(order, (1, 1)).points_taken_back == 3
    desk.whole(order)
    assert (desk.points, growth(desk.member, order), facts(desk.member).orders) == (0, 0, 0)


def test_what_went_back_before_earns_nothing(desk: Desk) -> None:
    # 64.00, 32.00 of it went back: 32.00 → 3 points.
    order = desk.sell(("提拉米苏", 2), walk_in=True)
    desk.pieces(order, (1, 1))
    assert (claim(desk, order).points, growth(desk.member, order)) == (3, 3200)
    assert desk.whole(order).points_taken_back == 3


def test_a_claim_earns_with_the_member_s_multiplier(desk: Desk) -> None:
    desk.stand_on(900, multiplier=200)
    order = desk.sell(("提拉米苏", 2), walk_in=True)
    assert claim(desk, order).points == 12  # 64.00 × 2; the price stays what it was
    assert desk.pieces(order, (1, 1)).points_taken_back == 6


def test_an_order_is_claimed_once(desk: Desk, other: Member) -> None:
    order = desk.sell(("拿铁", 1), walk_in=True)
    claim(desk, order)
    for member in (desk.member, other):
        with pytest.raises(NotHandedOver) as refused:
            claim(desk, order, member)
        assert refused.value.code == "order_claimed"


@pytest.mark.parametrize(("days", "code"), [(8, "order_too_old"), (7, "")])
def test_a_week_later_it_is_too_late(desk: Desk, days: int, code: str) -> None:
    order = desk.sell(("提拉米苏", 1), walk_in=True)
    desk.now += timedelta(days=days)
    if not code:
        assert claim(desk, order).points == 3
        return
    with pytest.raises(NotHandedOver) as refused:
        claim(desk, order)
    assert refused.value.code == code


def test_the_shop_may_close_claims(desk: Desk) -> None:
    order = desk.sell(("提拉米苏", 1), walk_in=True)
    with database.transaction() as session:
        stores.change_settings(session, {"orders.claim_days": 0}, actor=SYSTEM, at=desk.now)
    with pytest.raises(NotHandedOver):
        claim(desk, order)


def test_what_is_refunded_is_not_claimed_and_a_wrong_code_is_nothing(desk: Desk) -> None:
    order = desk.sell(("提拉米苏", 1), walk_in=True)
    desk.whole(order)
    with pytest.raises(NotHandedOver) as refused:
        claim(desk, order)
    assert refused.value.code == "order_refunded"
    with pytest.raises(ReceiptUnknown), database.transaction() as session:
        claim_order(session, "AAAA-BBBB-CCCC", desk.member.id, actor=desk.shop.manager, at=desk.now)


def test_a_member_claims_for_nobody_else_and_staff_at_their_store(desk: Desk, other: Member) -> None:
    order = desk.sell(("提拉米苏", 1), walk_in=True)
    with pytest.raises(Forbidden):
        claim(desk, order, other, Actor("member", desk.member.id))
    with pytest.raises(Forbidden):
        claim(desk, order, other, desk.shop.southern)
    with pytest.raises(Forbidden):
        claim(desk, order, other, desk.shop.kitchen)
    assert claim(desk, order, other, desk.shop.cashier).staff_name == "小林"


def test_the_wrong_member_s_points_and_growth_go_to_the_right_one(desk: Desk, other: Member) -> None:
    before, order = desk.sell(("拿铁", 1)), desk.sell(("提拉米苏", 2))
    done = reassign(desk, order, other)
    assert (done.kind, done.points, done.debt, done.reason) == ("correction", 6, 0, "扫错了")
    assert (desk.points, balance(other)) == (2, 6)
    assert (growth(desk.member, order), growth(other, order)) == (0, 6400)
    assert (facts(desk.member).orders, facts(desk.member).spent) == (1, 2200)
    assert (facts(other).orders, facts(other).spent, facts(other).last_order_at) == (1, 6400, order.completed_at)
    assert facts(desk.member).last_order_at == before.completed_at
    assert (inbox(desk.member)[-1], inbox(other)) == ("有一单记错了，已改正", ["有一单记到您名下了"])
    assert desk.order(order).member_name == "阿敏"


def test_points_that_the_wrong_member_spent_meanwhile_are_owed(desk: Desk, other: Member) -> None:
    # 198.00 → 19. With 100 by hand 119; 110 spent, 3 earned: 12. The cake was somebody else's: 12 − 19 = −7.
    cake = desk.sell(("6寸蛋糕", 1))
    desk.give_points(100)
    desk.sell(("提拉米苏", 1), points=110)
    assert (reassign(desk, cake, other).debt, desk.points, balance(other)) == (7, -7, 19)


def test_only_what_is_still_paid_goes_along_and_is_refunded_there(desk: Desk, other: Member) -> None:
    order = desk.sell(("提拉米苏", 2))
    desk.pieces(order, (1, 1))
    assert (reassign(desk, order, other).points, desk.points, balance(other)) == (3, 0, 3)
    assert desk.whole(order).points_taken_back == 3
    assert (balance(other), growth(other, order)) == (0, 0)


def test_an_order_may_go_back_again(desk: Desk, other: Member) -> None:
    order = desk.sell(("提拉米苏", 2))
    reassign(desk, order, other)
    reassign(desk, order, desk.member)
    assert (desk.points, balance(other), growth(desk.member, order)) == (6, 0, 6400)


def test_pending_points_stay_pending_with_the_right_member(desk: Desk, other: Member) -> None:
    with database.transaction() as session:
        stores.change_settings(session, {"points.pending_days": 3}, actor=SYSTEM, at=desk.now)
    order = desk.sell(("提拉米苏", 2))
    if desk.points:  # the sale does not keep them pending
        return
    reassign(desk, order, other)
    assert (desk.points, balance(other)) == (0, 0)
    assert desk.whole(order).points_taken_back == 6
    assert (desk.points, balance(other)) == (0, 0)


def test_a_claimed_order_s_points_wait_from_the_sale_on(desk: Desk) -> None:
    with database.transaction() as session:
        stores.change_settings(session, {"points.pending_days": 7}, actor=SYSTEM, at=desk.now)
    order, sold_at = desk.sell(("提拉米苏", 2), walk_in=True), desk.now
    desk.now += timedelta(days=6)
    claim(desk, order)
    with database.reading() as session:
        assert [each.due_at for each in list_pending(session, desk.member.id)] == [sold_at + timedelta(days=7)]


@pytest.mark.parametrize("spent", ["wallet", "points", "coupon"])
def test_an_order_that_spent_something_of_theirs_stays(desk: Desk, other: Member, spent: str) -> None:
    desk.top_up(10000)
    desk.give_points(1000)
    if spent == "coupon":
        desk.give_coupon("cash", value=500)
    order = desk.sell(
        ("提拉米苏", 2), paid={"wallet": 1000} if spent == "wallet" else {}, points=500 if spent == "points" else 0
    )
    with pytest.raises(NotHandedOver) as refused:
        reassign(desk, order, other)
    assert refused.value.code == f"order_spent_{spent}"


def test_a_correction_has_its_limits(desk: Desk, other: Member) -> None:
    order, walk_in = desk.sell(("提拉米苏", 2)), desk.sell(("提拉米苏", 2), walk_in=True)
    with pytest.raises(Forbidden):
        reassign(desk, order, other, desk.shop.cashier)
    for wrong, code in ((walk_in, "order_not_a_member_s"), (order, "order_same_member")):
        with pytest.raises(NotHandedOver) as refused:
            reassign(desk, wrong, desk.member if wrong is order else other)
        assert refused.value.code == code
    desk.now += timedelta(days=8)
    with pytest.raises(NotHandedOver) as refused:
        reassign(desk, order, other)
    assert refused.value.code == "order_correction_too_old"
    with database.transaction() as session:
        members.archive_member(session, other.id, actor=desk.shop.manager, at=desk.now)
    with pytest.raises(Invalid):
        reassign(desk, order, other)
