"""Another phone number: who asks has proven to be here, and the number has been proven too. Nobody learns whose a number is."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.audit.models import AuditEntry
from services.members import queries as members
from services.members.models import Member
from services.messaging.models import Message
from services.shared import clock, database
from services.shared.models import Limit
from services.signin import commands as signin
from services.signin.models import CoolDown, MemberSession, PhoneCode, PhoneQuestion
from tests.browse import Browser, body
from tests.cast import Cast, meet
from tests.conftest import NOON
from tests.kit.authenticator import Authenticator, Key
from tests.kit.sms_providers import SmsProviders, sms_providers
from tests.selling import welcome_member
from tests.texting import sign_contract, work
from tests.webapp.test_member_signin import other_than
from tests.webapp.test_passkeys import ORIGIN, add, come
from webapp import create_app

OLD, NEW = "+8613800138000", "+8613900139000"
REASON = "旧号停用，看过会员码"


@pytest.fixture
def providers() -> Iterator[SmsProviders]:
    with sms_providers() as running:
        yield running


@pytest.fixture
def shop(environ: dict[str, str], app: Flask, providers: SmsProviders) -> Cast:
    """The cast, in a shop whose SMS provider stands on this machine; the contract is not signed yet."""
    database.close()  # of the app that it takes the place of
    return meet(create_app(environ | {"CHANGKE_SMS_TEST_HOST": providers.host}), NOON)


@pytest.fixture
def member(shop: Cast) -> Member:
    """林小满, whose phone was proven long ago."""
    welcomed = welcome_member(shop.at)
    with database.transaction() as session:
        session.get_one(Member, welcomed.id).phone_verified_at = NOON - timedelta(days=90)
    return welcomed


def got(shop: Cast, member: Member, way: str = "request") -> str:
    """The sign-in code that the present number got, or that 小林 shows (`staff`)."""
    with database.transaction() as session:
        return signin.issue_signin_code(session, member.id, way=way, actor=shop.cashier, at=clock.now()).digits


def shown_for(shop: Cast, member: Member, phone: str = NEW) -> str:
    """The code that 小林 shows for a new number."""
    answer = shop.browser("cashier").api("POST", f"/api/v1/members/{member.id}/shown-phone-codes", {"phone": phone})
    return str(body(answer)["code"])


def proven(shop: Cast, member: Member, way: str = "request") -> Browser:
    """The member's phone, whose person has just proven to be here."""
    phone = shop.phone(member)
    assert phone.post("/member/me/phone/prove", code=got(shop, member, way)).status_code == 303
    return phone


def phone_of(member: Member) -> str | None:
    with database.reading() as session:
        return session.get_one(Member, member.id).phone


def told(member: Member) -> list[Message]:
    with database.reading() as session:
        mine = select(Message).where(Message.member_id == member.id, Message.key.startswith("phone:"))
        return list(session.scalars(mine))


def actions() -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_a_code_that_staff_show_does_not_prove_who_changes_the_number(
    shop: Cast, member: Member, providers: SmsProviders
) -> None:
    """A cashier with an accomplice: the first shows a code, the other is in, and has a phone of their own for the new number."""
    thief = proven(shop, member, "staff")
    assert "换号要请店长在会员页上办" in thief.get("/member/me/phone").text
    told_what = {"phone": NEW, "code": shown_for(shop, member)}
    refused = thief.api("PUT", "/api/v1/me/phone", told_what)
    assert (refused.status_code, body(refused)["code"]) == (403, "shown_code_is_no_proof")
    sign_contract(shop, providers)
    assert thief.post("/member/me/phone/code", phone=NEW).status_code == 303
    work()
    refused = thief.post("/member/me/phone", phone=NEW, code=providers.sent[-1].values[0])
    assert (refused.status_code, phone_of(member)) == (403, OLD)


