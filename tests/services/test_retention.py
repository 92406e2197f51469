"""保留期限: who was not seen for long is proposed, never erased by time alone; and what has had its time is forgotten."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services import wiring
from services.audit.models import AuditEntry
from services.checkout.models import ParkedCart
from services.loyalty import commands as loyalty
from services.members.models import Member, MemberFacts
from services.messaging.models import Message
from services.orders.models import Order
from services.privacy import jobs, purging
from services.privacy.commands import choose_for_erasure, erase_member, keep_members
from services.privacy.models import RetentionProposal
from services.privacy.purging import Purge, purge_old
from services.privacy.queries import Shown, count_proposals, list_proposals
from services.shared import clock, database, vault
from services.shared.refusals import Forbidden, Invalid
from services.signin import forgetting
from services.signin.models import MemberSession, Scan
from services.stores import commands as stores
from tests.browse import body
from tests.cast import Cast
from tests.couponing import give_coupon
from tests.selling import Till, open_till, welcome_member
from tests.topping import pay_in
from tests.webapp.test_api_scans import Phone, scan

LONG = timedelta(days=3 * 366)


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def nights(later: timedelta = LONG) -> datetime:
    """The nightly job, so much later; when that was."""
    with database.reading() as session:
        at = session.scalar(select(func.max(Member.joined_at))) or clock.now()
    with clock.stand_at(at + later):
        jobs.propose_erasures()
    return at + later


def shown(kind: Shown, at: datetime) -> list[int]:
    """Whom the list shows then."""
    with database.reading() as session:
        return [each.member_id for each in list_proposals(session, kind, at=at)]


def test_who_was_not_seen_for_three_years_is_proposed_and_nobody_sooner(till: Till) -> None:
    at = nights(timedelta(days=3 * 365 - 2))
    assert shown("proposed", at) == []
    at = nights()
    assert shown("proposed", at) == [till.member.id]
    assert shown("proposed", nights()) == [till.member.id]  # twice is as once
    with database.reading() as session:
        assert vault.destroyed_at(session, till.member.id) is None


def test_what_they_still_have_speaks_against_it_and_is_said(till: Till) -> None:
    with database.transaction() as session:
        stores.change_settings(session, {"points.months": 60}, actor=till.shop.owner, at=till.shop.at)
        told = {"amount": 5, "reason": "补"}
        loyalty.adjust_points(session, till.member.id, told, actor=till.shop.owner, at=till.shop.at)
    give_coupon(till.shop, till.member, valid_days=3650)
    at = nights()
    assert (shown("proposed", at), shown("held", at)) == ([], [till.member.id])
    with database.reading() as session:
        assert session.get_one(RetentionProposal, till.member.id).held == "points,coupons"


def test_points_that_never_expire_hold_nobody_for_good_and_are_named(till: Till) -> None:
    rich = till.member.id
    poor, fresh = (
        welcome_member(till.shop.at, name, f"+861390013900{n}").id for n, name in enumerate(("甲乙", "丙丁"))
    )
    owner, told = till.shop.owner, {"amount": 70, "reason": "补"}
    with database.transaction() as session:
        stores.change_settings(session, {"points.months": 0}, actor=owner, at=till.shop.at)
        for member_id in (rich, poor):
            loyalty.adjust_points(session, member_id, told, actor=owner, at=till.shop.at)
        loyalty.adjust_points(session, fresh, told, actor=owner, at=till.shop.at + timedelta(days=90))
    pay_in(till)
    at = nights()
    assert (shown("proposed", at), shown("held", at)) == ([poor], [rich, fresh])
    with database.reading() as session:
        assert [each.points for each in list_proposals(session, "proposed", at=at)] == [70]
        held = dict(session.execute(select(RetentionProposal.member_id, RetentionProposal.held)).all())
    assert held == {rich: "wallet", poor: "", fresh: "points"}
    with database.transaction() as session:
        choose_for_erasure(session, [poor], "三年没来", actor=owner, at=at)
        loyalty.adjust_points(session, poor, told, actor=owner, at=at)  # while nobody looked
    with clock.stand_at(at):
        jobs.erase_chosen_members()
    assert shown("held", at) == [rich, poor, fresh]
    assert fresh in shown("proposed", nights(LONG + timedelta(days=91)))


def test_whoever_comes_back_is_proposed_no_more_at_once(till: Till) -> None:
    at = nights()
    with database.transaction() as session:
        session.get_one(MemberFacts, till.member.id).last_order_at = at
    assert shown("proposed", at) == []
    with clock.stand_at(at):
        jobs.propose_erasures()
    with database.reading() as session:
        assert session.get(RetentionProposal, till.member.id) is None


@pytest.mark.parametrize("sign", ["phone_verified_at", "phone_lost_at"])
def test_a_number_that_was_looked_at_at_the_counter_counts(till: Till, sign: str) -> None:
    at = nights()
    with database.transaction() as session:
        setattr(session.get_one(Member, till.member.id), sign, at)
    assert shown("proposed", at) == []
    assert shown("proposed", nights()) == []


def test_who_came_back_hides_nobody_behind_them(till: Till) -> None:
    others = [welcome_member(till.shop.at, name, f"+861390013900{n}").id for n, name in enumerate(("甲乙", "丙丁"))]
    at = nights()
    with database.transaction() as session:
        session.get_one(Member, till.member.id).phone_verified_at = at
    with database.reading() as session:
        assert [each.member_id for each in list_proposals(session, "proposed", at=at, limit=1)] == others[:1]


def test_a_sign_in_counts_also_when_its_session_is_forgotten(till: Till) -> None:
    with database.transaction() as session:
        row = MemberSession(
            member_id=till.member.id, token_hash="x", browser="x", address="", created_at=till.shop.at,
            seen_at=till.shop.at + timedelta(days=300), expires_at=till.shop.at + timedelta(days=301),
            ends_at=till.shop.at + timedelta(days=301),
        )  # fmt: skip
        session.add(row)
    with clock.stand_at(till.shop.at + timedelta(days=301 + 91)):
        purge_old()
    with database.reading() as session:
        assert session.scalar(select(MemberSession.id)) is None
    assert shown("proposed", nights()) == []
    assert shown("proposed", nights(LONG + timedelta(days=300))) == [till.member.id]


def test_whom_somebody_chose_is_erased_by_the_worker_and_the_log_says_who_chose(till: Till) -> None:
    other = welcome_member(till.shop.at, "王芳", "+8613900139001")
    at = nights()
    with database.transaction() as session:
        assert choose_for_erasure(session, [till.member.id], "三年没来", actor=till.shop.owner, at=at) == 1
    assert (shown("proposed", at), shown("chosen", at)) == ([other.id], [till.member.id])
    with clock.stand_at(at):
        jobs.erase_chosen_members()
        jobs.erase_chosen_members()
    with database.reading() as session:
        assert vault.destroyed_at(session, till.member.id) is not None
        assert session.get_one(Member, other.id).name == "王芳"
        said = select(AuditEntry.actor_name, AuditEntry.action).where(
            AuditEntry.action.in_(("retention:erase", "members:erase"))
        )
        assert session.execute(said).all() == [("阿满", "retention:erase"), ("changke", "members:erase")]
    assert shown("proposed", nights()) == [other.id]


def test_whoever_came_back_or_has_something_by_then_is_spared(till: Till) -> None:
    back, rich = till.member, welcome_member(till.shop.at, "王芳", "+8613900139001")
    at = nights()
    with database.transaction() as session:
        choose_for_erasure(session, [back.id, rich.id], "三年没来", actor=till.shop.owner, at=at)
        session.get_one(MemberFacts, back.id).last_order_at = at
        loyalty.adjust_points(session, rich.id, {"amount": 5, "reason": "补"}, actor=till.shop.owner, at=at)
    with clock.stand_at(at):
        jobs.erase_chosen_members()
    with database.reading() as session:
        assert session.get_one(Member, back.id).name == "林小满"
        assert vault.destroyed_at(session, rich.id) is None
        assert count_proposals(session) == {"proposed": 0, "held": 1, "kept": 0, "chosen": 0}


def test_who_is_kept_is_asked_about_again_after_a_year(till: Till) -> None:
    at = nights()
    with database.transaction() as session:
        keep_members(session, [till.member.id], "老街坊，出国了", actor=till.shop.owner, at=at)
        with pytest.raises(Invalid):
            choose_for_erasure(session, [till.member.id], "三年没来", actor=till.shop.owner, at=at)
    assert (shown("proposed", at), shown("kept", at)) == ([], [till.member.id])
    at = nights(LONG + timedelta(days=200))
    assert shown("kept", at) == [till.member.id]
    at = nights(LONG + timedelta(days=366))
    assert (shown("proposed", at), shown("kept", at)) == ([till.member.id], [])


def test_an_erasure_takes_them_from_the_list_and_their_name_from_what_was_said_of_others(till: Till) -> None:
    other = welcome_member(till.shop.at, "王芳", "+8613900139001")
    at = nights()
    with database.transaction() as session:
        keep_members(session, [other.id], "林小满的妈妈", actor=till.shop.owner, at=at)
        erase_member(session, till.member.id, reason="本人要求", actor=till.shop.owner, at=at)
        assert session.get(RetentionProposal, till.member.id) is None
    with database.reading() as session:
        assert session.get_one(RetentionProposal, other.id).reason == "已注销的妈妈"


def test_only_who_may_erase_decides(till: Till) -> None:
    at = nights()
    for command in (choose_for_erasure, keep_members):
        with database.transaction() as session, pytest.raises(Forbidden):
            command(session, [till.member.id], "x", actor=till.shop.manager, at=at)


def test_the_list_is_made_in_pages(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PAGE", 2)
    ids = [till.member.id] + [welcome_member(till.shop.at, f"客{n}", f"+861390013900{n}").id for n in range(4)]
    at = nights()
    assert shown("proposed", at) == ids
    with database.transaction() as session:
        session.get_one(MemberFacts, ids[2]).last_order_at = at
    with clock.stand_at(at):
        jobs.propose_erasures()
    assert shown("proposed", at) == [*ids[:2], *ids[3:]]


def test_old_messages_scans_and_carts_are_forgotten_and_what_orders_name_stays(till: Till) -> None:
    shop = till.shop
    phone = Phone(till)
    sold = body(scan(till, phone.code()))
    till.sell(till.line("拿铁"), member=till.member, proof=sold["id"])
    assert scan(till, phone.code(timedelta(seconds=15))).status_code == 200
    cart = {"store": str(shop.east.id), "label": "一会儿来", "pieces": 1, "cart": {}}
    assert till.browser.api("POST", "/api/v1/parked-carts", cart).status_code == 201
    with clock.stand_at(shop.at + timedelta(days=1)):
        purge_old()
    assert counts() == (1, 2, 1)
    with clock.stand_at(shop.at + timedelta(days=800)):
        purge_old()
        purge_old()
    assert counts() == (0, 1, 0)
    with database.reading() as session:
        named = session.scalar(select(Order.scan_id))
        assert named == session.scalar(select(Scan.id))
    lines = purged()
    assert len(lines) == 1  # a night without anything to forget says nothing
    assert (lines[0]["messages"], lines[0]["scans"], lines[0]["parked_carts"]) == (1, 1, 1)


def purged() -> list[Any]:
    """What the log says of each night."""
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry.changes).where(AuditEntry.action == "retention:purge")))


def test_what_is_gone_counts_also_where_its_kind_fails_and_the_others_go_on(
    shop: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forget(*nights: int | Exception) -> Callable[[datetime], int]:
        told = iter(nights)

        def some(_before: datetime) -> int:
            found = next(told)
            if isinstance(found, Exception):
                raise found
            return found

        return some

    kinds = {
        "messages": forget(2, 1, OSError("disk full"), 0), "scans": forget(4, 0, 0), "parked_carts": forget(OSError(), 0),
    }  # fmt: skip
    monkeypatch.setattr(purging, "_purges", [Purge(name, "retention.scans_days", each) for name, each in kinds.items()])
    purge_old()
    purge_old()
    assert purged() == [{"messages": 3, "scans": 4, "failed": ["messages", "parked_carts"]}]
    log = shop.browser("owner").get("/staff/audit").text
    for words in ("会员的消息 3", "扫码和确认的记录 4", "没清理成 会员的消息、挂单记录"):
        assert words in log


def test_scans_that_are_gone_count_where_the_next_cannot_be_dropped(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = Phone(till)
    for seconds in (0, 15, 30):
        assert scan(till, phone.code(timedelta(seconds=seconds))).status_code == 200
    begun = []

    def transaction() -> AbstractContextManager[Session]:
        begun.append(1)
        if len(begun) in {3, 4}:
            raise OSError
        return database.transaction()

    monkeypatch.setattr(forgetting, "AT_A_TIME", 1)
    monkeypatch.setattr(forgetting, "transaction", transaction)
    monkeypatch.setattr(purging, "_purges", [each for each in wiring.PURGES if each.name == "scans"])
    with clock.stand_at(till.shop.at + timedelta(days=800)):
        purge_old()
        purge_old()
    assert purged() == [{"scans": 2, "failed": ["scans"]}, {"scans": 1}]


def counts() -> tuple[int, int, int]:
    """Messages, scans, carts."""
    with database.reading() as session:
        found = [session.scalar(select(func.count()).select_from(table)) or 0 for table in (Message, Scan, ParkedCart)]
    return (found[0], found[1], found[2])


def test_the_owner_says_how_long(till: Till) -> None:
    with database.transaction() as session:
        stores.change_settings(session, {"retention.months": 12}, actor=till.shop.owner, at=till.shop.at)
        with pytest.raises(Invalid):
            stores.change_settings(session, {"retention.months": 6}, actor=till.shop.owner, at=till.shop.at)
    assert shown("proposed", nights(timedelta(days=367))) == [till.member.id]
