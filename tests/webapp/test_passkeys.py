"""通行密钥 over HTTP with a software authenticator: made, used, kept by their owners; whatever is not genuine is refused."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from werkzeug.test import TestResponse

from services.audit.models import AuditEntry
from services.members.models import Member
from services.messaging.models import Delivery, Message, PushSubscription
from services.shared import clock, database
from services.shared.models import IdempotencyKey
from services.signin.commands import disable_staff, issue_signin_code
from services.signin.models import Passkey, PasskeyChallenge, WalletPin
from tests.browse import Browser, body
from tests.cast import PASSWORD, USERNAMES, Cast
from tests.kit.authenticator import CAN_SYNC, PRESENT, SYNCED, VERIFIED, Authenticator, Key, decoded, encoded
from tests.selling import welcome_member

ORIGIN = "http://localhost:8000"  # PUBLIC_ORIGIN of a shop that names none


@pytest.fixture
def device() -> Authenticator:
    return Authenticator(ORIGIN)


@pytest.fixture
def xiaoman(shop: Cast) -> Member:
    return welcome_member(shop.at)


def add(
    browser: Browser, device: Authenticator, base: str = "/staff/account", **wrong: Any
) -> tuple[Key, TestResponse]:
    """Make a passkey on this browser."""
    options = browser.api("POST", f"{base}/passkeys/options", {"name": "我的手机", "password": PASSWORD})
    assert options.status_code == 200, options.text
    key, credential = device.make(body(options), **wrong)
    return key, browser.api("POST", f"{base}/passkeys", {"name": "我的手机", "credential": credential})


def come(browser: Browser, device: Authenticator, key: Key, app: str = "staff", **wrong: Any) -> TestResponse:
    """Come in with a passkey."""
    options = body(browser.api("POST", f"/{app}/sign-in/passkey/options"))
    credential = device.sign(options, key, **wrong)
    return browser.api("POST", f"/{app}/sign-in/passkey", {"credential": credential, "next": f"/{app}/more"})


def passkeys() -> list[Passkey]:
    with database.reading() as session:
        return session.query(Passkey).order_by(Passkey.id).all()


def is_in(browser: Browser, app: str = "staff") -> bool:
    with browser.get({"staff": "/staff/more", "member": "/member/me"}[app]) as answer:
        return answer.status_code == 200


def test_staff_add_one_beside_their_password_and_come_in_with_it(shop: Cast, device: Authenticator) -> None:
    key, made = add(shop.browser("cashier"), device)
    assert (made.status_code, body(made)) == (200, {"to": "/staff/account/passkeys"})
    door = shop.browser()
    came = come(door, device, key)
    assert (came.status_code, body(came), is_in(door)) == (200, {"to": "/staff/more"}, True)
    page = shop.browser("cashier").get("/staff/account/passkeys").text
    assert ("我的手机" in page, "还没用过" in page) == (True, False)
    assert passkeys()[0].used_at == clock.now()


def test_members_add_one_and_come_in_and_are_told(shop: Cast, xiaoman: Member, device: Authenticator) -> None:
    key, made = add(shop.phone(xiaoman), device, "/member/me")
    assert made.status_code == 200
    door = shop.browser()
    assert (come(door, device, key, "member").status_code, is_in(door, "member")) == (200, True)
    with database.reading() as session:
        told = session.query(Message).filter_by(member_id=xiaoman.id, path="/member/me/passkeys").one()
    assert "我的手机" in told.body


def test_staff_are_told_on_the_devices_that_receive_notifications(shop: Cast, device: Authenticator) -> None:
    with database.transaction() as session:
        session.add(
            PushSubscription(
                app="staff", staff_id=shop.staff["cashier"].id, endpoint="https://fcm.googleapis.com/fcm/send/abc",
                p256dh="B", auth="A", name="phone", created_at=shop.at, seen_at=shop.at,
            )
        )  # fmt: skip
    add(shop.browser("cashier"), device)
    add(shop.browser("manager"), device)  # told nothing: no device of theirs receives any
    with database.reading() as session:
        assert session.query(Delivery).count() == 1


def test_a_browser_is_asked_for_verification_and_for_a_key_that_it_keeps(shop: Cast, device: Authenticator) -> None:
    cashier = shop.browser("cashier")
    add(cashier, device)
    asked = body(cashier.api("POST", "/staff/account/passkeys/options", {"name": "again", "password": PASSWORD}))
    wanted = asked["authenticatorSelection"]
    assert (wanted["residentKey"], wanted["userVerification"], asked["attestation"]) == ("required", "required", "none")
    assert [each["id"] for each in asked["excludeCredentials"]] == [encoded(passkeys()[0].credential_id)]
    assert asked["rp"]["id"] == "localhost"
    came = body(shop.browser().api("POST", "/staff/sign-in/passkey/options"))
    assert (came["rpId"], came["userVerification"], came["allowCredentials"]) == ("localhost", "required", [])


def test_the_address_comes_from_the_configuration_and_not_from_the_request(shop: Cast) -> None:
    door = shop.browser()
    jar = door.client.get_cookie("ck_form")
    assert jar is not None
    headers = {
        "X-CSRFToken": door.form_token, "Cookie": f"ck_form={jar.value}", "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
    }  # fmt: skip
    asked = shop.app.test_client(use_cookies=False).post("/staff/sign-in/passkey/options", headers=headers)
    assert body(asked)["rpId"] == "localhost"


def test_a_wrong_password_adds_nothing(shop: Cast) -> None:
    cashier = shop.browser("cashier")
    answer = cashier.api("POST", "/staff/account/passkeys/options", {"name": "我的手机", "password": "not mine"})
    assert (answer.status_code, list(body(answer)["errors"])) == (422, ["password"])
    nameless = cashier.api("POST", "/staff/account/passkeys/options", {"name": "", "password": PASSWORD})
    assert (nameless.status_code, list(body(nameless)["errors"])) == (422, ["name"])


STRANGER = ec.generate_private_key(ec.SECP256R1())
WRONG_SIGN_INS: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://evil.example"},
    "an origin that only begins alike": {"origin": ORIGIN + "0"},
    "a sub-domain of ours": {"origin": "http://shop.localhost:8000"},
    "https where we are http": {"origin": "https://localhost:8000"},
    "another RP": {"rp_id": "evil.example"},
    "a parent RP": {"rp_id": "host"},
    "a challenge of the attacker": {"challenge": encoded(bytes(64))},
    "an empty challenge": {"challenge": ""},
    "not verified": {"flags": PRESENT},
    "not present": {"flags": VERIFIED},
    "neither": {"flags": 0},
    "backed up but not able to": {"flags": PRESENT | VERIFIED | SYNCED},
    "an answer to a registration": {"type": "webauthn.create"},
    "another key": {"private": STRANGER},
    "another person's handle": {"user_handle": bytes(64)},
    "the same counter again": {"count": 1},
    "a counter that went back": {"count": 0},
}


@pytest.mark.parametrize("wrong", WRONG_SIGN_INS.values(), ids=WRONG_SIGN_INS.keys())
def test_a_sign_in_that_is_not_genuine_is_refused(
    shop: Cast, xiaoman: Member, device: Authenticator, wrong: dict[str, Any]
) -> None:
    key, _made = add(shop.phone(xiaoman), device, "/member/me")
    door = shop.browser()
    refused = come(door, device, key, "member", **wrong)
    assert (refused.status_code, body(refused)["code"], is_in(door, "member")) == (422, "passkey_refused", False)
    assert come(door, device, key, "member", count=key.count + 9).status_code == 200  # as good as before


WRONG_REGISTRATIONS: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "https://evil.example"},
    "another RP": {"rp_id": "evil.example"},
    "another challenge": {"challenge": encoded(bytes(64))},
    "not verified": {"flags": PRESENT},
    "an answer to a sign-in": {"type": "webauthn.get"},
}


@pytest.mark.parametrize("wrong", WRONG_REGISTRATIONS.values(), ids=WRONG_REGISTRATIONS.keys())
def test_a_registration_that_is_not_genuine_is_refused(
    shop: Cast, xiaoman: Member, device: Authenticator, wrong: dict[str, Any]
) -> None:
    _key, refused = add(shop.phone(xiaoman), device, "/member/me", **wrong)
    assert (refused.status_code, body(refused)["code"], passkeys()) == (422, "passkey_refused", [])


def test_what_was_asked_is_answered_once(shop: Cast, device: Authenticator) -> None:
    key, _made = add(shop.browser("cashier"), device)
    door = shop.browser()
    options = body(door.api("POST", "/staff/sign-in/passkey/options"))
    first, second = (device.sign(options, key) for _ in range(2))
    answers = [door.api("POST", "/staff/sign-in/passkey", {"credential": each}) for each in (first, first, second)]
    assert [each.status_code for each in answers] == [200, 422, 422]


def test_a_refused_answer_uses_the_question_up(shop: Cast, device: Authenticator) -> None:
    key, _made = add(shop.browser("cashier"), device)
    door = shop.browser()
    options = body(door.api("POST", "/staff/sign-in/passkey/options"))
    wrong, right = device.sign(options, key, flags=PRESENT), device.sign(options, key)
    answers = [door.api("POST", "/staff/sign-in/passkey", {"credential": each}) for each in (wrong, right)]
    assert [each.status_code for each in answers] == [422, 422]


def test_a_stale_question_is_refused_and_forgotten(shop: Cast, device: Authenticator) -> None:
    key, _made = add(shop.browser("cashier"), device)
    door = shop.browser()
    options = body(door.api("POST", "/staff/sign-in/passkey/options"))
    with clock.stand_at(clock.now() + timedelta(minutes=5)):
        late = door.api("POST", "/staff/sign-in/passkey", {"credential": device.sign(options, key)})
    assert late.status_code == 422
    with database.reading() as session:
        assert session.query(PasskeyChallenge).count() == 0


def test_another_browser_cannot_answer_what_this_one_was_asked(shop: Cast, device: Authenticator) -> None:
    key, _made = add(shop.browser("cashier"), device)
    here, there = shop.browser(), shop.browser()
    options = body(here.api("POST", "/staff/sign-in/passkey/options"))
    there.api("POST", "/staff/sign-in/passkey/options")
    assert there.api("POST", "/staff/sign-in/passkey", {"credential": device.sign(options, key)}).status_code == 422


def test_a_question_for_one_purpose_answers_no_other(shop: Cast, xiaoman: Member, device: Authenticator) -> None:
    """A member's challenge is none of the staff door, and one that asked for a sign-in registers nothing."""
    key, _made = add(shop.browser("cashier"), device)
    door, cashier = shop.browser(), shop.browser("cashier")
    asked = body(door.api("POST", "/member/sign-in/passkey/options"))
    assert door.api("POST", "/staff/sign-in/passkey", {"credential": device.sign(asked, key)}).status_code == 422
    options = body(cashier.api("POST", "/staff/account/passkeys/options", {"name": "我", "password": PASSWORD}))
    asked = body(cashier.api("POST", "/staff/sign-in/passkey/options"))
    _key, credential = device.make(options | {"challenge": asked["challenge"]})
    refused = cashier.api("POST", "/staff/account/passkeys", {"name": "我", "credential": credential})
    assert (refused.status_code, len(passkeys())) == (422, 1)


