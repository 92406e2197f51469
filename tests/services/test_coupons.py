"""Templates, limits, claims, codes, lists, transfers, undo and expiry, as the domain's commands keep them."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.coupons import commands, jobs, queries
from services.coupons.commands.expiring import expire_coupons
from services.coupons.errors import (
    CouponUnusable,
    NoneLeft,
    NotTransferable,
    OwnTransfer,
    PublicCodeUnknown,
    TemplateNotFound,
    TemplateOver,
    TemplatePaused,
    TransferGone,
    UndoByRefund,
    UndoElsewhere,
    UndoTooLate,
)
from services.coupons.models import Coupon, CouponTemplate
from services.coupons.schemas import TemplateIn
from services.members import commands as members
from services.members.models import Member
from services.shared import clock, database
from services.shared.actors import SYSTEM
from services.shared.models import OutboxEntry
from services.shared.refusals import Forbidden, Invalid
from tests.cast import Cast

OFF_20 = {"name": "满100减20", "kind": "threshold_off", "value": "20.00", "threshold": "100.00"}


def template(session: Session, at: datetime, **told: Any) -> CouponTemplate:
    each = {"per_member": 1} if told.keys() & {"claimable", "public_code", "welcome"} else {}
    return commands.create_template(session, TemplateIn().load(OFF_20 | each | told), actor=SYSTEM, at=at)


def member(session: Session, at: datetime, number: int = 0, **told: Any) -> Member:
    data = {"phone": f"+8613800{number:06d}", "name": f"顾客{number}", "source": "walk_in", **told}
    return members.create_member(session, data, actor=SYSTEM, at=at)


def give(session: Session, some: CouponTemplate, to: Member, at: datetime, **told: Any) -> Coupon:
    return commands.issue_coupon(session, some.id, to.id, **{"source": "manual"} | told, actor=SYSTEM, at=at)


def redeem(
    session: Session, shop: Cast, coupon: Coupon, at: datetime, *, by: int | None = None, order_id: int | None = None
) -> None:
    """`by` is the member at the till, the holder where nobody is named."""
    holder = by or coupon.member_id
    commands.redeem(
        session, coupon.id, member_id=holder, saved=2000, store_id=shop.east.id, order_id=order_id, actor=SYSTEM, at=at
    )


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"value": "0"}, "value"),
        ({"threshold": "10.00"}, "value"),
        ({"threshold": "0"}, "threshold"),
        ({"kind": "percentage", "pays": 1000}, "pays"),
        ({"kind": "free_item"}, "products"),
        ({"scope": {"from": "20:00", "to": "09:00"}}, "to"),
        ({"scope": {"products": ["999"]}}, "products"),
        ({"ends_on": "2026-11-20"}, "ends_on"),
        ({"starts_on": "2026-12-02", "ends_on": "2026-12-01"}, "ends_on"),
        ({"claimable": True, "per_member": None}, "per_member"),
        ({"public_code": "CAKE88", "per_member": None}, "per_member"),
        ({"welcome": True, "per_member": None}, "per_member"),
    ],
)
def test_what_does_not_go_together_is_told_beside_its_field(
    session: Session, shop: Cast, now: datetime, told: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        template(session, now, **told)
    assert list(refused.value.errors) == [field]


def test_what_a_coupon_does_stays_once_somebody_holds_one(session: Session, shop: Cast, now: datetime) -> None:
    some = template(session, now)
    commands.change_template(session, some.id, {"value": 1500}, actor=SYSTEM, at=now)
    give(session, some, member(session, now), now)
    with pytest.raises(Invalid) as refused:
        commands.change_template(session, some.id, {"value": 1000}, actor=SYSTEM, at=now)
    assert list(refused.value.errors) == ["value"]
    commands.change_template(session, some.id, {"name": "秋天的券", "stock": 5}, actor=SYSTEM, at=now)
    assert (some.value, some.name, some.stock) == (1500, "秋天的券", 5)


def test_a_cashier_writes_no_templates_and_issues_nothing(session: Session, shop: Cast, now: datetime) -> None:
    some, xiaoman = template(session, now), member(session, now)
    with pytest.raises(Forbidden):
        commands.create_template(session, TemplateIn().load(OFF_20), actor=shop.cashier, at=now)
    with pytest.raises(Forbidden):
        commands.issue_coupon(session, some.id, xiaoman.id, source="manual", actor=shop.cashier, at=now)


def test_a_public_code_belongs_to_one_template_until_that_is_archived(
    session: Session, shop: Cast, now: datetime
) -> None:
    first = template(session, now, public_code="cake88")
    assert first.public_code == "CAKE88"
    with pytest.raises(Invalid, match="请检查"):
        template(session, now, public_code="CAKE88")
    commands.archive_template(session, first.id, actor=SYSTEM, at=now)
    assert template(session, now, public_code="CAKE88").public_code == "CAKE88"


def test_each_limit_says_no_by_its_name(session: Session, shop: Cast, now: datetime) -> None:
    some = template(session, now, stock=4, per_member=1, per_day=2)
    one, two, three = (member(session, now, number) for number in range(3))
    give(session, some, one, now)

    def none_left(to: Member, **told: Any) -> str:
        with pytest.raises(NoneLeft) as refused, session.begin_nested():
            give(session, some, to, now, **told)
        return str(refused.value.params["limit"])

    assert none_left(one) == "member"
    give(session, some, two, now)
    assert none_left(three) == "day"
    give(session, some, three, now + timedelta(days=1))
    give(session, some, one, now, limited=False)
    assert none_left(one, limited=False) == "stock"


def test_a_limit_that_comes_later_counts_what_was_given_before(session: Session, shop: Cast, now: datetime) -> None:
    some, xiaoman = template(session, now), member(session, now)
    give(session, some, xiaoman, now)
    commands.change_template(session, some.id, {"per_member": 1}, actor=SYSTEM, at=now)
    with pytest.raises(NoneLeft):
        give(session, some, xiaoman, now)


@pytest.mark.parametrize("limit", ["per_member", "per_day"])
def test_a_limit_that_comes_back_counts_what_was_given_without_it(
    session: Session, shop: Cast, now: datetime, limit: str
) -> None:
    some, xiaoman = template(session, now, **{limit: 1}), member(session, now)
    give(session, some, xiaoman, now)
    commands.change_template(session, some.id, {limit: None}, actor=SYSTEM, at=now)
    for _ in range(2):
        give(session, some, xiaoman, now)
    commands.change_template(session, some.id, {limit: 4}, actor=SYSTEM, at=now)
    give(session, some, xiaoman, now)
    with pytest.raises(NoneLeft):
        give(session, some, xiaoman, now)


def test_an_older_template_without_a_share_is_taken_once_and_stays_as_it_is(
    session: Session, shop: Cast, now: datetime
) -> None:
    old, xiaoman = template(session, now, claimable=True, public_code="CAKE88"), member(session, now)
    old.per_member = None
    session.flush()
    commands.change_template(session, old.id, {"name": "早先的券"}, actor=SYSTEM, at=now)
    with pytest.raises(Invalid) as refused:
        commands.change_template(session, old.id, {"welcome": True}, actor=SYSTEM, at=now)
    assert list(refused.value.errors) == ["per_member"]
    commands.claim_coupon(session, old.id, xiaoman.id, actor=SYSTEM, at=now)
    with pytest.raises(NoneLeft), session.begin_nested():
        commands.claim_coupon(session, old.id, xiaoman.id, actor=SYSTEM, at=now)
    with pytest.raises(NoneLeft), session.begin_nested():
        commands.claim_by_code(session, "CAKE88", xiaoman.id, actor=SYSTEM, at=now)
    give(session, old, xiaoman, now)


def test_a_coupon_from_a_friend_is_the_friends_share(session: Session, shop: Cast, now: datetime) -> None:
    some = template(session, now, claimable=True, transferable=True, per_member=1)
    giver, taker = member(session, now), member(session, now, 1)
    coupon = commands.claim_coupon(session, some.id, giver.id, actor=SYSTEM, at=now)
    token = commands.offer_transfer(session, coupon.id, giver.id, actor=SYSTEM, at=now)
    commands.take_transfer(session, token, taker.id, actor=SYSTEM, at=now)
    commands.claim_coupon(session, some.id, taker.id, actor=SYSTEM, at=now)
    for whoever in (giver, taker):
        with pytest.raises(NoneLeft):
            commands.claim_coupon(session, some.id, whoever.id, actor=SYSTEM, at=now)


def test_nothing_is_given_out_that_is_paused_archived_or_over(session: Session, shop: Cast, now: datetime) -> None:
    some, xiaoman = template(session, now, ends_on="2026-11-22"), member(session, now)
    with pytest.raises(TemplateOver):
        give(session, some, xiaoman, now + timedelta(days=2))
    commands.pause_template(session, some.id, actor=SYSTEM, at=now)
    with pytest.raises(TemplatePaused):
        give(session, some, xiaoman, now)
    commands.resume_template(session, some.id, actor=SYSTEM, at=now)
    assert give(session, some, xiaoman, now).expires_at == datetime.fromisoformat("2026-11-22T16:00:00+00:00")


def test_members_claim_what_is_for_claiming_and_no_more(session: Session, shop: Cast, now: datetime) -> None:
    open_one, shut = template(session, now, claimable=True, per_member=1), template(session, now)
    xiaoman = member(session, now)
    coupon = commands.claim_coupon(session, open_one.id, xiaoman.id, actor=SYSTEM, at=now)
    assert coupon.source == "claim"
    with pytest.raises(TemplateNotFound):
        commands.claim_coupon(session, shut.id, xiaoman.id, actor=SYSTEM, at=now)


def test_a_public_code_gives_its_coupon_however_it_is_typed(session: Session, shop: Cast, now: datetime) -> None:
    template(session, now, public_code="CAKE88")
    xiaoman = member(session, now)
    assert commands.claim_by_code(session, " cake88 ", xiaoman.id, actor=SYSTEM, at=now).source == "public_code"
    with pytest.raises(PublicCodeUnknown):
        commands.claim_by_code(session, "CAKE99", xiaoman.id, actor=SYSTEM, at=now)


def test_who_joins_gets_the_welcome_gift_once(shop: Cast, now: datetime) -> None:
    with database.transaction() as session:
        template(session, now, welcome=True, name="开卡礼")
        template(session, now, welcome=True, name="没货的", stock=1)
        give(session, template(session, now), member(session, now, 9), now)
    with database.transaction() as session:
        xiaoman = member(session, now, 1)
    with database.reading() as session:
        names = sorted(held.name for held in queries.list_usable(session, xiaoman.id, at=now))
    assert names == ["开卡礼"]


def test_a_card_that_was_put_away_at_once_gets_no_welcome_gift(shop: Cast, now: datetime) -> None:
    with database.transaction() as session:
        template(session, now, welcome=True, name="开卡礼")
    with database.transaction() as session:
        xiaoman = member(session, now, 1)
        members.archive_member(session, xiaoman.id, actor=SYSTEM, at=now)
    with database.reading() as session:
        assert queries.list_usable(session, xiaoman.id, at=now) == []
        assert session.scalars(select(OutboxEntry.error).where(OutboxEntry.error.is_not(None))).all() == []


def test_a_list_is_given_out_line_by_line_with_its_result(session: Session, shop: Cast, now: datetime) -> None:
    some = template(session, now, stock=2, per_member=1)
    for number in range(3):
        member(session, now, number)
    lines = ["138 0000 0000", "13800000001", "13800000000", "10086", "13800000002", " "]
    batch = commands.issue_to_lines(session, some.id, lines, "中秋", actor=shop.manager, at=now)
    rows = queries.list_batch_rows(session, batch.id)
    assert [row.outcome for row in rows] == ["issued", "issued", "twice", "unknown", "none_left_stock"]
    session.refresh(some)
    assert (batch.finished_at, some.issued) == (now, 2)


def test_a_long_list_goes_on_in_the_worker_and_gives_each_member_one(shop: Cast, now: datetime) -> None:
    with database.transaction() as session:
        some = template(session, now)
        ids = [member(session, now, number).id for number in range(45)]
        batch = commands.issue_to_members(session, some.id, ids, "", actor=SYSTEM, at=now)
        assert queries.count_outcomes(session, batch.id) == {"issued": 30, "waiting": 15}
    jobs.issue_batches()
    jobs.issue_batch(batch.id)
    with database.reading() as session:
        assert queries.count_outcomes(session, batch.id) == {"issued": 45}
        assert queries.get_template(session, some.id).issued == 45


def test_a_coupon_goes_to_a_friend_once_and_gets_a_fresh_code(session: Session, shop: Cast, now: datetime) -> None:
    some = template(session, now, transferable=True)
    giver, friend, other = (member(session, now, number) for number in range(3))
    coupon = give(session, some, giver, now)
    old = queries.get_code(session, coupon.id)
    token = commands.offer_transfer(session, coupon.id, giver.id, actor=SYSTEM, at=now)
    with pytest.raises(OwnTransfer):
        commands.take_transfer(session, token, giver.id, actor=SYSTEM, at=now)
    assert commands.take_transfer(session, token, friend.id, actor=SYSTEM, at=now) == coupon.id
    with pytest.raises(TransferGone):
        commands.take_transfer(session, token, other.id, actor=SYSTEM, at=now)
    held = queries.get_coupon(session, coupon.id)
    assert (held.member_id, held.state) == (friend.id, "issued")
    assert old is not None
    assert queries.find_by_code(session, old) is None
    assert queries.get_code(session, coupon.id) != old


def test_a_link_ends_with_time_by_being_taken_back_and_with_its_coupon(
    session: Session, shop: Cast, now: datetime
) -> None:
    some = template(session, now, transferable=True)
    giver, friend = member(session, now, 1), member(session, now, 2)

    def refused(coupon: Coupon, token: str, at: datetime) -> None:
        with pytest.raises(TransferGone), session.begin_nested():
            commands.take_transfer(session, token, friend.id, actor=SYSTEM, at=at)
        session.expire_all()
        assert queries.get_coupon(session, coupon.id).member_id == giver.id

    for end in ("late", "cancelled", "again", "used"):
        coupon = give(session, some, giver, now)
        token = commands.offer_transfer(session, coupon.id, giver.id, actor=SYSTEM, at=now)
        if end == "cancelled":
            commands.cancel_transfer(session, coupon.id, giver.id, actor=SYSTEM, at=now)
        if end == "again":
            commands.offer_transfer(session, coupon.id, giver.id, actor=SYSTEM, at=now)
        if end == "used":
            redeem(session, shop, coupon, now, order_id=7)
        refused(coupon, token, now + timedelta(days=4) if end == "late" else now)


def test_a_coupon_that_a_friend_took_is_not_used_up_by_its_giver_any_more(
    session: Session, shop: Cast, now: datetime
) -> None:
    giver, friend = member(session, now, 1), member(session, now, 2)
    coupon = give(session, template(session, now, transferable=True), giver, now)
    token = commands.offer_transfer(session, coupon.id, giver.id, actor=SYSTEM, at=now)
    commands.take_transfer(session, token, friend.id, actor=SYSTEM, at=now)
    for stranger in (giver.id, None):
        with pytest.raises(CouponUnusable) as refused:
            commands.redeem(
                session,
                coupon.id,
                member_id=stranger,
                saved=2000,
                store_id=shop.east.id,
                order_id=7,
                actor=SYSTEM,
                at=now,
            )
        assert (refused.value.params["state"], refused.value.text) == ("passed_on", "这张券已经转赠给别人了")
    session.expire_all()
    assert queries.get_coupon(session, coupon.id).state == "issued"
    redeem(session, shop, coupon, now, by=friend.id, order_id=8)


def test_a_printed_coupon_is_used_up_by_whoever_brings_it(session: Session, shop: Cast, now: datetime) -> None:
    coupon = give(session, template(session, now), member(session, now), now)
    coupon.member_id = None
    session.flush()
    redeem(session, shop, coupon, now)
    session.expire_all()
    assert queries.get_coupon(session, coupon.id).state == "redeemed"


def test_what_may_not_be_passed_on_is_not(session: Session, shop: Cast, now: datetime) -> None:
    xiaoman = member(session, now)
    coupon = give(session, template(session, now), xiaoman, now)
    with pytest.raises(NotTransferable):
        commands.offer_transfer(session, coupon.id, xiaoman.id, actor=SYSTEM, at=now)


def test_a_redemption_is_undone_in_time_by_its_store_and_never_from_an_order(
    session: Session, shop: Cast, now: datetime
) -> None:
    some, xiaoman = template(session, now, undo_minutes=10), member(session, now)
    alone, ordered = give(session, some, xiaoman, now), give(session, some, xiaoman, now)
    east, later = shop.east.id, now + timedelta(minutes=11)
    redeem(session, shop, alone, now)
    redeem(session, shop, ordered, now, order_id=9)
    session.expire_all()
    with pytest.raises(Forbidden):
        commands.undo_redemption(session, alone.id, actor=shop.cashier, at=now)
    with pytest.raises(UndoElsewhere):
        commands.undo_redemption(session, alone.id, store_id=shop.south.id, actor=shop.owner, at=now)
    with pytest.raises(UndoTooLate):
        commands.undo_redemption(session, alone.id, store_id=east, actor=shop.manager, at=later)
    with pytest.raises(UndoByRefund):
        commands.undo_redemption(session, ordered.id, store_id=east, actor=shop.manager, at=now)
    commands.undo_redemption(session, alone.id, store_id=east, actor=shop.manager, at=now)
    session.expire_all()
    assert queries.get_coupon(session, alone.id).standing(now) == "usable"
    with pytest.raises(CouponUnusable) as refused:
        commands.undo_redemption(session, alone.id, store_id=east, actor=shop.manager, at=now)
    assert refused.value.params["state"] == "issued"


def test_an_undo_judges_the_redemption_that_stands_now(session: Session, shop: Cast, now: datetime) -> None:
    some, xiaoman = template(session, now, undo_minutes=10), member(session, now)
    alone, ordered = give(session, some, xiaoman, now), give(session, some, xiaoman, now)  # read before they were used
    redeem(session, shop, alone, now)
    redeem(session, shop, ordered, now, order_id=9)
    with pytest.raises(UndoTooLate):
        commands.undo_redemption(session, alone.id, actor=shop.manager, at=now + timedelta(minutes=11))
    session.expire_all()
    with pytest.raises(UndoByRefund):
        commands.undo_redemption(session, ordered.id, actor=shop.manager, at=now)


def test_a_coupon_that_has_expired_since_it_was_used_stays_used(session: Session, shop: Cast, now: datetime) -> None:
    coupon = give(session, template(session, now, undo_minutes=1440, valid_days=1), member(session, now), now)
    redeem(session, shop, coupon, now)
    assert coupon.expires_at is not None
    with pytest.raises(CouponUnusable) as refused:
        commands.undo_redemption(session, coupon.id, actor=shop.manager, at=coupon.expires_at)
    assert refused.value.params["state"] == "expired"
    session.expire_all()
    assert queries.get_coupon(session, coupon.id).state == "redeemed"
    commands.undo_redemption(session, coupon.id, actor=shop.manager, at=coupon.expires_at - timedelta(minutes=1))


def test_nobody_undoes_at_a_store_that_is_not_theirs(session: Session, shop: Cast, now: datetime) -> None:
    coupon = give(session, template(session, now), member(session, now), now)
    redeem(session, shop, coupon, now)
    elsewhere = replace(shop.manager, stores=frozenset({shop.south.id}))
    with pytest.raises(Forbidden):
        commands.undo_redemption(session, coupon.id, actor=elsewhere, at=now)


def test_a_reservation_that_lapses_is_free_by_itself(session: Session, shop: Cast, now: datetime) -> None:
    coupon = give(session, template(session, now), member(session, now), now)
    commands.reserve(session, [coupon.id], "cart:1", actor=SYSTEM, at=now)
    session.expire_all()
    held = queries.get_coupon(session, coupon.id)
    assert [held.standing(now), held.standing(now + timedelta(minutes=15))] == ["reserved", "usable"]


def test_what_has_expired_says_so_before_and_after_the_job(session: Session, shop: Cast, now: datetime) -> None:
    some, xiaoman = template(session, now, valid_days=1), member(session, now)
    coupon = give(session, some, xiaoman, now)
    later = now + timedelta(days=1)
    assert queries.count_held(session, xiaoman.id, at=later) == {"usable": 0, "used": 0, "over": 1}
    assert expire_coupons(session, at=later) is False
    session.expire_all()
    assert queries.get_coupon(session, coupon.id).state == "expired"
    assert [event.kind for event in queries.list_events(session, coupon.id)] == ["expire", "issue"]


def test_days_count_from_issue_and_the_last_one_whole(session: Session, shop: Cast, now: datetime) -> None:
    coupon = give(session, template(session, now, valid_days=7, starts_after=1), member(session, now), now)
    assert coupon.starts_at is not None
    assert coupon.expires_at is not None
    with clock.stand_at(now):
        assert (coupon.starts_at.isoformat(), coupon.expires_at.isoformat()) == (
            "2026-11-21T16:00:00+00:00",
            "2026-11-28T16:00:00+00:00",
        )
    assert date(2026, 11, 28) > now.date()
