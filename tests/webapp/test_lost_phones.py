"""号码已换人: the carrier gave a number to somebody else. The card keeps what is on it; whoever has the number sees nothing of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services.audit.models import AuditEntry
from services.members.commands import create_registration_link
from services.members.models import Member, RegistrationLink
from services.shared import clock, database
from services.shared.models import OutboxEntry
from services.signin.models import Passkey, WalletPin
from services.wallet.queries import get_balance
from tests.browse import body
from tests.cast import Cast
from tests.conftest import NOON
from tests.selling import Till, open_till
from tests.topping import pay_in
from tests.webapp.test_cool_down import choose_pin

REASON = "机主换了人，本人不在"
NUMBER = "+8613800138000"


@pytest.fixture
def till(shop: Cast) -> Till:
    """A member with ¥77 on the card."""
    opened = open_till(shop)
    pay_in(opened, amount="77.00")
    return opened


def release(till: Till) -> None:
    answer = till.shop.browser("manager").post(f"/staff/members/{till.member.id}/phone/release", reason=REASON)
    assert (answer.status_code, answer.location) == (303, f"/staff/members/{till.member.id}")


def test_the_card_keeps_its_money_and_nobody_comes_in_by_that_number(till: Till) -> None:
    phone = till.shop.phone(till.member)
    choose_pin(till, NOON)
    release(till)
    assert phone.get("/member/me").status_code == 303, "nobody can tell whose phone that was"
    with database.reading() as session:
        card = session.get_one(Member, till.member.id)
        assert (card.phone, card.phone_lost_at, card.name) == (None, NOON, "林小满")
        assert get_balance(session, card.id).total > 0
        assert not session.scalars(select(WalletPin)).all()
        assert not session.scalars(select(Passkey)).all()
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "phones:release"))
        announced = select(OutboxEntry.payload).where(OutboxEntry.event == "MemberChanged")
        assert {told["fields"] for told in session.scalars(announced)} == {"phone_lost"}
    assert NUMBER[3:] not in str(vars(entry))


def test_who_has_the_number_now_joins_anew_with_nothing_of_the_old_card(till: Till) -> None:
    release(till)
    data = {"label": "收银台", "store_id": till.shop.east.id, "source": "campaign"}
    with database.transaction() as session:
        link: RegistrationLink = create_registration_link(session, data, actor=till.shop.owner, at=NOON)
    newcomer = till.shop.browser()
    newcomer.post(f"/join/{link.code}", phone=NUMBER, name="新机主", consent="1")
    page = newcomer.get("/member/me").text
    assert ("新机主" in page, "林小满" in page) == (True, False)
    assert body(newcomer.api("GET", "/api/v1/me/wallet"))["principal"] == "0.00"
    assert newcomer.get("/member/wallet").status_code == 200


def test_staff_see_it_until_another_number_is_told(till: Till) -> None:
    release(till)
    manager, path = till.shop.browser("manager"), f"/staff/members/{till.member.id}"
    assert "号码已换人" in manager.get(path).text
    assert "林小满" in manager.get("/staff/members?state=lost").text
    told = body(manager.api("GET", f"/api/v1/members/{till.member.id}"))
    assert (told["phone"], bool(told["phone_lost_at"])) == (None, True)
    for page in (f"{path}/edit", f"{path}/phone", f"{path}/sign-in-code", "/staff/members?q=林小满", "/staff/"):
        assert manager.get(page).status_code == 200, page
    assert manager.post(f"{path}/edit", name="林小夏", source="friend").status_code == 303
    assert manager.post(f"{path}/phone/override", phone="13900139000", reason="本人来了").status_code == 303
    with database.reading() as session:
        card = session.get_one(Member, till.member.id)
        assert (card.phone, card.phone_lost_at) == ("+8613900139000", None)
    assert "林小夏" not in manager.get("/staff/members?state=lost").text


def test_only_who_answers_for_members_and_for_a_reason(till: Till) -> None:
    path = f"/staff/members/{till.member.id}/phone/release"
    assert till.shop.browser("cashier").post(path, reason=REASON).status_code == 403
    manager = till.shop.browser("manager")
    assert manager.post(path, reason="").status_code == 422
    with clock.stand_at(NOON + timedelta(minutes=6)):
        assert manager.post(path, reason=REASON).status_code == 403, "first: who is there?"
    api = f"/api/v1/members/{till.member.id}/phone-releases"
    assert manager.api("POST", api, {"reason": REASON}).status_code == 204
    assert manager.api("POST", api, {"reason": REASON}).status_code == 204, "there is no number any more"
    with database.reading() as session:
        acts = select(AuditEntry.id).where(AuditEntry.action == "phones:release")
        assert len(session.scalars(acts).all()) == 1


def test_two_cards_without_a_number_are_both_taken_back_into_use(till: Till, shop: Cast) -> None:
    from services.members import commands
    from services.members.schemas import MemberIn

    with database.transaction() as session:
        other = commands.create_member(session, MemberIn().load({"phone": "13700137000"}), actor=shop.cashier, at=NOON)
        for member_id in (other.id, till.member.id):
            commands.release_phone(session, member_id, reason=REASON, actor=shop.manager, at=NOON)
        commands.archive_member(session, other.id, actor=shop.manager, at=NOON)
        assert commands.restore_member(session, other.id, actor=shop.manager, at=NOON).archived_at is None