def test_what_one_was_asked_adds_nothing_for_another(shop: Cast, device: Authenticator) -> None:
    """A shared phone: the cashier began, and the manager is in by now."""
    phone = shop.browser("cashier")
    options = body(phone.api("POST", "/staff/account/passkeys/options", {"name": "我", "password": PASSWORD}))
    phone.post("/staff/sign-out")
    phone.post("/staff/sign-in", username=USERNAMES["manager"], password=PASSWORD)
    _key, credential = device.make(options)
    assert is_in(phone)
    assert phone.api("POST", "/staff/account/passkeys", {"name": "我", "credential": credential}).status_code == 422
    assert passkeys() == []


def test_a_credential_that_somebody_has_is_not_added_again(shop: Cast, device: Authenticator) -> None:
    key, _made = add(shop.browser("cashier"), device)
    manager = shop.browser("manager")
    options = body(manager.api("POST", "/staff/account/passkeys/options", {"name": "我", "password": PASSWORD}))
    copied = Authenticator(ORIGIN)
    other, credential = copied.make(options)
    raw = credential["response"]["attestationObject"]
    own = other.credential_id
    credential["response"]["attestationObject"] = encoded(decoded(raw).replace(own, key.credential_id))
    credential["id"] = credential["rawId"] = encoded(key.credential_id)
    refused = manager.api("POST", "/staff/account/passkeys", {"name": "我", "credential": credential})
    assert (refused.status_code, len(passkeys())) == (422, 1)


