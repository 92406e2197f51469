"""What a merge must not do: steal, wash, or keep what is somebody else's; 林小满 has two cards, and not everybody means well."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.checkout.queries.payouts import get_refund_sheet
from services.coupons.commands import issue_coupon
from services.coupons.errors import NoneLeft
from services.dealing.queries import list_findings
from services.family import commands as family
from services.household.models import HouseholdPerson
from services.loyalty.jobs import keep_points
from services.loyalty.models import PointsLot
from services.members import commands as members
from services.members.errors import MemberMerged, OwnCardRefused
from services.members.models import Member, OwnCard
from services.members.queries import keeper_of, search_members
from services.merging.commands import merge_members, undo_merge
from services.merging.errors import MergeNotAgreed, NotMergeable, NotUndoable
from services.merging.queries import list_duplicates
from services.messaging.models import Delivery, Message, PushSubscription
from services.orders.models import Order
from services.shared import clock, database
from services.shared.actors import SYSTEM
from services.signin.models import CoolDown, SpendingFreeze
from services.signin.queries import find_cool_down
from tests.cast import Cast
from tests.couponing import make_template
from tests.refunding import Desk, faults, open_desk
from tests.selling import welcome_member
from tests.services.test_merging import earn, merge, second_card, store, undo


@pytest.fixture
def desk(shop: Cast) -> Desk:
    """A desk whose member's card lives on."""
    return open_desk(shop)


@pytest.fixture
def other(desk: Desk) -> Desk:
    """The same desk with the other card."""
    return second_card(desk)


@pytest.fixture
def third(desk: Desk) -> Desk:
    """The same desk with somebody else's card."""
    return replace(desk, member=welcome_member(desk.shop.at, "王芳", "+8613700137000"))


def add(*rows: object) -> None:
    with database.transaction() as session:
        session.add_all(rows)


def try_merge(desk: Desk, other: Desk, **chosen: str) -> None:
    """What a manager does alone."""
    with database.transaction() as session:
        merge_members(
            session,
            desk.member.id,
            other.member.id,
            chosen,
            store_id=desk.shop.east.id,
            actor=desk.shop.manager,
            at=desk.now,
        )


@pytest.mark.parametrize("held", ["stored", "points", "coupon", "phone"])
def test_nobody_merges_a_card_away_that_holds_something(desk: Desk, other: Desk, held: str) -> None:
    if held == "stored":
        store(other, 100)
    elif held == "points":
        earn(other, 1)
    elif held == "coupon":
        other.give_coupon("cash", value=500)
    else:
        with database.transaction() as session:
            session.get_one(Member, other.member.id).phone_verified_at = desk.now
    with pytest.raises(MergeNotAgreed):
        try_merge(desk, other, phone="winner")


def test_an_empty_card_needs_nobody_s_word(desk: Desk, other: Desk) -> None:
    try_merge(desk, other)
    with database.reading() as session:
        assert keeper_of(session, other.member.id) == desk.member.id


def test_an_empty_card_s_number_does_not_open_a_card_with_money(desk: Desk, other: Desk) -> None:
    store(desk, 30000)
    with pytest.raises(MergeNotAgreed, match="第二个人"):
        try_merge(desk, other, phone="loser")


@pytest.mark.parametrize("side", ["winner", "loser"])
def test_nobody_merges_the_own_card(desk: Desk, other: Desk, side: str) -> None:
    mine = desk.member.id if side == "winner" else other.member.id
    add(OwnCard(staff_id=desk.shop.manager.id, member_id=mine, noted_at=desk.now))
    with pytest.raises(OwnCardRefused):
        merge(desk, other)


def test_who_merged_what_stands_in_the_own_check(desk: Desk, other: Desk) -> None:
    store(other, 30000)
    merge(desk, other)
    with database.reading() as session:
        found = [each.finding for each in list_findings(session, desk.now.date(), actor=desk.shop.owner)]
    assert [(each.member_id, each.figures) for each in found if each.kind == "merge"] == [
        (desk.member.id, {"amount": 30000})
    ]


def test_the_card_that_goes_hears_of_it_on_its_own_phone(desk: Desk, other: Desk) -> None:
    add(PushSubscription(member_id=other.member.id, **_browser(desk)))
    merge(desk, other)
    with database.reading() as session:
        told = session.scalars(select(Message.body).where(Message.member_id == other.member.id)).one()
        assert "可以撤销" in told
        assert session.scalars(select(Delivery.id)).all() != []


def test_a_number_typed_into_somebody_s_wechat_is_no_reason(desk: Desk, other: Desk) -> None:
    with database.transaction() as session:
        members.change_member(session, desk.member.id, {"wechat_id": "13900139000"}, actor=SYSTEM, at=desk.now)
    with database.reading() as session:
        assert list_duplicates(session) == []


def test_a_cool_down_comes_along_with_the_money(desk: Desk, other: Desk) -> None:
    store(other, 30000)
    add(CoolDown(member_id=other.member.id, started_at=desk.now, ends_at=desk.now + timedelta(hours=24)))
    merge(desk, other)
    with database.reading() as session:
        assert find_cool_down(session, desk.member.id, at=desk.now + timedelta(hours=23)) is not None


