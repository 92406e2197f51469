"""Pricing a cart, and checking a sale up to the moment it is written: everything that needs no lock (quality.md, row 2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from services.catalog.queries import SaleProduct, load_for_sale
from services.checkout import permissions
from services.checkout.errors import QuoteChanged, QuoteForged
from services.checkout.rules import quotes, tenders
from services.checkout.rules.pricing import Cart, Price, price
from services.checkout.rules.tenders import Settlement
from services.checkout.schemas import QuoteOut
from services.loyalty.queries import get_earning
from services.members.models import Member
from services.members.queries import show_name
from services.orders.queries import TenderView
from services.shared import runtime
from services.shared.actors import Actor
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.signin.models import Scan
from services.stores.models import Store
from services.stores.queries import load_settings
from services.stores.settings import Settings

# Built once: every quote and every sale asks.
_stores: Any = Store.__table__
_members: Any = Member.__table__
_STORE = select(_stores.c.id, _stores.c.code, _stores.c.name).where(
    _stores.c.id == bindparam("store"), _stores.c.archived_at.is_(None)
)
_MEMBER = select(_members.c.name, _members.c.phone, _members.c.number).where(
    _members.c.id == bindparam("member"), _members.c.archived_at.is_(None)
)


@dataclass(frozen=True)
class SaleStore:
    """The store of a sale."""

    id: int
    code: str
    name: str


@dataclass(frozen=True)
class Counter:
    """Where a sale happens: the store, the shop's settings, and the products that may be sold there."""

    store: SaleStore
    settings: Settings
    products: Mapping[int, SaleProduct]


@dataclass(frozen=True)
class Quote:
    """A priced cart that can be paid until `expires_at`; `id` carries it, signed."""

    id: str
    cart: Cart
    price: Price
    earns: int
    expires_at: datetime


@dataclass(frozen=True)
class Sale:
    """A cart that is checked, priced and paid for: ready to be written. `earns` is in points."""

    counter: Counter
    cart: Cart
    member_name: str | None
    price: Price
    earns: int
    settlement: Settlement
    scan_id: int | None
    note: str


def load_counter(session: Session, cart: Cart) -> Counter:
    """What pricing `cart` needs to know. Raises Invalid for a store that is unknown or closed."""
    store = session.connection().execute(_STORE, {"store": cart.store_id}).first()
    if store is None:
        raise Invalid({"store": [N_("没有这家门店")]})
    products = load_for_sale(session, store.id, {line.product_id for line in cart.lines})
    return Counter(SaleStore(store.id, store.code, store.name), load_settings(session), products)


def get_quote(session: Session, cart: Cart, *, actor: Actor, at: datetime) -> Quote:
    """Price a cart. Raises Forbidden outside the actor's stores, Invalid with the words beside each line."""
    actor.require(permissions.QUOTES_CREATE, cart.store_id)
    counter = load_counter(session, cart)
    _member_name(session, cart)
    return _quote(counter, cart, at)


def get_sale_of_quote(
    session: Session,
    quote_id: str,
    paid: Sequence[TenderView],
    *,
    proof: int | None = None,
    note: str = "",
    actor: Actor,
    at: datetime,
) -> Sale:
    """Check a quoted sale without writing. Raises QuoteForged, QuoteChanged (with the new quote), Invalid beside tenders and lines."""
    promise = quotes.unseal(quote_id, _sign)
    if promise is None:
        raise QuoteForged
    cart = promise.cart
    actor.require(permissions.ORDERS_CREATE, cart.store_id)
    counter = load_counter(session, cart)
    sale = get_sale(session, counter, cart, None, proof=proof, note=note)
    if not promise.holds(sale.price, sale.earns, at):
        raise QuoteChanged(QuoteOut().dump(_quote(counter, cart, at)))
    return _paid(sale, paid)


def get_sale(
    session: Session,
    counter: Counter,
    cart: Cart,
    paid: Sequence[TenderView] | None,
    *,
    proof: int | None = None,
    note: str = "",
) -> Sale:
    """Check a sale at a counter that is loaded already. `paid` None leaves the tenders open. Raises Invalid."""
    member_name = _member_name(session, cart)
    priced = price(cart, counter.products)
    sale = Sale(
        counter=counter,
        cart=cart,
        member_name=member_name,
        price=priced,
        earns=_earns(counter, cart, priced),
        settlement=Settlement((), 0),
        scan_id=_scan(session, cart, proof),
        note=note,
    )
    return sale if paid is None else _paid(sale, paid)


def _paid(sale: Sale, paid: Sequence[TenderView]) -> Sale:
    settlement = tenders.settle(sale.price.due, paid)
    return Sale(sale.counter, sale.cart, sale.member_name, sale.price, sale.earns, settlement, sale.scan_id, sale.note)


def _quote(counter: Counter, cart: Cart, at: datetime) -> Quote:
    priced = price(cart, counter.products)
    earns, expires_at = _earns(counter, cart, priced), (at + quotes.LIFE).replace(microsecond=0)
    return Quote(quotes.seal(cart, priced, earns, expires_at, _sign), cart, priced, earns, expires_at)


def _earns(counter: Counter, cart: Cart, priced: Price) -> int:
    return get_earning(counter.settings, priced.due) if cart.member_id is not None else 0


def _sign(content: bytes) -> bytes:
    return runtime.keys().sign("quote", content)


def _member_name(session: Session, cart: Cart) -> str | None:
    """The name of the cart's member; None for a walk-in. Raises Invalid for an unknown or archived one."""
    if cart.member_id is None:
        return None
    row = session.connection().execute(_MEMBER, {"member": cart.member_id}).first()
    if row is None:
        raise Invalid({"member": [N_("没有找到这位会员")]})
    return show_name(row.name, row.phone, row.number)


def _scan(session: Session, cart: Cart, proof: int | None) -> int | None:
    """The scan that shows the member was there. Raises Invalid when it is of somebody else or of another store."""
    if proof is None:
        return None
    known = session.scalar(
        select(Scan.id).where(Scan.id == proof, Scan.member_id == cart.member_id, Scan.store_id == cart.store_id)
    )
    if known is None:
        raise Invalid({"proof": [N_("请重新扫会员码")]})
    return known
