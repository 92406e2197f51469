"""The stored value of the demo shop: its plans, who topped up, and what they bought with it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalog.models import Product
from services.checkout.commands import complete_order
from services.checkout.commands.top_up_plans import create_top_up_plan
from services.checkout.commands.top_ups import top_up
from services.checkout.queries import get_sale, load_counter
from services.checkout.rules.pricing import Cart, CartLine
from services.coupons.models import CouponTemplate
from services.demo import cast, guests, menu
from services.identity import queries as identity
from services.members.models import Member
from services.orders.queries import TenderView
from services.shared.actors import SYSTEM, Actor
from services.signin.models import SpendingProof
from services.signin.queries import Proof
from services.signin.rules import asker_of
from services.stores.models import Store
from services.wallet.schemas import PlanIn

BEFORE = timedelta(days=90)  # when the plans were made
COUPON = "满100减20"
# Who (place among the guests), days ago, which plan (place in _plans), how it was paid.
PAID_IN = (
    (0, 41, 0, "wechat"), (3, 38, 1, "wechat"), (7, 33, 0, "cash"), (12, 30, 2, "alipay"), (2, 27, 0, "wechat"),
    (18, 24, 1, "card"), (5, 19, 0, "wechat"), (9, 15, 0, "alipay"), (0, 12, 1, "wechat"), (21, 9, 3, "cash"),
    (14, 6, 0, "wechat"), (30, 4, 2, "wechat"), (25, 2, 0, "wechat"), (8, 1, 3, "cash"),
)  # fmt: skip
# Who, days ago: each buys a little from the wallet.
SPENT = (
    (0, 36), (3, 31), (7, 28), (0, 26), (12, 22), (2, 20), (18, 16), (5, 14), (3, 13), (0, 10), (9, 8), (12, 7), (21, 5),
    (14, 3), (0, 3), (30, 2), (7, 2), (5, 1),
)  # fmt: skip


def fill_wallets(session: Session, opened: Mapping[str, Store], *, now: datetime) -> None:
    """Write the plans; then, in the order of time, what members paid in and what they spent."""
    plans = [_make(session, told, now - BEFORE) for told in _plans(session)]
    members = {place: _member(session, place) for place in {each[0] for each in PAID_IN}}
    seller, shelf = cashier(session), products(session)
    store = next(iter(opened.values()))
    for days, act in sorted(_acts(), key=lambda each: -each[0]):
        at = now - timedelta(days=days, minutes=7 * (days % 9))
        if "plan" in act:
            plan = plans[act["plan"]]
            paid = {"kind": act["kind"], "amount": plan["amount"], "received": None}
            data = {"store_id": store.id, "plan_id": plan["id"], "amount": None, "tenders": [paid]}
            top_up(session, members[act["who"]], data, actor=seller, at=at)
        else:
            wanted = (shelf[days % len(shelf)], shelf[(days + act["who"]) % len(shelf)])
            spend(session, store.id, members[act["who"]], wanted, f"demo:wallet:{act['number']}", actor=seller, at=at)


def _acts() -> Iterator[tuple[int, dict[str, Any]]]:
    for who, days, plan, kind in PAID_IN:
        yield days, {"who": who, "plan": plan, "kind": kind}
    for number, (who, days) in enumerate(SPENT, 1):
        yield days, {"who": who, "number": number}


def _plans(session: Session) -> list[dict[str, Any]]:
    coupon = session.scalar(select(CouponTemplate.id).where(CouponTemplate.name == COUPON))
    gift = {"template": str(coupon), "coupons": 2} if coupon else {}
    return [
        {"amount": "300.00", "bonus": "50.00"},
        {"amount": "500.00", "bonus": "100.00"},
        {"amount": "1000.00", "bonus": "240.00", "points": 100} | gift,
        {"amount": "200.00", "bonus": "40.00", "per_member": 1, "name": "新会员首充"},
    ]


def _make(session: Session, told: Mapping[str, Any], at: datetime) -> dict[str, int]:
    plan = create_top_up_plan(session, PlanIn().load(told), actor=SYSTEM, at=at)
    return {"id": plan.id, "amount": plan.amount}


def _member(session: Session, place: int) -> int:
    return session.scalars(select(Member.id).where(Member.phone == guests.phone_of(place))).one()


def cashier(session: Session) -> Actor:
    """Who sells in the demo shop."""
    found = identity.find_staff(session, next(each.username for each in cast.STAFF if each.role == "cashier"))
    assert found is not None
    return identity.actor_of_staff(session, found, "demo")


def products(session: Session) -> list[int]:
    """What is sold without a question."""
    plain = [item.name for item in menu.ITEMS if not item.options]
    return list(session.scalars(select(Product.id).where(Product.name.in_(plain)).order_by(Product.id)))


def spend(
    session: Session, store_id: int, member_id: int, wanted: Sequence[int], key: str, *, actor: Actor, at: datetime
) -> None:
    """A member buys a piece of each from what is stored."""
    cart = Cart(store_id, member_id, tuple(CartLine(product, {}) for product in dict.fromkeys(wanted)))
    counter = load_counter(session, cart)
    due = get_sale(session, counter, cart, None, at=at).price.due
    sale = get_sale(
        session, counter, cart, [TenderView("wallet", due)], proof=_proof(session, cart, due, actor, at), at=at
    )
    complete_order(session, sale, origin="counter", external_key=key, completed_at=at, actor=actor, at=at)


def _proof(session: Session, cart: Cart, due: int, actor: Actor, at: datetime) -> Proof:
    """The member agreed in the app."""
    assert cart.member_id is not None
    proof = SpendingProof(
        member_id=cart.member_id, store_id=cart.store_id, staff_id=asker_of(actor), way="app", most=due, words="", scan_id=None,
        code_hash=None, wrong_tries=0, created_at=at, confirmed_at=at, declined_at=None, used_at=None,
        expires_at=at + timedelta(minutes=10),
    )  # fmt: skip
    session.add(proof)
    session.flush()
    return Proof("proof", proof.id)
