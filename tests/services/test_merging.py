"""林小满 has two cards: one of 东湖 with her phone, one from a campaign. They become one, and two again."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from services.loyalty import commands as loyalty
from services.loyalty.jobs import keep_points
from services.loyalty.models import GrowthAccount, PointsLot
from services.members import commands as members
from services.members.models import Member, MemberFacts
from services.members.queries import find_member_by_phone, holds_consent, keeper_of, search_members
from services.merging.commands import merge_members, undo_merge
from services.merging.errors import NotMergeable, NotUndoable
from services.orders.queries import list_orders_of_member
from services.privacy.commands.erasing import erase_member
from services.shared import clock, database
from services.shared.actors import SYSTEM
from services.shared.refusals import Forbidden, Invalid
from services.wallet.commands.moves import put
from services.wallet.errors import CapByMerge
from services.wallet.models import WalletLot
from tests.cast import Cast
from tests.refunding import Desk, faults, open_desk
from tests.selling import welcome_member


@pytest.fixture
def desk(shop: Cast) -> Desk:
    """A desk; its member is the card that lives on."""
    return open_desk(shop)


@pytest.fixture
def other(desk: Desk) -> Desk:
    """The same desk with the other card."""
    return second_card(desk)


def second_card(desk: Desk) -> Desk:
    """The desk with another card of the same person."""
    return replace(desk, member=welcome_member(desk.shop.at, "小满", "+8613900139000"))


def store(desk: Desk, principal: int, bonus: int = 0) -> None:
    with database.transaction() as session:
        put(session, desk.member.id, principal, bonus, kind="adjust", key=f"t:{desk.member.id}:{principal}:{bonus}",
            store_id=None, actor=SYSTEM, at=desk.now)  # fmt: skip


def earn(desk: Desk, points: int) -> None:
    with database.transaction() as session:
        loyalty.adjust_points(session, desk.member.id, {"amount": points, "reason": "补"}, actor=SYSTEM, at=desk.now)


def merge(desk: Desk, other: Desk, **chosen: str) -> int:
    with database.transaction() as session:
        return merge_members(
            session, desk.member.id, other.member.id, chosen, agreed=True, actor=desk.shop.manager, at=desk.now
        ).id


def undo(desk: Desk, merge_id: int, *, days: int = 0) -> None:
    with database.transaction() as session:
        undo_merge(session, merge_id, actor=desk.shop.manager, at=desk.now + timedelta(days=days))


def holdings(desk: Desk) -> tuple[object, ...]:
    with database.reading() as session:
        facts = session.get_one(MemberFacts, desk.member.id)
        growth = session.get(GrowthAccount, desk.member.id)
        points = session.scalars(
            select(PointsLot)
            .where(PointsLot.member_id == desk.member.id, PointsLot.left > 0)
            .order_by(PointsLot.expires_at)
        )
        return (
            desk.points, desk.wallet, growth.balance if growth else 0, facts.orders, facts.spent,
            [(lot.left, lot.expires_at) for lot in points],
        )  # fmt: skip


def test_everything_of_the_other_card_comes_along_and_the_books_stand(desk: Desk, other: Desk) -> None:
    store(desk, 10000, 2000)
    store(other, 30000, 5000)
    earn(desk, 20)
    other.sell(("提拉米苏", 4))
    coupon = other.give_coupon("cash", value=500)
    before = other.points
    merge(desk, other)
    assert (desk.points, desk.wallet) == (20 + before, (40000, 7000))
    assert (other.points, other.wallet, desk.coupon_state(coupon)) == (0, (0, 0), "issued")
    with database.reading() as session:
        lots = session.scalars(
            select(WalletLot).where(WalletLot.member_id == desk.member.id).order_by(WalletLot.id)
        ).all()
        assert [(lot.principal_left, lot.bonus_left) for lot in lots] == [(10000, 2000), (30000, 5000)]
        assert len(list_orders_of_member(session, desk.member.id)) == 1
        assert session.get_one(MemberFacts, desk.member.id).spent == 12800
    assert faults() == []


def test_points_keep_their_end_and_expire_on_it(desk: Desk, other: Desk) -> None:
    earn(other, 30)
    ends = holdings(other)[-1]
    merge(desk, other)
    assert holdings(desk)[-1] == ends
    with clock.stand_at(desk.now + timedelta(days=500)):
        keep_points()
    assert (desk.points, faults()) == (0, [])


def test_a_debt_is_paid_by_the_other_card_and_that_is_for_good(desk: Desk, other: Desk) -> None:
    sold = other.sell(("提拉米苏", 4))
    with database.transaction() as session:
        loyalty.adjust_points(
            session, other.member.id, {"amount": -other.points, "reason": "换"}, actor=SYSTEM, at=desk.now
        )
    other.whole(sold)
    earn(desk, 7)
    assert other.points == -12
    merged = merge(desk, other)
    assert (desk.points, other.points, faults()) == (-5, 0, [])
    with pytest.raises(NotUndoable, match="欠的积分"):
        undo(desk, merged)


def test_undone_both_are_what_they_were(desk: Desk, other: Desk) -> None:
    store(desk, 10000, 2000)
    store(other, 30000, 5000)
    earn(desk, 20)
    earn(other, 33)
    desk.sell(("提拉米苏", 2))
    other.sell(("提拉米苏", 4))
    before = holdings(desk), holdings(other)
    merged = merge(desk, other)
    undo(desk, merged)
    assert (holdings(desk), holdings(other), faults()) == (*before, [])
    with database.reading() as session:
        found = find_member_by_phone(session, "13900139000")
        assert found is not None
        assert found.id == other.member.id


@pytest.mark.parametrize("seed", range(8))
def test_whatever_both_hold_a_merge_and_its_undoing_leave_it_as_it_was(desk: Desk, other: Desk, seed: int) -> None:
    chance = Random(seed)
    for number in range(8):
        side = chance.choice((desk, other))
        way = chance.choice(("store", "earn", "sell", "spend"))
        if way == "store":
            store(side, chance.randint(1, 20000) + number, chance.randint(0, 999))
        elif way == "earn":
            earn(side, chance.randint(1, 500))
        else:
            stored = min(sum(side.wallet), 3200) if way == "spend" else 0
            sold = side.sell(("提拉米苏", 1), paid={"wallet": stored} if stored else None)
            if chance.random() < 0.5:
                side.whole(sold)
    before, points = (holdings(desk), holdings(other)), desk.points + other.points
    merged = merge(desk, other)
    assert (desk.points, other.points, faults()) == (points, 0, [])
    undo(desk, merged)
    assert (holdings(desk), holdings(other)) == before
    assert faults() == []


def test_a_refund_of_the_old_card_s_order_reaches_the_one_that_lives_on(desk: Desk, other: Desk) -> None:
    store(other, 30000, 5000)
    sold = other.sell(("提拉米苏", 4), paid={"wallet": 6000})
    left, before = sum(other.wallet), other.points
    merge(desk, other)
    other.whole(sold)
    assert (sum(desk.wallet), desk.points) == (left + 6000, 0)
    assert (other.wallet, other.points, before > 0, faults()) == ((0, 0), 0, True, [])


def test_what_a_refund_changed_is_parted_no_more(desk: Desk, other: Desk) -> None:
    store(other, 30000, 5000)
    sold = other.sell(("提拉米苏", 4), paid={"wallet": 6000})
    merged = merge(desk, other)
    other.whole(sold)
    with pytest.raises(NotUndoable, match="退过款"):
        undo(desk, merged)
    assert (desk.wallet, other.wallet, faults()) == ((30000, 5000), (0, 0), [])


def test_a_coupon_that_came_back_is_parted_no_more(desk: Desk, other: Desk) -> None:
    other.give_coupon("cash", value=500)
    sold = other.sell(("提拉米苏", 4))
    merged = merge(desk, other)
    other.whole(sold)
    with pytest.raises(NotUndoable):
        undo(desk, merged)
    assert faults() == []


@pytest.mark.parametrize("spent", ["wallet", "points", "coupon"])
def test_what_was_spent_cannot_be_undone_and_the_reason_is_told(desk: Desk, other: Desk, spent: str) -> None:
    store(other, 30000)
    earn(other, 300)
    other.give_coupon("cash", value=500)
    merged = merge(desk, other)
    desk.sell(
        ("提拉米苏", 2), paid={"wallet": 1000} if spent == "wallet" else None, points=100 if spent == "points" else 0,
        coupons=spent == "coupon",
    )  # fmt: skip
    with pytest.raises(NotUndoable, match={"wallet": "储值", "points": "积分", "coupon": "优惠券"}[spent]):
        undo(desk, merged)


def test_after_seven_days_it_is_for_good(desk: Desk, other: Desk) -> None:
    merged = merge(desk, other)
    with pytest.raises(NotUndoable, match="7 天"):
        undo(desk, merged, days=8)


def test_a_merged_card_goes_along_when_its_keeper_is_merged_and_back(desk: Desk, other: Desk) -> None:
    third = replace(desk, member=welcome_member(desk.shop.at, "小满妈", "+8613700137000"))
    earn(third, 5)
    earn(other, 10)
    store(third, 1000)
    merge(other, third)
    second = merge(desk, other)
    with database.reading() as session:
        assert keeper_of(session, third.member.id) == desk.member.id
    assert (desk.points, desk.wallet, faults()) == (15, (1000, 0), [])
    undo(desk, second)
    assert (desk.points, other.points, other.wallet, third.points, faults()) == (0, 15, (1000, 0), 0, [])


def test_a_card_may_hold_no_more_than_the_law_allows(desk: Desk, other: Desk) -> None:
    store(desk, 300000)
    store(other, 250000)
    with pytest.raises((NotMergeable, CapByMerge), match="储值"):
        merge(desk, other)


def test_two_proven_phones_ask_which_one_stays(desk: Desk, other: Desk) -> None:
    with database.transaction() as session:
        for each in (desk, other):
            session.get_one(Member, each.member.id).phone_verified_at = desk.now
    with pytest.raises(Invalid):
        merge(desk, other)
    merged = merge(desk, other, phone="loser")
    with database.reading() as session:
        assert session.get_one(Member, desk.member.id).phone == "+8613900139000"
        assert find_member_by_phone(session, "13800138000") is None
    undo(desk, merged)
    with database.reading() as session:
        assert session.get_one(Member, desk.member.id).phone == "+8613800138000"


def test_the_old_number_and_name_find_the_card_that_lives_on(desk: Desk, other: Desk) -> None:
    merge(desk, other)
    with database.reading() as session:
        by_number = search_members(session, session.get_one(Member, other.member.id).number)
        assert [card.id for card in by_number] == [desk.member.id]
        assert find_member_by_phone(session, "13900139000") is None


def test_gaps_are_filled_and_the_rest_is_the_winner_s(desk: Desk, other: Desk) -> None:
    with database.transaction() as session:
        members.change_member(
            session, other.member.id, {"wechat_id": "xm", "gender": "female"}, actor=SYSTEM, at=desk.now
        )
    merge(desk, other)
    with database.reading() as session:
        card = session.get_one(Member, desk.member.id)
        assert (card.name, card.wechat_id, card.gender) == ("林小满", "xm", "female")


def test_what_one_card_took_back_does_not_hold_for_the_other(desk: Desk, other: Desk) -> None:
    with database.transaction() as session:
        members.note_consent(session, desk.member.id, "marketing", actor=SYSTEM, at=desk.now)
        members.note_consent(session, other.member.id, "marketing", actor=SYSTEM, at=desk.now)
        members.withdraw_consent(session, other.member.id, "marketing", actor=SYSTEM, at=desk.now)
        members.note_consent(session, other.member.id, "children", actor=SYSTEM, at=desk.now)
    merge(desk, other)
    with database.reading() as session:
        assert not holds_consent(session, desk.member.id, "marketing")
        assert holds_consent(session, desk.member.id, "children")


def test_a_cashier_may_not_and_an_archived_card_cannot(desk: Desk, other: Desk) -> None:
    with pytest.raises(Forbidden), database.transaction() as session:
        merge_members(session, desk.member.id, other.member.id, {}, actor=desk.shop.cashier, at=desk.now)
    with database.transaction() as session:
        members.archive_member(session, other.member.id, actor=SYSTEM, at=desk.now)
    with pytest.raises(NotMergeable, match="停用"):
        merge(desk, other)


def test_erasing_the_one_card_erases_what_the_other_told(desk: Desk, other: Desk) -> None:
    merge(desk, other)
    with database.transaction() as session:
        erase_member(session, desk.member.id, give_up=True, actor=SYSTEM, at=desk.now)
    with database.reading() as session:
        assert {session.get_one(Member, each.member.id).phone for each in (desk, other)} == {None}
    assert faults() == []
