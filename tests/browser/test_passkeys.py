"""通行密钥 in Chromium with a virtual authenticator: made on the own page, used at the door by the button and by itself."""

import re
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from services.shared import ids
from tests.browser.conftest import OpenDevice
from tests.browser.people import sign_in_member, sign_in_staff
from tests.kit.shop import Shop

INTERNAL = {
    "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip
PAGES = {"staff": "/staff/account/passkeys", "member": "/member/me/passkeys"}
DOORS = {"staff": "/staff/sign-in", "member": "/member/sign-in"}


class Finger:
    """The person at the phone's built-in authenticator; `rests` leaves its questions unanswered."""

    def __init__(self, page: Page) -> None:
        self._devtools: CDPSession = page.context.new_cdp_session(page)
        self._devtools.send("WebAuthn.enable", {"enableUI": False})
        made = self._devtools.send("WebAuthn.addVirtualAuthenticator", {"options": INTERNAL})
        self._id: dict[str, Any] = {"authenticatorId": made["authenticatorId"]}

    def rests(self, resting: bool) -> None:
        """Whether questions stay unanswered."""
        self._devtools.send("WebAuthn.setAutomaticPresenceSimulation", self._id | {"enabled": not resting})

    def fails(self) -> None:
        """The finger is another person's."""
        self._devtools.send("WebAuthn.setUserVerified", self._id | {"isUserVerified": False})


def sign_in(shop: Shop, page: Page, app: str) -> None:
    if app == "staff":
        sign_in_staff(shop, page, "manager")
    else:
        sign_in_member(shop, page)


def add_passkey(shop: Shop, page: Page, app: str) -> str:
    """Add one and wait until it is there; its name, which no other test gives: they add theirs for the same person."""
    name = f"手机 {ids.token()[:8]}"
    page.goto(shop.origin + PAGES[app])
    page.get_by_label("名字").last.fill(name)
    if app == "staff":
        account = next(each for each in shop.accounts["staff"] if each["role"] == "manager")
        page.get_by_label("现在的密码").fill(account["password"])
    page.get_by_role("button", name="添加通行密钥").click()
    expect(page.get_by_label("我的通行密钥")).to_contain_text(name)
    return name


def leave(page: Page) -> None:
    page.context.clear_cookies()


def stand_at_the_door(page: Page, address: str) -> None:
    """Open the door and wait until it has asked the browser for suggestions: only then a finger that lifts is not taken for them."""
    page.add_init_script(
        "const ask = navigator.credentials.get.bind(navigator.credentials);"
        "navigator.credentials.get = (...what) => { window.asked = true; return ask(...what) };"
    )
    page.goto(address)
    page.wait_for_function("() => window.asked")


@pytest.mark.parametrize("app", ["staff", "member"])
def test_a_passkey_is_made_and_opens_the_door_by_the_button(shop: Shop, phone: OpenDevice, app: str) -> None:
    page = phone().new_page()
    finger = Finger(page)
    sign_in(shop, page, app)
    name = add_passkey(shop, page, app)
    leave(page)
    finger.rests(True)  # the suggestions of the door are not taken
    stand_at_the_door(page, shop.origin + DOORS[app])
    button = page.get_by_role("button", name="用通行密钥登录")
    expect(button).to_be_visible()
    finger.rests(False)
    button.click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto(shop.origin + PAGES[app])
    expect(page.get_by_label("我的通行密钥")).to_contain_text(re.compile(name + r"[^·]*· (?!还没用过)"))


@pytest.mark.parametrize("app", ["staff", "member"])
def test_a_passkey_opens_the_door_from_the_suggestions(shop: Shop, phone: OpenDevice, app: str) -> None:
    page = phone().new_page()
    Finger(page)
    sign_in(shop, page, app)
    add_passkey(shop, page, app)
    leave(page)
    # The finger rests on the glass: the door may open before its page has loaded whole, which would be an error to `goto`.
    page.goto(f"{shop.origin}/healthz")
    page.evaluate("door => { location.href = door }", f"{shop.origin}{DOORS[app]}?next={PAGES[app]}")
    expect(page).to_have_url(shop.origin + PAGES[app])
    expect(page.get_by_label("我的通行密钥")).to_be_visible()


def test_another_persons_finger_opens_nothing(shop: Shop, phone: OpenDevice) -> None:
    page = phone().new_page()
    finger = Finger(page)
    sign_in(shop, page, "staff")
    add_passkey(shop, page, "staff")
    leave(page)
    finger.rests(True)
    stand_at_the_door(page, shop.origin + DOORS["staff"])
    finger.fails()
    finger.rests(False)
    page.get_by_role("button", name="用通行密钥登录").click()
    page.wait_for_timeout(500)
    expect(page).to_have_url(shop.origin + DOORS["staff"])


def test_a_browser_without_passkeys_is_told_so_and_signs_in_as_before(shop: Shop, phone: OpenDevice) -> None:
    device = phone()
    device.add_init_script("delete window.PublicKeyCredential")
    page = device.new_page()
    sign_in(shop, page, "staff")
    page.goto(shop.origin + PAGES["staff"])
    expect(page.get_by_text("这个浏览器用不了通行密钥")).to_be_visible()
    expect(page.get_by_role("button", name="添加通行密钥")).to_be_hidden()
    leave(page)
    page.goto(shop.origin + DOORS["staff"])
    expect(page.get_by_role("button", name="用通行密钥登录")).to_be_hidden()