def test_a_members_passkey_opens_nothing_at_the_staff_door(shop: Cast, xiaoman: Member, device: Authenticator) -> None:
    key, _made = add(shop.phone(xiaoman), device, "/member/me")
    door = shop.browser()
    assert (come(door, device, key).status_code, is_in(door)) == (422, False)
    assert come(door, device, key, "member").status_code == 200


def test_who_no_longer_works_here_does_not_come_in(shop: Cast, device: Authenticator) -> None:
    key, _made = add(shop.browser("cashier"), device)
    with database.transaction() as session:
        disable_staff(session, shop.staff["cashier"].id, actor=shop.owner, at=shop.at)
    door = shop.browser()
    assert (come(door, device, key).status_code, is_in(door)) == (422, False)


def test_a_counter_that_falls_is_on_record_and_locks_nobody_out(shop: Cast, device: Authenticator) -> None:
    key, _made = add(shop.browser("cashier"), device)
    assert come(shop.browser(), device, key).status_code == 200
    clone = replace(key, count=1)
    assert come(shop.browser(), device, clone, count=2).status_code == 422
    with database.reading() as session:
        noted = session.query(AuditEntry).filter_by(action="passkeys:refuse").one()
    assert (noted.subject_kind, noted.subject_id) == ("staff", shop.staff["cashier"].id)
    assert come(shop.browser(), device, key).status_code == 200


