"""Booking a sale that was made without network: as paid, under whoever sold it, once. What has changed since is a flag, never a refusal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.checkout.commands.sales import write_sale
from services.checkout.queries.customers import WALK_IN, Buyer, load_buyer
from services.checkout.queries.offline import (
    PastCounter,
    Seller,
    costs_other,
    key_of_counter,
    leaves_open,
    line_of,
    load_past_counter,
)
from services.checkout.queries.quotes import Sale, load_multipliers
from services.checkout.rules import tenders
from services.checkout.rules.offline import SaleTime, is_over, time_of
from services.checkout.rules.pricing import Cart, CartLine, Price, Step
from services.members.queries import find_member_by_number, keeper_of
from services.orders.queries import OrderView, find_order_by_key
from services.shared.refusals import Invalid
from services.signin import commands as signin
from services.signin.queries import Proof
from services.tills.queries import find_shift_at

ORIGIN = "offline"
MEMBER_CODE = 20  # digits; a member number has ten


@dataclass(frozen=True)
class _Who:
    """Who bought, as far as it can be told now; `flag` says why not."""

    member_id: int | None = None
    proof: Proof | None = None
    flag: str = ""


def book_offline_sale(
    session: Session, data: Mapping[str, Any], *, key: str, seller: Seller, at: datetime
) -> OrderView:
    """Book what the device sold at the prices it knew; `key` names the sale, and the same one is the same order for ever.

    The member earns, nothing of theirs is spent; a credential that is over brings a walk-in's sale, into no shift. Flags are those of
    rules/offline.py. Raises Invalid only for what cannot be a sale: a product that never was, tenders that are not the sum.
    """
    name = key_of_counter(seller.actor, key)
    booked = find_order_by_key(session, name)
    if booked is not None:
        return booked
    time = time_of(data["sold_at"], seller.issued_at, at)
    over = is_over(time, seller.issued_at, seller.disabled_at)
    past = load_past_counter(session, seller.store_id, [line["product_id"] for line in data["lines"]])
    price = _price(data, past)
    settlement = tenders.settle(price.due, data["tenders"])
    who = _Who(flag="credential_old") if over else _find_buyer(session, data, seller, time, at)
    cart, buyer, who = _seat(session, data, seller, who, at)
    shift_id, uncounted = (None, False) if over else _find_shift(session, seller, past, time)
    flags = (*_flags(data, past, time), *(["till_closed"] if uncounted else []), *_about(seller, who))
    sale = Sale(
        counter=past.counter,
        cart=cart,
        buyer=buyer,
        price=price,
        multipliers=load_multipliers(session, past.counter, cart, buyer, time.moment),
        settlement=settlement,
        proof=who.proof,
        note=data["note"],
    )
    return write_sale(
        session, sale, origin=ORIGIN, external_key=name, completed_at=time.moment, shift_id=shift_id, flags=flags,
        actor=seller.actor, at=at,
    )  # fmt: skip


def _find_shift(session: Session, seller: Seller, past: PastCounter, time: SaleTime) -> tuple[int | None, bool]:
    """The shift that the money belongs to, and whether a manager should know that there is none."""
    shift_id, was_open = find_shift_at(session, seller.store_id, time.moment, actor=seller.actor)
    return shift_id, shift_id is None and bool(was_open or past.counter.settings["orders.needs_till"])


def _price(data: Mapping[str, Any], past: PastCounter) -> Price:
    lines = tuple(line_of(place, sold, past.products[sold["product_id"]]) for place, sold in enumerate(data["lines"]))
    amounts = tuple(line.amount for line in lines)
    return Price(lines, (Step("list", sum(amounts), amounts),), sum(amounts))


def _find_buyer(session: Session, data: Mapping[str, Any], seller: Seller, time: SaleTime, at: datetime) -> _Who:
    """The member whom the device knew, or whose code it scanned."""
    code = data["code"]
    if code is None:
        return _Who(data["member_id"] and keeper_of(session, data["member_id"]))
    if len(code) != MEMBER_CODE:
        member = find_member_by_number(session, code)
        return _Who(member.id) if member else _Who(flag="member_unknown")
    scanned_at = data["scanned_at"] or time.moment
    if not seller.issued_at <= scanned_at <= at:
        return _Who(flag="code_refused")
    scan = signin.read_past_code(
        session, code, store_id=seller.store_id, scanned_at=scanned_at, actor=seller.actor, at=at
    )
    return _Who(scan.member_id, Proof("scan", scan.id)) if scan else _Who(flag="code_refused")


def _seat(
    session: Session, data: Mapping[str, Any], seller: Seller, who: _Who, at: datetime
) -> tuple[Cart, Buyer, _Who]:
    """The cart with its buyer; a member who is not there any more leaves a walk-in."""
    lines = tuple(CartLine(line["product_id"], line["options"], line["quantity"]) for line in data["lines"])
    cart = Cart(seller.store_id, who.member_id, lines)
    try:
        return cart, load_buyer(session, cart, at=at), who
    except Invalid:
        return Cart(seller.store_id, None, lines), WALK_IN, _Who(flag="member_unknown")


def _flags(data: Mapping[str, Any], past: PastCounter, time: SaleTime) -> Iterator[str]:
    sold = [(line, past.products[line["product_id"]]) for line in data["lines"]]
    if time.late:
        yield "late"
    if time.wrong:
        yield "clock_wrong"
    if any(costs_other(line, product) for line, product in sold if not product.gone):
        yield "old_price"
    if any(leaves_open(line, product) for line, product in sold if not product.gone):
        yield "choices_unknown"
    if any(product.sold_out_at is not None and product.sold_out_at <= time.moment for _, product in sold):
        yield "sold_out"
    if any(product.gone for _, product in sold):
        yield "product_gone"


def _about(seller: Seller, who: _Who) -> Iterator[str]:
    if seller.disabled:
        yield "staff_disabled"
    if who.flag:
        yield who.flag
