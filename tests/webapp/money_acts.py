"""Every act that moves money, points, stored value or coupons through the API, and the till at which it is done."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.checkout.queries import get_credential, get_quote
from services.checkout.rules.pricing import Cart, CartLine
from services.coupons import commands as coupons
from services.coupons.queries import find_redemption
from services.members.models import Member
from services.shared import database
from services.shared.actors import SYSTEM
from services.signin import commands as signin
from tests.browse import Browser, body
from tests.couponing import free_item, give_coupon, make_template
from tests.selling import Till
from tests.tilling import open_shift
from tests.topping import pay_in


@dataclass(frozen=True)
class Act:
    """How a route is asked: its address, what is sent, what else might be sent, who sends it."""

    path: str
    sent: Any
    other: Any
    who: str = "program"


@dataclass
class Desk:
    """A till with a member who has something, and somebody else."""

    till: Till
    other: Member

    @property
    def store(self) -> str:
        return str(self.till.shop.east.id)

    @property
    def member(self) -> str:
        return str(self.till.member.id)

    def sold(self, *, known: bool = True) -> Any:
        """An order of two cakes."""
        return self.till.sell(self.till.line("提拉米苏", 2), member=self.till.member if known else None)

    def browser(self, who: str) -> Browser:
        """Their browser: `member`, the `other` one, or a role, which has just signed in."""
        if who in {"member", "other"}:
            return self.till.shop.phone(self.till.member if who == "member" else self.other)
        return replace(self.till.shop, at=datetime.now(UTC)).browser(who)

    def redeemed(self) -> tuple[int, str]:
        """A coupon for a latte that was just redeemed in the east, and its code."""
        shop, now = self.till.shop, datetime.now(UTC)
        coupon_id, code = give_coupon(shop, self.till.member, free_item(self.till.products["拿铁"]))
        with database.transaction() as session:
            coupons.redeem(
                session, coupon_id, member_id=self.till.member.id, saved=2200, store_id=shop.east.id, actor=shop.cashier, at=now
            )  # fmt: skip
        return coupon_id, code

    def proof(self) -> str:
        """The member agrees."""
        with database.transaction() as session:
            made = signin.override_proof(
                session, self.till.member.id, 10**6, "测试", store_id=self.till.shop.east.id, actor=SYSTEM,
                at=datetime.now(UTC),
            )  # fmt: skip
        return f"p_{made.id}"

    def latte(self) -> str:
        """The code of a coupon for a latte."""
        return give_coupon(self.till.shop, self.till.member, free_item(self.till.products["拿铁"]))[1]

    def template(self) -> str:
        """A template that members may claim."""
        return str(make_template(self.till.shop, claimable=True))


def _sale(desk: Desk) -> Act:
    pay_in(desk.till, browser=desk.till.shop.browser("owner"))
    shop, lines = desk.till.shop, (CartLine(desk.till.products["提拉米苏"], {}, 2),)
    cart = Cart(shop.east.id, desk.till.member.id, lines)
    with database.reading() as session:
        quote = get_quote(session, cart, actor=shop.cashier, at=datetime.now(UTC))
    sent = {"quote": quote.id, "tenders": [{"kind": "wallet", "amount": "64.00"}], "proof": desk.proof()}
    return Act("/orders", sent, sent | {"note": "少糖"})


def _offline(desk: Desk) -> Act:
    shop = desk.till.shop
    sold = {
        "credential": get_credential(shop.cashier, shop.east.id, at=datetime.now(UTC) - timedelta(hours=1)),
        "sold_at": datetime.now(UTC).isoformat(),
        "lines": [desk.till.line("拿铁", price="22.00") | {"name": "拿铁"}],
        "tenders": [{"kind": "cash", "amount": "22.00"}],
    }
    return Act("/offline-sales", sold, sold | {"note": "多冰"}, "nobody")


def _refund(desk: Desk) -> Act:
    sent = {"lines": [{"line": "1", "quantity": 1}], "reason": "口味不对"}
    return Act(f"/orders/{desk.sold()['id']}/refunds", sent, sent | {"reason": "太甜"})


def _reassign(desk: Desk) -> Act:
    sent = {"member": str(desk.other.id), "reason": "扫错了码"}
    return Act(f"/orders/{desk.sold()['id']}/reassignments", sent, sent | {"reason": "认错了人"})


def _claim(desk: Desk) -> Act:
    sent = {"receipt_code": desk.sold(known=False)["receipt_code"], "member": desk.member}
    return Act("/claims", sent, sent | {"member": str(desk.other.id)})


def _my_claim(desk: Desk) -> Act:
    sent = {"receipt_code": desk.sold(known=False)["receipt_code"]}
    return Act("/me/claims", sent, {"receipt_code": "0000-0000-0000"}, "member")


def _redeem(desk: Desk) -> Act:
    sent = {"store": desk.store, "proof": desk.proof()}
    return Act(f"/coupons/{desk.latte()}/redemptions", sent, sent | {"proof": desk.proof()})


def _undo(desk: Desk) -> Act:
    coupon_id, code = desk.redeemed()
    with database.reading() as session:
        number = find_redemption(session, coupon_id)
    return Act(f"/coupons/{code}/redemptions/{number}", None, {"reason": "点错了"})


def _park(desk: Desk) -> Act:
    sent = {"store": desk.store, "member": desk.member, "label": "林小满", "pieces": 1, "cart": {"lines": []}}
    return Act("/parked-carts", sent, sent | {"pieces": 2})


def _take(desk: Desk) -> Act:
    parked = body(desk.till.browser.api("POST", "/api/v1/parked-carts", _park(desk).sent))
    return Act(f"/parked-carts/{parked['id']}/takings", None, {"store": desk.store})


def _top_up(desk: Desk) -> Act:
    sent = {"store": desk.store, "amount": "50.00", "tenders": [{"kind": "cash", "amount": "50.00"}]}
    other = {"store": desk.store, "amount": "60.00", "tenders": [{"kind": "cash", "amount": "60.00"}]}
    return Act(f"/members/{desk.member}/wallet/top-ups", sent, other)


def _till(desk: Desk) -> Act:
    sent = {"store": desk.store, "name": "二号", "opening_float": "300.00"}
    return Act("/tills", sent, sent | {"opening_float": "200.00"})


def _cash(desk: Desk) -> Act:
    sent = {"kind": "in", "amount": "100.00", "reason": "换零钱"}
    return Act(f"/tills/{open_shift(desk.till.shop, name='三号')}/entries", sent, sent | {"amount": "90.00"})


def _count(desk: Desk) -> Act:
    sent = {"counted": {"cash": "300.00"}}
    return Act(f"/tills/{open_shift(desk.till.shop, name='四号')}/closings", sent, {"counted": {"cash": "299.00"}})


def _revoke(desk: Desk) -> Act:
    return Act(f"/coupons/{desk.latte()}/revocations", {"reason": "发错了"}, {"reason": "重复了"})


def _to_member(what: str, sent: Any, other: Any) -> Callable[[Desk], Act]:
    return lambda desk: Act(f"/members/{desk.member}/{what}", sent, other)


def _issue(desk: Desk) -> Act:
    return Act(f"/members/{desk.member}/coupons", {"template": desk.template()}, {"template": desk.template()})


def _take_coupon(desk: Desk) -> Act:
    return Act("/me/coupons", {"template": desk.template()}, {"template": desk.template()}, "member")


def _pay_out(desk: Desk) -> Act:
    sent = {"store": desk.store, "reason": "搬家"}
    return Act(f"/members/{desk.member}/wallet/payouts", sent, sent | {"reason": "出国"})


ACTS: dict[str, Callable[[Desk], Act]] = {
    "POST /api/v1/claims": _claim,
    "POST /api/v1/coupons/<code>/redemptions": _redeem,
    "DELETE /api/v1/coupons/<code>/redemptions/<int:redemption_id>": _undo,
    "POST /api/v1/coupons/<code>/revocations": _revoke,
    "POST /api/v1/me/claims": _my_claim,
    "POST /api/v1/me/coupons": _take_coupon,
    "POST /api/v1/members/<int:member_id>/coupons": _issue,
    "POST /api/v1/members/<int:member_id>/points/adjustments": _to_member(
        "points/adjustments", {"amount": 50, "reason": "生日"}, {"amount": 60, "reason": "生日"}
    ),
    "POST /api/v1/members/<int:member_id>/wallet/adjustments": _to_member(
        "wallet/adjustments", {"bonus": "5.00", "reason": "补偿"}, {"bonus": "6.00", "reason": "补偿"}
    ),
    "POST /api/v1/members/<int:member_id>/wallet/payouts": _pay_out,
    "POST /api/v1/members/<int:member_id>/wallet/top-ups": _top_up,
    "POST /api/v1/offline-sales": _offline,
    "POST /api/v1/orders": _sale,
    "POST /api/v1/orders/<int:order_id>/reassignments": _reassign,
    "POST /api/v1/orders/<int:order_id>/refunds": _refund,
    "POST /api/v1/parked-carts": _park,
    "POST /api/v1/parked-carts/<int:parked_id>/takings": _take,
    "POST /api/v1/tills": _till,
    "POST /api/v1/tills/<int:shift_id>/closings": _count,
    "POST /api/v1/tills/<int:shift_id>/entries": _cash,
}
