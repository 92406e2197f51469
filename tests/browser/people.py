"""How people get in, as they do it themselves: staff by password, members by the code that staff show."""

import json
import urllib.error
import urllib.request
from typing import Any
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
    program = Program(shop)
    page.goto(program.ticket())
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return program.member_id


class Program:
    """A program with a token for everything, and the demo's member."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._token = shop.token
        phone = shop.accounts["member"]["phone"].lstrip("+")
        self.member_id = int(self.api("GET", f"/members?phone=%2B{phone}")["items"][0]["id"])

    def ticket(self) -> str:
        """The link inside the QR that staff show the member."""
        return str(self.api("POST", f"/members/{self.member_id}/sign-in-codes", {})["ticket_url"])

    def sell(self) -> dict[str, Any]:
        """The member buys the first thing without options, by WeChat; the order."""
        store = self.api("GET", "/stores")["items"][0]["id"]
        product = next(each for each in self.api("GET", "/products")["items"] if not each["options"])
        cart = {"store": store, "member": str(self.member_id), "lines": [{"product": product["id"], "quantity": 2}]}
        quote = self.api("POST", "/quotes", cart)
        tenders = [{"kind": "wechat", "amount": quote["due"]}]
        return self.api("POST", "/orders", {"quote": quote["id"], "tenders": tenders})

    def api(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Call the API; fails with what it answered."""
        request = urllib.request.Request(f"{self._shop.origin}/api/v1{path}", method=method)
        request.add_header("Authorization", f"Bearer {self._token}")
        request.add_header("Idempotency-Key", str(uuid4()))
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)  # type: ignore[no-any-return]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path} answered {error.code}: {error.read().decode()}") from error