def test_nothing_is_sent_to_a_card_without_a_number(shop: Cast, member: Member, providers: SmsProviders) -> None:
    sign_contract(shop, providers)
    phone = shop.phone(member)
    with database.transaction() as session:
        session.get_one(Member, member.id).phone = None
    assert phone.post("/member/me/phone/prove/code").status_code == 404
    assert phone.api("POST", "/api/v1/me/presence-codes").status_code == 404


def test_a_code_asked_for_before_the_number_changed_goes_to_nobody(
    shop: Cast, member: Member, providers: SmsProviders, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_contract(shop, providers)
    assert shop.browser().post("/member/sign-in/code", phone=OLD[3:]).status_code == 303
    look_up = members.find_member_by_phone

    def changed_meanwhile(session: Session, phone: str) -> object:
        found = look_up(session, phone)
        session.execute(
            update(Member).where(Member.id == member.id).values(phone=NEW),
            execution_options={"synchronize_session": False},
        )
        return found

    monkeypatch.setattr(members, "find_member_by_phone", changed_meanwhile)
    work()
    assert providers.sent == []


def test_a_member_proves_to_be_here_and_then_the_number_where_nothing_is_sent(shop: Cast, member: Member) -> None:
    other = shop.phone(member)
    phone = proven(shop, member)
    assert "新的手机号" in phone.get("/member/me/phone").text
    answer = phone.post("/member/me/phone", phone="139 0013 9000", code=shown_for(shop, member))
    assert (answer.status_code, answer.location) == (303, "/member/me")
    assert phone_of(member) == NEW
    [message] = told(member)
    assert "9000" in message.body
    assert message.path == "/member/me/not-me"
    assert other.get("/member/me").status_code == 200, (
        "the phone that was there before may still say that it was not them"
    )
    with database.reading() as session:
        assert session.scalars(select(CoolDown)).one().ends_at > NOON
        assert members.find_member_by_phone(session, OLD) is None
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "phones:change"))
    assert NEW[3:] not in str(vars(entry))
    assert "先确认是您本人" in phone.get("/member/me/phone").text, "a proof is good for one change"


def test_codes_come_by_sms_to_the_old_number_and_to_the_new_one(
    shop: Cast, member: Member, providers: SmsProviders
) -> None:
    sign_contract(shop, providers)
    phone = shop.phone(member)
    assert phone.post("/member/me/phone/prove/code").status_code == 303
    work()
    assert phone.post("/member/me/phone/prove", code=providers.sent[0].values[0]).status_code == 303
    assert phone.post("/member/me/phone/code", phone=NEW).status_code == 303
    work()
    assert [each.phone[-11:] for each in providers.sent] == [OLD[3:], NEW[3:]]
    assert phone.post("/member/me/phone", phone=NEW, code=providers.sent[1].values[0]).status_code == 303
    assert phone_of(member) == NEW


def test_a_session_alone_changes_nothing_and_a_proof_ends(shop: Cast, member: Member) -> None:
    thief, code = shop.phone(member), shown_for(shop, member)
    refused = thief.post("/member/me/phone", phone=NEW, code=code)
    assert (refused.status_code, "先确认是您本人" in refused.text) == (403, True)
    assert body(thief.api("PUT", "/api/v1/me/phone", {"phone": NEW, "code": code}))["code"] == "step_up_needed"
    phone = proven(shop, member)
    with clock.stand_at(NOON + timedelta(minutes=11)):
        late = phone.post("/member/me/phone", phone=NEW, code=shown_for(shop, member))
    assert (late.status_code, phone_of(member)) == (403, OLD)


def test_the_secret_from_before_the_proof_opens_nothing(shop: Cast, member: Member) -> None:
    phone = shop.phone(member)
    stolen = phone.client.get_cookie("ck_member")
    assert stolen is not None
    phone.post("/member/me/phone/prove", code=got(shop, member))
    assert phone.get("/member/me").status_code == 200
    assert Browser(shop.app, ("ck_member", stolen.value)).get("/member/me").status_code == 303


