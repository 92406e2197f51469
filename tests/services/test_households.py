"""家人共用: who may join, what may be taken, and whose books it moves."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from services.household import commands
from services.household.errors import (
    CannotShare,
    HouseholdFull,
    InvitationGone,
    InvitationNotYours,
    OwnInvitation,
    PersonNotFound,
)
from services.household.models import HouseholdInvitation, HouseholdPerson
from services.household.queries import find_share, get_spent_today
from services.household.rules import Limits, is_minor, mistakes
from services.loyalty.commands import grant_points
from services.loyalty.models import PointsEntry
from services.loyalty.queries import get_balance as points_of
from services.members.models import Member
from services.members.rules.birthdays import Birthday
from services.messaging.models import Message
from services.orders.models import Order
from services.privacy.commands import erase_member
from services.shared import database
from services.shared.actors import SYSTEM
from services.shared.refusals import Invalid
from services.signin import commands as signin
from services.signin.models import CoolDown
from services.wallet.models import WalletEntry
from services.wallet.queries import get_balance
from tests.browse import body
from tests.cast import Cast
from tests.households import Home, acting, allow, invite, join, open_home, two
from tests.selling import welcome_member
from webapp.cli.books import find_differences


@pytest.fixture
def home(shop: Cast) -> Home:
    return open_home(shop)


def stored(member: Member) -> int:
    with database.reading() as session:
        return get_balance(session, member.id).total


def people(home: Home) -> int:
    with database.reading() as session:
        return (
            session.scalar(select(func.count(HouseholdPerson.id)).where(HouseholdPerson.holder_id == home.holder.id))
            or 0
        )


def told(member: Member, key: str) -> list[Message]:
    with database.reading() as session:
        mine = (Message.member_id == member.id, Message.key.startswith(key))
        return list(session.scalars(select(Message).where(*mine).order_by(Message.id)))


# ------------------------------------------------------------------ paying


def test_granny_pays_from_the_holders_wallet_with_her_own_code(home: Home) -> None:
    quote = home.quote()
    assert quote["holds"]["wallet"] == "80.00"
    assert quote["holds"]["shared"] == {"holder": "林*", "kinship": "grandparent", "wallet": True, "points": True}
    order = body(home.pay(quote))
    assert (stored(home.holder), stored(home.granny)) == (30_000 - 3200, 0)
    with database.reading() as session:
        entry = session.scalars(select(WalletEntry).where(WalletEntry.order_id == int(order["id"]))).one()
        earned = session.scalars(select(PointsEntry).where(PointsEntry.order_id == int(order["id"]))).one()
    assert (entry.member_id, entry.by_member_id) == (home.holder.id, home.granny.id)
    assert (earned.member_id, earned.by_member_id, earned.amount) == (home.holder.id, home.granny.id, 3)
    assert find_differences() == []


def test_the_holder_hears_at_once_who_paid_how_much_and_where(home: Home) -> None:
    home.pay(home.quote())
    (message,) = told(home.holder, "household:order:")
    assert message.body.startswith("王*（爷爷奶奶/外公外婆）在东湖店用了您的储值 ¥32.00。储值还有 ¥268.00。")
    assert (message.push_title, message.push_body) == ("家人用了您的账户", "点开看看")
    (receipt,) = told(home.granny, "order:")
    assert receipt.body.startswith("家人的储值付了 ¥32.00。")
    assert "268" not in receipt.body


def test_nobody_takes_more_than_the_limits(home: Home) -> None:
    over = home.pay(home.quote("巴斯克", 3))  # ¥114: more than a payment
    assert (over.status_code, list(body(over)["errors"])) == (422, ["tenders.0.amount"])
    assert home.pay(home.quote("巴斯克", 2)).status_code == 201  # ¥76
    assert home.quote()["holds"]["wallet"] == "24.00"  # of ¥100 a day
    assert home.pay(home.quote()).status_code == 422
    assert home.pay(home.quote("拿铁")).status_code == 201
    assert stored(home.holder) == 30_000 - 7600 - 2200


def test_a_refund_gives_the_days_room_back_and_the_money_to_the_holders_lots(home: Home) -> None:
    order = body(home.pay(home.quote("巴斯克", 2)))
    home.refund(order)
    assert (stored(home.holder), stored(home.granny)) == (30_000, 0)
    assert home.quote()["holds"]["wallet"] == "80.00"
    (message,) = told(home.holder, "household:refund:")
    assert "¥76.00 退回您的储值，现有 ¥300.00。" in message.body
    assert find_differences() == []


def test_the_limit_is_new_every_day(home: Home) -> None:
    home.pay(home.quote("巴斯克", 2))
    tonight = home.till.shop.at.replace(hour=16, minute=0)  # midnight in the shop
    with database.reading() as session:
        share = find_share(session, home.granny.id, at=tonight)
        assert share is not None
        assert get_spent_today(session, share, at=tonight - timedelta(seconds=1)) == 7600
        assert get_spent_today(session, share, at=tonight) == 0


def test_points_come_from_and_go_to_the_holder(home: Home) -> None:
    grant(home.holder, 1000)
    order = body(
        home.till.pay(home.quote("巴斯克", points=1000), {"kind": "wechat", "amount": "28.00"}, proof=home.scan())
    )
    with database.reading() as session:
        assert (points_of(session, home.holder.id), points_of(session, home.granny.id)) == (2, 0)
        assert session.get_one(Order, int(order["id"])).earner_id == home.holder.id
    (message,) = told(home.holder, "household:order:")
    assert "用了您的1000 积分" in message.body
    home.refund(order)
    with database.reading() as session:
        assert (points_of(session, home.holder.id), points_of(session, home.granny.id)) == (1000, 0)
    assert find_differences() == []


def grant(member: Member, points: int) -> None:
    with database.transaction() as session:
        grant_points(
            session, member.id, points, kind="top_up", key=f"test:{member.id}", actor=SYSTEM, at=member.joined_at
        )


def test_with_points_alone_her_own_wallet_pays(shop: Cast) -> None:
    home = open_home(shop, wallet=False)
    assert home.quote()["holds"]["wallet"] == "0.00"
    assert home.pay(home.quote()).status_code == 422
    assert stored(home.holder) == 30_000


def test_with_the_wallet_alone_her_own_points_grow(shop: Cast) -> None:
    home = open_home(shop, points=False)
    assert home.pay(home.quote()).status_code == 201
    with database.reading() as session:
        assert (points_of(session, home.holder.id), points_of(session, home.granny.id)) == (0, 3)
    assert find_differences() == []


def test_she_may_use_her_own_account_instead(home: Home) -> None:
    quote = home.quote(own=True)
    assert (quote["holds"]["wallet"], quote["holds"]["shared"]) == ("0.00", None)
    order = body(home.till.pay(quote))
    with database.reading() as session:
        assert points_of(session, home.granny.id) == 3
        assert session.get_one(Order, int(order["id"])).earner_id is None


# ------------------------------------------------------------------ agreeing


def test_the_holders_own_code_is_not_needed_and_no_other_proof_does(home: Home) -> None:
    quote = home.quote()
    without = home.till.pay(quote, {"kind": "wallet", "amount": quote["due"]})
    assert (without.status_code, body(without)["code"]) == (403, "member_proof_required")
    stranger = Home(home.till, home.holder, home.holder)
    assert home.pay(quote, proof=stranger.scan()).status_code == 422


def test_above_the_limit_for_everybody_the_holder_confirms(shop: Cast) -> None:
    home = open_home(shop, stored="2000.00")
    allow(home, 200_000)
    change(home, per_day=150_000, per_payment=150_000)
    alone = home.pay(_cake(home))
    assert (alone.status_code, body(alone)["why"]) == (403, "holder")
    asked = body(_ask(home, "holder"))
    assert asked["member"] == str(home.holder.id)
    phone = shop.phone(home.holder)
    assert phone.api("POST", f"/api/v1/me/confirmations/{asked['id'][2:]}", {"agrees": True}).status_code == 200
    assert home.pay(_cake(home), holder_proof=asked["id"]).status_code == 201
    again = home.pay(_cake(home), holder_proof=asked["id"])
    assert again.status_code == 403
    assert stored(home.holder) == 200_000 - 59_400


def test_her_own_confirmation_does_not_reach_for_the_holder(shop: Cast) -> None:
    home = open_home(shop, stored="2000.00")
    allow(home, 200_000)
    change(home, per_day=150_000, per_payment=150_000)
    asked = body(_ask(home, "app"))
    shop.phone(home.granny).api("POST", f"/api/v1/me/confirmations/{asked['id'][2:]}", {"agrees": True})
    assert home.pay(_cake(home), proof=asked["id"]).status_code == 403
    assert home.pay(_cake(home), holder_proof=asked["id"]).status_code == 403


def _cake(home: Home) -> Any:
    line = home.till.line("6寸蛋糕", 3, options={"size": "6"})
    cart = {"store": str(home.till.shop.east.id), "member": str(home.granny.id), "lines": [line]}
    return body(home.till.browser.api("POST", "/api/v1/quotes", cart))


def _ask(home: Home, way: str) -> Any:
    wanted = {"store": str(home.till.shop.east.id), "member": str(home.granny.id), "way": way, "amount": "594.00"}
    return home.till.browser.api("POST", "/api/v1/proofs", wanted)


def change(home: Home, **more: Any) -> None:
    with database.transaction() as session:
        commands.change_limits(
            session, home.person, home.holder.id, more, actor=acting(home.holder), at=home.till.shop.at
        )


# ------------------------------------------------------------------ what stops it


@pytest.mark.parametrize("side", ["holder", "granny"])
def test_a_freeze_of_either_stops_it(home: Home, side: str) -> None:
    quote, proof = home.quote(), home.scan()
    with database.transaction() as session:
        signin.report_misuse(session, keep=0, actor=acting(getattr(home, side)), at=home.till.shop.at)
    assert home.quote()["holds"]["shared"] is None
    assert home.pay(quote, proof=proof).status_code in {403, 409}
    assert stored(home.holder) == 30_000


@pytest.mark.parametrize("side", ["holder", "granny"])
def test_a_new_phone_of_either_stops_it(home: Home, side: str) -> None:
    at, who = home.till.shop.at, getattr(home, side)
    with database.transaction() as session:
        session.add(CoolDown(member_id=who.id, started_at=at, ends_at=at + timedelta(hours=24)))
    assert home.quote()["holds"]["shared"] is None


@pytest.mark.parametrize("side", ["holder", "granny"])
def test_a_lost_number_of_either_stops_it(home: Home, side: str) -> None:
    with database.transaction() as session:
        session.get_one(Member, getattr(home, side).id).phone_lost_at = home.till.shop.at
    assert home.quote()["holds"]["shared"] is None


def test_what_was_quoted_before_a_pause_is_not_taken_after_it(home: Home) -> None:
    quote = home.quote()
    with database.transaction() as session:
        commands.pause_person(session, home.person, home.holder.id, actor=acting(home.holder), at=home.till.shop.at)
    answer = home.pay(quote)
    assert (answer.status_code, body(answer)["code"]) == (409, "quote_changed")
    assert stored(home.holder) == 30_000
    with database.transaction() as session:
        commands.resume_person(session, home.person, home.holder.id, actor=acting(home.holder), at=home.till.shop.at)
    assert home.pay(home.quote()).status_code == 201


def test_an_end_is_an_end_and_the_other_hears_of_it(home: Home) -> None:
    with database.transaction() as session:
        commands.leave_household(session, home.granny.id, actor=acting(home.granny), at=home.till.shop.at)
    assert home.quote()["holds"]["shared"] is None
    assert told(home.holder, "household:left:")
    with database.transaction() as session, pytest.raises(PersonNotFound):
        commands.resume_person(session, home.person, home.holder.id, actor=acting(home.holder), at=home.till.shop.at)


# ------------------------------------------------------------------ joining


def test_a_link_is_for_one(shop: Cast) -> None:
    home = two(shop)
    token = invite(home)
    join(home, token)
    with pytest.raises(InvitationGone):
        join(home, token, welcome_member(shop.at, "陈立夏", "+8613800138001"))
    assert people(home) == 1


def test_a_link_ends_after_a_day_and_when_it_is_taken_back(shop: Cast) -> None:
    home = two(shop)
    late, back = invite(home), invite(home)
    with database.transaction() as session:
        last = session.scalars(select(HouseholdInvitation.id).order_by(HouseholdInvitation.id.desc())).first()
        commands.cancel_invitation(session, last or 0, home.holder.id, actor=acting(home.holder), at=shop.at)
    with pytest.raises(InvitationGone):
        join(home, back)
    after = shop.at + timedelta(hours=24)
    with database.transaction() as session, pytest.raises(InvitationGone):
        commands.join_household(session, late, home.granny.id, actor=acting(home.granny), at=after)


def test_a_link_for_a_number_is_for_nobody_else(shop: Cast) -> None:
    home = two(shop)
    token = invite(home, phone="+8613900139000")
    other = welcome_member(shop.at, "陈立夏", "+8613800138001")
    with pytest.raises(InvitationNotYours):
        join(home, token, other)
    assert join(home, token)


def test_who_reports_misuse_has_no_links_any_more(shop: Cast) -> None:
    home = two(shop)
    token = invite(home)
    with database.transaction() as session:
        signin.report_misuse(session, keep=0, actor=acting(home.holder), at=shop.at)
    with pytest.raises(InvitationGone):
        join(home, token)


def test_nobody_chains(home: Home) -> None:
    shop = home.till.shop
    third = welcome_member(shop.at, "陈立夏", "+8613800138001")
    with pytest.raises(CannotShare, match="不能再分享"):
        invite(Home(home.till, home.granny, third))
    stranger = Home(home.till, third, home.holder)
    verify(third)
    token = invite(stranger)
    with pytest.raises(CannotShare, match="正分享给家人"):
        join(stranger, token)
    with pytest.raises(CannotShare, match="已经在一个家庭里"):
        join(stranger, token, home.granny)
    with pytest.raises(OwnInvitation):
        join(stranger, token, third)


def verify(member: Member, **more: Any) -> None:
    with database.transaction() as session:
        row = session.get_one(Member, member.id)
        row.phone_verified_at = row.joined_at
        for name, value in more.items():
            setattr(row, name, value)


def test_neither_minors_nor_unproven_numbers_join(shop: Cast) -> None:
    home = two(shop)
    token = invite(home)
    young = welcome_member(shop.at, "小宝", "+8613800138001")
    with pytest.raises(CannotShare, match="证明手机号"):
        join(home, token, young)
    born = {"birthday_calendar": "solar", "birthday_year": 2012, "birthday_month": 5, "birthday_day": 1}
    verify(young, **born)
    with pytest.raises(CannotShare, match="未满 18 岁"):
        join(home, token, young)


def test_six_people_are_a_household(shop: Cast) -> None:
    home = two(shop)
    for number in range(5):
        token = invite(home)
        guest = welcome_member(shop.at, f"家人{number}", f"+861380013810{number}")
        verify(guest)
        join(home, token, guest)
    with pytest.raises(HouseholdFull):
        invite(home)


def test_an_erasure_of_either_ends_it(home: Home) -> None:
    with database.transaction() as session:
        erase_member(session, home.granny.id, actor=acting(home.granny), at=home.till.shop.at)
    assert people(home) == 0
    assert stored(home.holder) == 30_000


# ------------------------------------------------------------------ rules


def test_limits_that_make_no_sense_are_told_beside_their_field() -> None:
    assert list(mistakes(Limits(True, 60_000, 1, False), 50_000)) == ["per_day"]
    assert list(mistakes(Limits(True, 5_000, 5_001, False), 50_000)) == ["per_payment"]
    assert list(mistakes(Limits(True, 0, 0, False), 50_000)) == ["per_day", "per_payment"]
    assert list(mistakes(Limits(False, 0, 0, False), 50_000)) == ["points"]
    assert mistakes(Limits(True, 50_000, 50_000, False), 50_000) == {}


def test_limits_are_the_shops_at_most(home: Home) -> None:
    allow(home, 5_000)
    assert home.quote()["holds"]["wallet"] == "50.00"
    with pytest.raises(Invalid):
        change(home, per_day=5_001)


def test_a_minor_is_who_told_so() -> None:
    today = date(2026, 11, 21)
    assert is_minor(Birthday("solar", 11, 22, year=2008), today)
    assert not is_minor(Birthday("solar", 11, 21, year=2008), today)
    assert not is_minor(Birthday("solar", 11, 22, year=None), today)
    assert not is_minor(None, today)