def test_a_frozen_card_is_not_parted(desk: Desk, other: Desk) -> None:
    store(other, 30000)
    merged = merge(desk, other)
    add(SpendingFreeze(member_id=desk.member.id, reported_at=desk.now))
    with pytest.raises(NotUndoable, match="冻结"):
        undo(desk, merged)


def test_a_number_that_is_somebody_s_by_now_does_not_keep_a_merge_standing(desk: Desk, other: Desk) -> None:
    merged = merge(desk, other, phone="winner")
    welcome_member(desk.now, "王芳", "+8613900139000")
    undo(desk, merged)
    with database.reading() as session:
        card = session.get_one(Member, other.member.id)
        assert (card.phone, card.phone_lost_at, card.archived_at) == (None, desk.now, None)


def test_points_that_expired_on_the_third_card_part_none(desk: Desk, other: Desk, third: Desk) -> None:
    earn(third, 50)
    with database.transaction() as session:
        session.scalars(select(PointsLot)).one().expires_at = desk.now + timedelta(days=3)
    first, second = merge(other, third, phone="winner"), merge(desk, other, phone="winner")
    with clock.stand_at(desk.now + timedelta(days=4)):
        keep_points()
    for merged in (second, first):
        with pytest.raises(NotUndoable):
            undo(desk, merged, days=5)
    assert (desk.points, other.points, third.points, faults()) == (0, 0, 0, [])


def test_the_refund_sheet_says_the_same_before_and_after(desk: Desk, other: Desk) -> None:
    store(other, 30000, 5000)
    other.sell(("提拉米苏", 4), paid={"wallet": 12800})
    later = desk.now + timedelta(days=60)
    before = sheet(other, later)
    with database.transaction() as session:
        merge_members(session, desk.member.id, other.member.id, {}, agreed=True, actor=desk.shop.manager, at=later)
    assert sheet(desk, later) == before


def sheet(desk: Desk, at: Any) -> list[tuple[object, ...]]:
    with database.reading() as session:
        found = get_refund_sheet(session, desk.member.id, at=at)
    return [(each.principal, each.consumed, each.policy, each.floor, each.fresh, each.paid_at) for each in found.lots]


def test_parted_the_old_number_finds_the_right_card(desk: Desk, other: Desk, third: Desk) -> None:
    merge(other, third, phone="winner")
    undo(desk, merge(desk, other, phone="winner"))
    with database.reading() as session:
        number = session.get_one(Member, third.member.id).number
        assert [card.id for card in search_members(session, number)] == [other.member.id]


def test_nothing_is_written_to_a_merged_card(desk: Desk, other: Desk) -> None:
    merge(desk, other)
    child = {"name": "豆豆", "sex": "girl", "born_on": desk.now.date(), "children_consent": True}
    with pytest.raises(MemberMerged), database.transaction() as session:
        members.change_member(session, other.member.id, {"name": "小满改"}, actor=SYSTEM, at=desk.now)
    with pytest.raises(MemberMerged), database.transaction() as session:
        family.add_child(session, other.member.id, child, actor=SYSTEM, at=desk.now)


def test_merging_there_and_back_gives_no_further_share(desk: Desk, other: Desk) -> None:
    template = make_template(desk.shop, claimable=True)
    with database.transaction() as session:
        issue_coupon(session, template, other.member.id, source="claim", actor=SYSTEM, at=desk.now)
    for _ in range(2):
        merged = merge(desk, other)
        with pytest.raises(NoneLeft), database.transaction() as session:
            issue_coupon(session, template, desk.member.id, source="claim", actor=SYSTEM, at=desk.now)
        undo(desk, merged)


def test_undone_twice_it_is_refused(desk: Desk, other: Desk) -> None:
    merged = merge(desk, other)
    undo(desk, merged)
    with pytest.raises(NotUndoable, match="撤销过"), database.transaction() as session:
        undo_merge(session, merged, actor=SYSTEM, at=desk.now)


def _browser(desk: Desk) -> dict[str, Any]:
    keys = {"endpoint": "https://push.example/1", "p256dh": "k", "auth": "a", "refused_at": None}
    return keys | {"app": "member", "staff_id": None, "created_at": desk.now, "seen_at": desk.now}


def test_who_shares_an_account_leaves_it_before_a_merge(desk: Desk, other: Desk, third: Desk) -> None:
    add(
        HouseholdPerson(
            holder_id=other.member.id, member_id=third.member.id, kinship="spouse", wallet=True, per_day=5000,
            per_payment=5000, points=True, paused_at=None, joined_at=desk.now,
        )
    )  # fmt: skip
    with pytest.raises(NotMergeable, match="家庭共享"):
        merge(desk, other)


def test_a_refund_of_what_a_merged_card_paid_for_another_reaches_the_card_that_lives_on(
    desk: Desk, other: Desk, third: Desk
) -> None:
    """王芳 bought with the stored value and for the points of a card that is part of another by now."""
    store(other, 30000)
    sold = other.sell(("提拉米苏", 4), paid={"wallet": 12800})
    with database.transaction() as session:
        row = session.get_one(Order, sold.id)
        row.member_id, row.payer_id, row.earner_id = third.member.id, other.member.id, other.member.id
    merge(desk, other)
    third.whole(sold)
    assert (desk.wallet, desk.points) == ((30000, 0), 0)
    assert (other.wallet, other.points, third.wallet, third.points) == ((0, 0), 0, (0, 0), 0)
