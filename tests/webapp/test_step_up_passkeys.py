"""Step-up by passkey: only one's own, only what this very session was asked, only once."""

from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from services.shared import clock
from tests.browse import Browser, body
from tests.cast import PASSWORD, Cast
from tests.kit.authenticator import Authenticator, Key
from tests.webapp.test_passkeys import ORIGIN, add, come
from webapp.web.people import STAFF_COOKIE

LATER = timedelta(minutes=6)


@pytest.fixture
def device() -> Authenticator:
    return Authenticator(ORIGIN)


def asked(browser: Browser) -> dict[str, object]:
    answer = browser.api("POST", "/staff/step-up/passkey/options")
    assert answer.status_code == 200, answer.text
    return dict(body(answer))


def answer(browser: Browser, device: Authenticator, key: Key, options: dict[str, object]) -> TestResponse:
    return browser.api("POST", "/staff/step-up/passkey", {"credential": device.sign(options, key)})


def is_verified(browser: Browser) -> bool:
    return bool(body(browser.api("GET", "/api/v1/staff/step-up"))["verified"])


def test_the_own_passkey_verifies_and_its_answer_counts_once(shop: Cast, device: Authenticator) -> None:
    owner = shop.browser("owner")
    key, _ = add(owner, device)
    with clock.stand_at(shop.at + LATER):
        assert not is_verified(owner)
        credential = device.sign(asked(owner), key)
        assert owner.api("POST", "/staff/step-up/passkey", {"credential": credential}).status_code == 200
        assert is_verified(owner)
        assert owner.api("POST", "/staff/step-up/passkey", {"credential": credential}).status_code == 422


def test_somebody_elses_passkey_verifies_nobody(shop: Cast, device: Authenticator) -> None:
    owner, manager = shop.browser("owner"), shop.browser("manager")
    key, _ = add(manager, device)
    with clock.stand_at(shop.at + LATER):
        refused = answer(owner, device, key, asked(owner))
        assert (refused.status_code, body(refused)["code"]) == (422, "passkey_refused")
        assert not is_verified(owner)


def test_what_another_session_was_asked_verifies_not_this_one(shop: Cast, device: Authenticator) -> None:
    one, other = shop.browser("owner"), shop.browser("owner")
    key, _ = add(one, device)
    with clock.stand_at(shop.at + LATER):
        options = asked(one)
        assert answer(other, device, key, options).status_code == 422
        # Nor the next session in the very same browser.
        stolen = other.client.get_cookie(STAFF_COOKIE)
        assert stolen is not None
        options = asked(one)
        one.client.set_cookie(STAFF_COOKIE, stolen.value)
        assert answer(one, device, key, options).status_code == 422
        assert not is_verified(one)


def test_what_was_asked_at_the_door_verifies_nobody_and_the_reverse(shop: Cast, device: Authenticator) -> None:
    owner = shop.browser("owner")
    key, _ = add(owner, device)
    with clock.stand_at(shop.at + LATER):
        at_the_door = body(owner.api("POST", "/staff/sign-in/passkey/options"))
        assert answer(owner, device, key, at_the_door).status_code == 422
        credential = device.sign(asked(owner), key)
        sent = {"credential": credential, "next": ""}
        assert owner.api("POST", "/staff/sign-in/passkey", sent).status_code == 422
        assert not is_verified(owner)


def test_who_comes_in_with_a_passkey_is_verified(shop: Cast, device: Authenticator) -> None:
    key, _ = add(shop.browser("owner"), device)
    with clock.stand_at(shop.at + LATER):
        door = shop.browser()
        assert come(door, device, key).status_code == 200
        assert is_verified(door)


def test_a_verified_session_that_was_ended_meanwhile_stays_over(shop: Cast) -> None:
    owner = shop.browser("owner")
    assert owner.post("/staff/sign-out").status_code == 303
    assert owner.api("POST", "/api/v1/staff/step-up", {"password": PASSWORD}).status_code == 401
