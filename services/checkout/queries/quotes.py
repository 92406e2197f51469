"""Pricing a cart, and checking a sale up to the moment it is written: everything that needs no lock (quality.md, row 2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from services.catalog.queries import SaleProduct, load_for_sale
from services.checkout import permissions
from services.checkout.errors import QuoteChanged, QuoteForged
from services.checkout.queries.customers import Buyer, Shared, house_of, load_buyer, occasion_of
from services.checkout.queries.launches import require_launched
from services.checkout.rules import quotes, tenders
from services.checkout.rules.pricing import Cart, Choice, Price, Verdict, price
from services.checkout.rules.pricing.choices import deduction
from services.checkout.rules.tenders import Settlement
from services.checkout.schemas import QuoteOut
from services.coupons.permissions import COUPONS_READ
from services.loyalty.permissions import POINTS_READ
from services.loyalty.queries import list_multipliers, rate_of
from services.loyalty.rules import multiplier_of, points_of
from services.orders.queries import LineView, TenderView
from services.shared import money, runtime
from services.shared.actors import Actor
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.signin.queries import Proof, is_of
from services.stores.models import Store
from services.stores.queries import load_settings
from services.stores.settings import Settings
from services.wallet.permissions import WALLET_READ

# Built once: every quote and every sale asks.
_stores: Any = Store.__table__
_STORE = select(_stores.c.id, _stores.c.code, _stores.c.name).where(
    _stores.c.id == bindparam("store"), _stores.c.archived_at.is_(None)
)
COUNTER = "counter"
_OVER = N_("超过家人给的额度了，余下的用别的方式收")


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
class Offered:
    """A coupon of the member's beside this cart."""

    verdict: Verdict
    name: str
    expires_at: datetime | None


@dataclass(frozen=True)
class Holding:
    """What the member has, as the counter shows it: fen, points; `points_most` of them would take `points_save` off this cart.

    None where the reader may not read wallets, or points. With `shared` both are the household's, as far as it shares them.
    """

    wallet: int | None
    points: int | None
    points_most: int | None
    points_save: int | None
    tier: str
    shared: Shared | None = None

    def as_told(self, actor: Actor, store_id: int) -> "Holding":
        """What of it `actor` may read."""
        told = self if actor.may(WALLET_READ, store_id) else replace(self, wallet=None)
        return (
            told if actor.may(POINTS_READ, store_id) else replace(told, points=None, points_most=None, points_save=None)
        )


@dataclass(frozen=True)
class Quote:
    """A priced cart that can be paid until `expires_at`; `id` carries it, signed. What the member has is told as `reader` may know it."""

    id: str
    sale: "Sale"
    earns: int
    expires_at: datetime
    reader: Actor

    @property
    def cart(self) -> Cart:
        """What was priced."""
        return self.sale.cart

    @property
    def price(self) -> Price:
        """What it costs."""
        return self.sale.price

    @property
    def coupons(self) -> tuple[Offered, ...] | None:
        """Every coupon that was looked at, with its name, and what became of it; None where the reader may not read coupons."""
        if not self.reader.may(COUPONS_READ, self.cart.store_id):
            return None
        held = {each.candidate.id: each for each in self.sale.buyer.customer.coupons}
        return tuple(
            Offered(verdict, held[verdict.coupon_id].label, held[verdict.coupon_id].candidate.expires_at)
            for verdict in self.price.verdicts
        )

    @property
    def holds(self) -> Holding | None:
        """What the member has, and what of it this cart could use; None for a walk-in."""
        return None if self.cart.member_id is None else self.sale.holds().as_told(self.reader, self.cart.store_id)


@dataclass(frozen=True)
class Sale:
    """A cart that is checked, priced and paid for: ready to be written.

    `multipliers` are those of its lines for points (hundredths); what it earns is known once the wallet has said which part of it was
    bonus. `holder_proof`: the holder of the household agrees to what is large.
    """

    counter: Counter
    cart: Cart
    buyer: Buyer
    price: Price
    multipliers: tuple[int, ...]
    settlement: Settlement
    proof: Proof | None
    note: str
    holder_proof: Proof | None = None

    @property
    def lines(self) -> tuple[LineView, ...]:
        """The priced lines, with what their points are multiplied with."""
        return tuple(
            replace(line, multiplier=each) if each != line.multiplier else line
            for line, each in zip(self.price.lines, self.multipliers, strict=True)
        )

    def earns(self, bonus: int = 0) -> int:
        """The points it earns when `bonus` fen of it are paid with bonus money, which earns nothing."""
        if self.cart.member_id is None:
            return 0
        amounts = [line.amount for line in self.price.lines]
        paid = money.split(self.price.due - bonus, amounts) if self.price.due else amounts
        return points_of(paid, self.multipliers, rate_of(self.counter.settings))

    def holds(self) -> Holding:
        """What the member has, and the points that this cart could take."""
        buyer, rule = self.buyer, house_of(self.counter.settings).points
        before = self.price.due - sum(step.amount for step in self.price.steps if step.kind in ("points", "rounding"))
        save, most = deduction(before, max(0, buyer.customer.points), rule)
        return Holding(buyer.wallet, buyer.customer.points, most, save, buyer.customer.tier_label, buyer.shared)

    @property
    def accounts(self) -> quotes.Accounts:
        """Whose stored value and whose points it would move."""
        return (self.buyer.payer_id or self.cart.member_id, self.buyer.earner_id or self.cart.member_id)


