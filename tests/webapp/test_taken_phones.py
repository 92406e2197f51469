"""Somebody else's phone number: who joined with it before its owner came is out as soon as the owner proves to have it."""

import base64
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.members import commands, queries
from services.members.models import RegistrationLink
from services.messaging.models import PushSubscription
from services.shared import clock, database
from services.signin import commands as signin
from services.signin import rules
from tests.browse import Browser, body
from tests.cast import Cast
from tests.selling import welcome_member

PHONE = "138 0013 8000"
OURS = {"phone": PHONE, "name": "不是我", "consent": "1"}


@pytest.fixture
def link(shop: Cast) -> RegistrationLink:
    """The link that hangs at the counter of 东湖."""
    data = {"label": "收银台", "store_id": shop.east.id, "source": "campaign"}
    with database.transaction() as session:
        return commands.create_registration_link(session, data, actor=shop.owner, at=shop.at)


def prove(shop: Cast) -> Browser:
    """The phone's owner comes to the counter and signs in by the code that staff show."""
    with database.transaction() as session:
        card = queries.find_member_by_phone(session, PHONE)
        assert card is not None
        code = signin.issue_signin_code(session, card.id, way="staff", actor=shop.cashier, at=shop.at)
    owner = shop.browser()
    assert owner.post("/member/sign-in", phone=PHONE, code=code.digits).status_code == 303
    return owner


def is_in(browser: Browser) -> bool:
    return browser.get("/member/").status_code == 200


def test_whoever_joined_with_somebody_elses_phone_is_out_when_its_owner_signs_in(
    shop: Cast, link: RegistrationLink
) -> None:
    stranger, key = shop.browser(), str(uuid4())
    stranger.post(f"/join/{link.code}", key, **OURS)
    assert is_in(stranger)
    owner = prove(shop)
    assert (is_in(owner), is_in(stranger)) == (True, False)
    stranger.post(f"/join/{link.code}", key, **OURS)
    assert not is_in(stranger), "nor by sending the same form again"


def test_what_happens_on_the_card_is_told_to_the_stranger_no_more(shop: Cast, link: RegistrationLink) -> None:
    stranger = shop.browser()
    stranger.post(f"/join/{link.code}", **OURS)
    with database.transaction() as session:
        card = queries.find_member_by_phone(session, PHONE)
        assert card is not None
        here = {"app": "member", "endpoint": "https://fcm.googleapis.com/fcm/send/x", "p256dh": "", "auth": ""}
        session.add(PushSubscription(**here, member_id=card.id, created_at=shop.at, seen_at=shop.at))
    prove(shop)
    with database.reading() as session:
        assert session.scalars(select(PushSubscription)).all() == []


def test_a_second_sign_in_leaves_the_first_phone_alone(shop: Cast) -> None:
    welcome_member(shop.at)
    first, second = prove(shop), prove(shop)
    assert (is_in(first), is_in(second)) == (True, True)


def test_a_phone_whose_session_is_over_makes_no_codes(shop: Cast) -> None:
    phone = shop.phone(welcome_member(shop.at))
    told = body(phone.api("POST", "/api/v1/me/devices", {"name": "phone"}))
    later = shop.at + timedelta(days=181)
    code = rules.make_code(base64.urlsafe_b64decode(told["secret"] + "="), told["handle"], rules.step_at(later))
    with clock.stand_at(later):
        answer = shop.client().post(
            "/api/v1/scans",
            json={"code": code, "store": str(shop.east.id)},
            headers=shop.token() | {"Idempotency-Key": str(uuid4())},
        )
    assert (answer.status_code, body(answer)["code"]) == (404, "code_unknown")