def test_five_wrong_codes_end_it_and_ten_guesses_are_all(shop: Cast, member: Member) -> None:
    phone, code = proven(shop, member), shown_for(shop, member)
    for _ in range(5):
        assert phone.post("/member/me/phone", phone=NEW, code=other_than(code)).status_code == 422
    assert phone.post("/member/me/phone", phone=NEW, code=code).status_code == 422, "it is dead"
    fresh = shown_for(shop, member)
    for _ in range(4):
        phone.post("/member/me/phone", phone=NEW, code=other_than(fresh))
    assert phone.post("/member/me/phone", phone=NEW, code=fresh).status_code == 429
    assert phone_of(member) == OLD
    assert actions().count("phone_codes:miss") == 10


def test_a_code_is_for_one_number_one_card_and_once(shop: Cast, member: Member) -> None:
    with database.transaction() as session:
        from services.members.commands import create_member
        from services.members.schemas import MemberIn

        other = create_member(session, MemberIn().load({"phone": "13700137000"}), actor=shop.cashier, at=NOON)
    code = shown_for(shop, member)
    assert proven(shop, other).post("/member/me/phone", phone=NEW, code=code).status_code == 422
    phone = proven(shop, member)
    assert phone.post("/member/me/phone", phone="13600136000", code=code).status_code == 422
    assert phone.post("/member/me/phone", phone=NEW, code=code).status_code == 303


def test_a_number_that_has_a_card_is_told_to_nobody_but_who_proved_it(
    shop: Cast, member: Member, providers: SmsProviders
) -> None:
    sign_contract(shop, providers)
    with database.transaction() as session:
        from services.members.commands import create_member
        from services.members.schemas import MemberIn

        data = MemberIn().load({"phone": NEW, "name": "王大锤"})
        theirs = create_member(session, data, actor=shop.cashier, at=NOON)
    phone = proven(shop, member)
    asked = phone.post("/member/me/phone/code", phone=NEW)
    free = "/member/me/phone?phone=13900139000&sent=1"
    assert (asked.status_code, asked.location) == (303, free), "as for a number that nobody has"
    work()
    wrong = phone.post("/member/me/phone", phone=NEW, code=other_than(providers.sent[0].values[0]))
    assert (wrong.status_code, "会员卡了" in wrong.text) == (422, False)
    right = phone.post("/member/me/phone", phone=NEW, code=providers.sent[0].values[0])
    assert (right.status_code, "已经有一张会员卡" in right.text, "王大锤" in right.text) == (409, True, False)
    api = phone.api("PUT", "/api/v1/me/phone", {"phone": NEW, "code": providers.sent[0].values[0]})
    assert (body(api)["code"], str(theirs.id) in str(body(api).get("member", ""))) == ("number_has_card", False)


def test_staff_need_the_code_of_the_new_number_and_a_reason(
    shop: Cast, member: Member, providers: SmsProviders
) -> None:
    sign_contract(shop, providers)
    cashier, path = shop.browser("cashier"), f"/staff/members/{member.id}/phone"
    assert cashier.post(f"{path}/code", phone=NEW).status_code == 303
    work()
    digits = providers.sent[0].values[0]
    for fields in (
        {"code": digits, "reason": ""},
        {"code": "", "reason": REASON},
        {"code": other_than(digits), "reason": REASON},
    ):
        assert cashier.post(path, phone=NEW, **fields).status_code == 422
    assert cashier.post(f"{path}/override", phone=NEW, reason=REASON).status_code == 403
    assert cashier.api("PATCH", f"/api/v1/members/{member.id}", {"phone": NEW}).status_code == 422
    assert phone_of(member) == OLD
    assert cashier.post(path, phone=NEW, code=digits, reason=REASON).status_code == 303
    assert phone_of(member) == NEW
    assert len(told(member)) == 1


def test_what_staff_show_themselves_proves_nothing_to_staff(shop: Cast, member: Member) -> None:
    cashier, path = shop.browser("cashier"), f"/staff/members/{member.id}/phone"
    shown = cashier.post(f"{path}/shown", phone=NEW).text.split("data-code>")[1].split("<", maxsplit=1)[0]
    digits = shown.replace(" ", "")
    assert cashier.post(path, phone=NEW, code=digits, reason=REASON).status_code == 422
    sent = {"phone": NEW, "code": digits, "reason": REASON}
    assert cashier.api("POST", f"/api/v1/members/{member.id}/phone-changes", sent).status_code == 422
    assert phone_of(member) == OLD


