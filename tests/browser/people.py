"""How people get in, as they do it themselves: staff by password, members by the code that staff show."""

import json
import urllib.request
from uuid import uuid4

from playwright.sync_api import Page

from tests.kit.shop import Shop


def sign_in_staff(shop: Shop, page: Page, role: str) -> None:
    """Type user name and password of the demo's `role` (owner, manager, cashier, kitchen)."""
    account = next(person for person in shop.accounts["staff"] if person["role"] == role)
    page.goto(f"{shop.origin}/staff/sign-in")
    page.fill("[name=username]", account["username"])
    page.fill("[name=password]", account["password"])
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def sign_in_member(shop: Shop, page: Page) -> int:
    """Open the link that the staff's QR carries, for the demo's member; returns the member's id."""
    token = shop.run("token", "create", "--name", f"tests-{uuid4()}", "--scopes", "all").strip()
    member = _api(shop, token, "GET", f"/members?phone=%2B{shop.accounts['member']['phone'].lstrip('+')}")["items"][0]
    ticket = _api(shop, token, "POST", f"/members/{member['id']}/sign-in-codes")["ticket_url"]
    page.goto(ticket)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return int(member["id"])


def _api(shop: Shop, token: str, method: str, path: str) -> dict:  # type: ignore[type-arg]
    request = urllib.request.Request(f"{shop.origin}/api/v1{path}", method=method)
    request.add_header("Authorization", f"Bearer {token}")
    request.add_header("Idempotency-Key", str(uuid4()))
    if method == "POST":
        request.data = b"{}"
        request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)  # type: ignore[no-any-return]
