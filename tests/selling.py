"""Selling in tests: the shelf of the worked carts (domain.md), a regular named 林小满, and a till that talks to the API as a page does."""

from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from services.catalog import commands as catalog
from services.loyalty.queries import POINTS
from services.members import commands as members
from services.members.models import Member
from services.shared import database, ledger
from services.shared.actors import SYSTEM
from tests.browse import Browser, body
from tests.cast import Cast

PRICES = {"提拉米苏": 3200, "巴斯克": 3800, "曲奇": 3500, "拿铁": 2200}
SIZES = {
    "key": "size",
    "name": "尺寸",
    "choices": [{"key": "6", "name": "6 寸", "price_change": 0}, {"key": "8", "name": "8 寸", "price_change": 8000}],
}


@dataclass
class Till:
    """A signed-in browser at a store, with the ids of what is on the shelf."""

    shop: Cast
    browser: Browser
    products: dict[str, int]
    member: Member

    def line(self, name: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
        """One wanted line."""
        return {"product": str(self.products[name]), "quantity": quantity, **more}

    def ask(self, *lines: dict[str, Any], member: Member | None = None, store: Any = None) -> TestResponse:
        """POST /quotes."""
        cart = {"store": str((store or self.shop.east).id), "lines": list(lines)}
        return self.browser.api("POST", "/api/v1/quotes", cart | ({"member": str(member.id)} if member else {}))

    def quote(self, *lines: dict[str, Any], member: Member | None = None) -> Any:
        """A quote that was given."""
        answer = self.ask(*lines, member=member)
        assert answer.status_code == 200, answer.text
        return body(answer)

    def pay(self, quote: Any, *tenders: dict[str, Any], key: str | None = None, **more: Any) -> TestResponse:
        """POST /orders; without tenders everything is paid by WeChat."""
        due = quote["due"]
        paid = list(tenders) or ([{"kind": "wechat", "amount": due}] if due != "0.00" else [])
        return self.browser.api("POST", "/api/v1/orders", {"quote": quote["id"], "tenders": paid, **more}, key)

    def sell(self, *lines: dict[str, Any], member: Member | None = None, **more: Any) -> Any:
        """A sale from cart to order."""
        answer = self.pay(self.quote(*lines, member=member), **more)
        assert answer.status_code == 201, answer.text
        return body(answer)


def fill_shelf(at: Any) -> dict[str, int]:
    """The products of the worked carts; the cake asks for its size."""
    with database.transaction() as session:
        made = {
            name: catalog.create_product(session, {"name": name, "price": fen}, actor=SYSTEM, at=at).id
            for name, fen in PRICES.items()
        }
        cake = {"name": "6寸蛋糕", "price": 19800, "options": [SIZES], "barcode": "6901234567892", "sku": "CAKE"}
        made["6寸蛋糕"] = catalog.create_product(session, cake, actor=SYSTEM, at=at).id
    return made


def welcome_member(at: Any, name: str = "林小满", phone: str = "+8613800138000") -> Member:
    """Someone who has a card."""
    with database.transaction() as session:
        return members.create_member(session, {"name": name, "phone": phone}, actor=SYSTEM, at=at)


def open_till(shop: Cast, role: str = "cashier") -> Till:
    """A till with a full shelf and a member."""
    return Till(shop, shop.browser(role), fill_shelf(shop.at), welcome_member(shop.at))


def books_add_up() -> bool:
    """Whether every balance is the sum of its entries."""
    with database.reading() as session:
        return not list(ledger.differences(session, POINTS))