def load_counter(session: Session, cart: Cart) -> Counter:
    """What pricing `cart` needs to know. Raises Invalid for a store that is unknown or closed."""
    store = session.connection().execute(_STORE, {"store": cart.store_id}).first()
    if store is None:
        raise Invalid({"store": [N_("没有这家门店")]})
    products = load_for_sale(session, store.id, {line.product_id for line in cart.lines})
    return Counter(SaleStore(store.id, store.code, store.name), load_settings(session), products)


def get_quote(session: Session, cart: Cart, *, actor: Actor, at: datetime) -> Quote:
    """Price a cart. Raises Forbidden outside the actor's stores or for a discount by hand, Invalid with the words beside each line.

    Who may not read coupons names the ones to use: looking at all that the member holds would tell of them.
    """
    actor.require(permissions.QUOTES_CREATE, cart.store_id)
    _require_discount(cart, actor)
    if cart.coupons is None and not actor.may(COUPONS_READ, cart.store_id):
        cart = replace(cart, coupons=())
    return _quote(get_sale(session, load_counter(session, cart), cart, None, at=at), actor, at)


def get_sale_of_quote(
    session: Session,
    quote_id: str,
    paid: Sequence[TenderView],
    *,
    proof: Proof | None = None,
    holder_proof: Proof | None = None,
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
    _require_discount(cart, actor)
    counter = load_counter(session, cart)
    sale = get_sale(session, counter, cart, None, choice=promise.choice, proof=proof, note=note, at=at)
    if not promise.holds(sale.price, sale.earns(), at, accounts=sale.accounts):
        raise QuoteChanged(QuoteOut().dump(_quote(get_sale(session, counter, cart, None, at=at), actor, at)))
    return _paid(replace(sale, holder_proof=holder_proof), paid)


def get_sale(
    session: Session,
    counter: Counter,
    cart: Cart,
    paid: Sequence[TenderView] | None,
    *,
    choice: Choice | None = None,
    proof: Proof | None = None,
    note: str = "",
    at: datetime,
) -> Sale:
    """Check a sale at a counter that is loaded already. `paid` None leaves the tenders open. Raises Invalid."""
    buyer = load_buyer(session, cart, at=at)
    occasion = occasion_of(cart, buyer.customer, counter.settings, channel=COUNTER, at=at)
    zone, tier_id = counter.settings.zone, buyer.customer.tier_id
    require_launched(session, counter.products, cart, tier_id, zone, at=at)
    house = house_of(counter.settings)
    priced = price(cart, counter.products, buyer.customer, house, occasion=occasion, choice=choice)
    sale = Sale(
        counter=counter,
        cart=cart,
        buyer=buyer,
        price=priced,
        multipliers=load_multipliers(session, counter, cart, buyer, at),
        settlement=Settlement((), 0),
        proof=proof,
        note=note,
    )
    return sale if paid is None else _paid(sale, paid)


def _paid(sale: Sale, paid: Sequence[TenderView]) -> Sale:
    short = _OVER if sale.buyer.payer_id else tenders.SHORT
    return replace(sale, settlement=tenders.settle(sale.price.due, paid, wallet=sale.buyer.wallet, short=short))


def _quote(sale: Sale, reader: Actor, at: datetime) -> Quote:
    earns, expires_at = sale.earns(), (at + quotes.LIFE).replace(microsecond=0)
    promise = quotes.seal(sale.cart, sale.price, earns, expires_at, _sign, accounts=sale.accounts)
    return Quote(promise, sale, earns, expires_at, reader)


def require_known(session: Session, cart: Cart, proof: Proof | None) -> None:
    """A proof is the member's, at this store. Raises Invalid for any other; whether it reaches is asked when it is used."""
    if proof is not None and not is_of(session, proof, cart.member_id, cart.store_id):
        raise Invalid({"proof": [N_("请重新扫会员码")]})


def load_multipliers(session: Session, counter: Counter, cart: Cart, buyer: Buyer, at: datetime) -> tuple[int, ...]:
    """What each line's points are multiplied with, in hundredths."""
    if cart.member_id is None:
        return (100,) * len(cart.lines)
    rules = list_multipliers(session, cart.member_id, buyer.customer.tier_id, counter.settings, at=at)
    most = counter.settings["points.most_multiplier"] * 100
    categories = ((line.product_id, counter.products[line.product_id].category_id) for line in cart.lines)
    return tuple(multiplier_of(*each, rules, tier=buyer.multiplier, most=most) for each in categories)


def _require_discount(cart: Cart, actor: Actor) -> None:
    """A price or discount by hand needs its permission, and a reason."""
    if not cart.is_by_hand:
        return
    actor.require(permissions.DISCOUNTS_CREATE, cart.store_id)
    if not cart.manual_reason:
        raise Invalid({"manual_reason": [N_("请写下改价的原因")]})


def _sign(content: bytes) -> bytes:
    return runtime.keys().sign("quote", content)