def test_synced_passkeys_have_no_counter(shop: Cast, device: Authenticator) -> None:
    flags = PRESENT | VERIFIED | CAN_SYNC | SYNCED
    key, _made = add(shop.browser("cashier"), device, count=0, flags=flags)
    key.count = 0
    assert [come(shop.browser(), device, key, flags=flags).status_code for _ in range(2)] == [200, 200]
    assert (passkeys()[0].synced, passkeys()[0].backed_up) == (True, True)


def test_owners_name_and_remove_their_own_and_nobody_elses(shop: Cast, xiaoman: Member, device: Authenticator) -> None:
    cashier, phone, other = shop.browser("cashier"), shop.phone(xiaoman), shop.browser("southern")
    key, _made = add(cashier, device)
    add(phone, device, "/member/me")
    own, theirs = (each.id for each in passkeys())
    assert cashier.post(f"/staff/account/passkeys/{own}", name="工作手机").status_code == 303
    assert cashier.post(f"/staff/account/passkeys/{own}", name="").status_code == 422
    assert body(cashier.api("GET", "/api/v1/staff/passkeys"))["items"][0]["name"] == "工作手机"
    strangers: tuple[Callable[[], TestResponse], ...] = (
        lambda: other.post(f"/staff/account/passkeys/{own}/remove"),
        lambda: cashier.post(f"/staff/account/passkeys/{theirs}/remove"),
        lambda: phone.post(f"/member/me/passkeys/{own}/remove"),
        lambda: phone.api("DELETE", f"/api/v1/me/passkeys/{own}"),
        lambda: cashier.api("PATCH", f"/api/v1/staff/passkeys/{theirs}", {"name": "mine"}),
    )
    assert [ask().status_code for ask in strangers] == [404] * 5
    assert cashier.post(f"/staff/account/passkeys/{own}/remove").status_code == 303
    assert come(shop.browser(), device, key).status_code == 422
    assert phone.api("DELETE", f"/api/v1/me/passkeys/{theirs}").status_code == 204
    assert passkeys() == []


def test_a_manager_removes_the_passkey_of_a_lost_phone(shop: Cast, device: Authenticator) -> None:
    key, _made = add(shop.browser("cashier"), device)
    owner, cashier = shop.browser("owner"), shop.staff["cashier"]
    found = body(owner.api("GET", f"/api/v1/passkeys?staff={cashier.id}"))["items"]
    assert [each["name"] for each in found] == ["我的手机"]
    assert "我的手机" in owner.get(f"/staff/people/{cashier.id}").text
    assert shop.browser("kitchen").api("DELETE", f"/api/v1/passkeys/{found[0]['id']}").status_code == 403
    assert owner.post(f"/staff/people/{cashier.id}/passkeys/{found[0]['id']}/remove").status_code == 303
    assert come(shop.browser(), device, key).status_code == 422