def test_a_number_that_is_gone_is_not_taken_away_again(shop: Cast, member: Member) -> None:
    manager, path = shop.browser("manager"), f"/staff/members/{member.id}/phone/release"
    assert manager.post(path, reason=REASON).status_code == 303
    phone = shop.phone(member)
    manager.post(path, reason=REASON)
    assert phone.get("/member/me").status_code == 200, "who came in otherwise stays"


def test_a_manager_answers_for_it_after_proving_to_be_here(shop: Cast, member: Member) -> None:
    manager, path = shop.browser("manager"), f"/staff/members/{member.id}/phone"
    with clock.stand_at(NOON + timedelta(minutes=6)):
        assert manager.post(f"{path}/override", phone=NEW, reason=REASON).status_code == 403
        asked: dict[str, Any] = {"phone": NEW, "reason": REASON}
        refused = manager.api("POST", f"/api/v1/members/{member.id}/phone-overrides", asked)
        assert body(refused)["code"] == "step_up_needed"
    assert manager.post(f"{path}/override", phone=NEW, reason=REASON).status_code == 303
    assert phone_of(member) == NEW


def test_a_number_that_another_card_has_leads_staff_there(shop: Cast, member: Member) -> None:
    with database.transaction() as session:
        from services.members.commands import create_member
        from services.members.schemas import MemberIn

        theirs = create_member(session, MemberIn().load({"phone": NEW}), actor=shop.cashier, at=NOON)
    manager = shop.browser("manager")
    answer = manager.post(f"/staff/members/{member.id}/phone/override", phone=NEW, reason=REASON)
    assert (answer.status_code, f"/staff/members/{theirs.id}" in answer.text) == (409, True)


def test_who_proves_a_number_for_the_first_time_stays_and_whoever_else_was_in_is_out(shop: Cast) -> None:
    fresh = welcome_member(shop.at)
    stranger = shop.phone(fresh)
    phone = proven(shop, fresh)
    assert [each.get("/member/me").status_code for each in (phone, stranger)] == [200, 303]


def test_joining_proves_nothing_and_signing_in_does(shop: Cast, member: Member) -> None:
    fresh = shop.browser()
    fresh.post("/member/sign-in", phone=OLD, code=got(shop, member))
    with database.reading() as session:
        assert [each.proven_at for each in session.scalars(select(MemberSession))] == [NOON]
    assert fresh.post("/member/me/phone", phone=NEW, code=shown_for(shop, member)).status_code == 303


def test_nothing_of_a_code_rests_in_clear_and_an_old_one_is_forgotten(shop: Cast, member: Member) -> None:
    from services.signin.jobs import forget_ended

    code = shown_for(shop, member)
    with database.reading() as session:
        row = session.scalars(select(PhoneCode)).one()
        assert not {code, NEW, NEW[3:]} & {str(value) for value in vars(row).values()}
    with clock.stand_at(NOON + timedelta(days=2)):
        forget_ended()
    with database.reading() as session:
        assert session.scalars(select(PhoneCode)).all() == []


def test_a_new_phone_that_comes_in_by_a_code_is_told_to_the_others_once(
    shop: Cast, member: Member, providers: SmsProviders
) -> None:
    sign_contract(shop, providers)
    mine, fresh = shop.phone(member), shop.browser()

    def come_in() -> None:
        assert fresh.post("/member/sign-in/code", phone=OLD).status_code == 303
        work()
        assert fresh.post("/member/sign-in", phone=OLD, code=providers.sent[-1].values[0]).status_code == 303

    come_in()
    with database.reading() as session:
        [message] = session.scalars(select(Message).where(Message.key.startswith("signin:")))
    assert (message.title, message.path) == ("有一台新手机登录", "/member/me/not-me")
    assert "有一台新手机登录" in mine.get("/member/inbox").text
    fresh.post("/member/sign-out")
    with clock.stand_at(NOON + timedelta(minutes=2)):
        come_in()
    with database.reading() as session:
        assert len(session.scalars(select(Message).where(Message.key.startswith("signin:"))).all()) == 1, "known by now"


def test_who_comes_in_for_the_first_time_is_told_nothing(shop: Cast, member: Member, providers: SmsProviders) -> None:
    sign_contract(shop, providers)
    phone = shop.browser()
    phone.post("/member/sign-in/code", phone=OLD)
    work()
    phone.post("/member/sign-in", phone=OLD, code=providers.sent[0].values[0])
    with database.reading() as session:
        assert session.scalars(select(Message).where(Message.key.startswith("signin:"))).all() == []


def test_an_erasure_leaves_neither_a_code_nor_a_question(shop: Cast, member: Member) -> None:
    from services.privacy.commands import erase_member

    shown_for(shop, member)
    phone = proven(shop, member)
    phone.post("/member/me/phone", phone=NEW, code="000000")
    with database.transaction() as session:
        ends = NOON + timedelta(minutes=10)
        session.add(PhoneQuestion(browser_hash="browser", member_id=member.id, expires_at=ends))
    with database.transaction() as session:
        erase_member(session, member.id, give_up=True, reason="本人要求", actor=shop.owner, at=NOON)
    with database.reading() as session:
        assert [session.scalars(select(table)).all() for table in (PhoneCode, PhoneQuestion)] == [[], []]
        assert not session.scalars(select(Limit).where(Limit.subject == f"member:{member.id}")).all()


def test_a_passkey_proves_who_is_here_unless_it_was_made_just_now(shop: Cast, member: Member) -> None:
    phone, device = shop.phone(member), Authenticator(ORIGIN)
    key, _ = add(phone, device, "/member/me")

    def prove(browser: Browser) -> int:
        options = body(browser.api("POST", "/member/me/phone/passkey/options"))
        answer = browser.api("POST", "/member/me/phone/passkey", {"credential": device.sign(options, key)})
        return answer.status_code

    assert prove(phone) == 422, "whoever has stolen a session could have made it"
    fresh = shop.browser()
    come(fresh, device, key, "member")
    assert "先确认是您本人" in fresh.get("/member/me/phone").text, "nor by coming in with it"
    with clock.stand_at(NOON + timedelta(days=2)):
        assert prove(phone) == 200
        assert phone.post("/member/me/phone", phone=NEW, code=shown_for_later(shop, member)).status_code == 303
    assert phone_of(member) == NEW


def test_a_passkey_that_came_of_a_shown_code_proves_nothing_for_a_month(shop: Cast, member: Member) -> None:
    """Nor does one that somebody makes who came in with it: an accomplice of the cashier only has to wait a day otherwise."""
    accomplice, device = shop.browser(), Authenticator(ORIGIN)
    into = accomplice.post("/member/sign-in", phone=OLD[3:], code=got(shop, member, "staff"))
    assert into.status_code == 303
    first, _ = add(accomplice, device, "/member/me")
    again, another = shop.browser(), Authenticator(ORIGIN)
    come(again, device, first, "member")
    second, _ = add(again, another, "/member/me")

    def may_change(days: int, device: Authenticator, key: Key) -> bool:
        with clock.stand_at(NOON + timedelta(days=days)):
            fresh = shop.browser()
            come(fresh, device, key, "member")
            return "先确认是您本人" not in fresh.get("/member/me/phone").text

    made = ((device, first), (another, second))
    assert [may_change(days, *each) for days in (2, 29) for each in made] == [False] * 4
    assert may_change(31, device, first)


def shown_for_later(shop: Cast, member: Member) -> str:
    """The same as `shown_for`, whose browser is signed out by now."""
    with database.transaction() as session:
        at = clock.now()
        return signin.issue_phone_code(session, member.id, NEW, way="shown", actor=shop.cashier, at=at).digits