def test_a_strangers_passkey_and_pin_end_when_the_owner_of_the_phone_comes(
    shop: Cast, xiaoman: Member, device: Authenticator
) -> None:
    """Somebody joined with a phone that is not theirs; then its owner stands at the counter."""
    stranger = shop.phone(xiaoman)
    key, _made = add(stranger, device, "/member/me")
    assert stranger.post("/member/me/pin", pin="806417", again="806417").status_code == 303
    with database.transaction() as session:
        session.get_one(Member, xiaoman.id).phone_verified_at = None
        code = issue_signin_code(session, xiaoman.id, way="staff", actor=shop.cashier, at=shop.at)
    owner = shop.browser()
    assert owner.post("/member/sign-in/ticket", ticket=code.ticket).status_code == 303
    assert come(shop.browser(), device, key, "member").status_code == 422
    with database.reading() as session:
        assert (session.query(Passkey).count(), session.get(WalletPin, xiaoman.id)) == (0, None)


def test_a_new_password_from_the_manager_takes_the_passkeys_away(shop: Cast, device: Authenticator) -> None:
    key, _made = add(shop.browser("cashier"), device)
    reset = shop.browser("owner").post(f"/staff/people/{shop.staff['cashier'].id}/password", password="another-2026")
    assert (reset.status_code, come(shop.browser(), device, key).status_code) == (303, 422)


def test_two_tabs_of_one_browser_are_both_asked(shop: Cast, xiaoman: Member, device: Authenticator) -> None:
    key, _made = add(shop.phone(xiaoman), device, "/member/me")
    door = shop.browser()
    first, _second = (body(door.api("POST", "/member/sign-in/passkey/options")) for _ in range(2))
    answer = door.api("POST", "/member/sign-in/passkey", {"credential": device.sign(first, key)})
    assert answer.status_code == 200


def test_many_questions_asked_ahead_make_no_eleventh(shop: Cast, xiaoman: Member, device: Authenticator) -> None:
    phone = shop.phone(xiaoman)
    add(phone, device, "/member/me")
    asked = [body(phone.api("POST", "/member/me/passkeys/options", {"name": str(n)})) for n in range(10)]
    made = [device.make(each)[1] for each in asked]
    answers = [phone.api("POST", "/member/me/passkeys", {"name": "x", "credential": each}) for each in made]
    assert [each.status_code for each in answers] == [200] * 9 + [422]


def test_an_absurdly_long_credential_is_refused(shop: Cast, xiaoman: Member, device: Authenticator) -> None:
    phone = shop.phone(xiaoman)
    options = body(phone.api("POST", "/member/me/passkeys/options", {"name": "x"}))
    _key, credential = device.make(options, credential_id=bytes(3000))
    assert phone.api("POST", "/member/me/passkeys", {"name": "x", "credential": credential}).status_code == 422


def test_what_a_request_held_cannot_be_guessed_from_what_is_kept_of_it(shop: Cast, xiaoman: Member) -> None:
    """The form of a PIN has a million bodies at most."""
    phone = shop.phone(xiaoman)
    phone.post("/member/me/pin", key="of-a-pin-0001", pin="806417", again="806417")
    with database.reading() as session:
        kept = session.query(IdempotencyKey).filter_by(key="of-a-pin-0001").one().body_hash
    sent = [["again", "806417"], ["pin", "806417"]]
    plain = hashlib.sha256(json.dumps([sent, [], {}]).encode()).hexdigest()
    assert (len(kept), kept == plain) == (32, False)


@pytest.mark.parametrize("sent", [{}, {"credential": 7}, {"credential": {}}, {"credential": {"id": "é"}}, [], "x"])
def test_odd_answers_are_refused_and_break_nothing(shop: Cast, sent: Any) -> None:
    door = shop.browser()
    door.api("POST", "/staff/sign-in/passkey/options")
    assert door.api("POST", "/staff/sign-in/passkey", sent).status_code == 422


def test_ten_are_enough(shop: Cast, xiaoman: Member, device: Authenticator) -> None:
    phone = shop.phone(xiaoman)
    for _ in range(10):
        add(phone, device, "/member/me")
    answer = phone.api("POST", "/member/me/passkeys/options", {"name": "x"})
    assert (answer.status_code, body(answer)["code"], len(passkeys())) == (422, "passkeys_too_many", 10)
