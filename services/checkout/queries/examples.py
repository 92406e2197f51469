"""What a coupon does to a real cart, while its terms are still being written: the till's own pricing, on the shop's own products."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalog.queries import SaleProduct, list_products, load_for_sale
from services.checkout.rules.pricing import Candidate, Cart, CartLine, Customer, HeldCoupon, Price, price
from services.coupons import rules
from services.coupons.models import CouponTemplate
from services.coupons.queries import terms_of
from services.coupons.rules import ON_A_PIECE, Kind, Occasion, Scope, Terms
from services.loyalty.models import Tier
from services.stores.models import Store
from services.stores.queries import load_settings

MOST_PIECES = 40
LOOKED_AT = 60


@dataclass(frozen=True)
class Example:
    """One cart with the coupon: so many of a product, what it is without and with it, what is missing (fen) where it does not apply.

    With `tier` the buyer has that level; `tier_taken` says whether its discount was taken beside the coupon (or instead of it).
    """

    product: str
    quantity: int
    total: int
    due: int
    used: bool
    missing: int = 0
    tier: str = ""
    tier_taken: bool = False

    @property
    def saves(self) -> int:
        """What is taken off."""
        return self.total - self.due


def list_examples(session: Session, values: Mapping[str, Any], *, at: datetime) -> list[Example]:
    """Carts that show what a template with these `values` (as TemplateIn reads them) does; none while they make no sense yet.

    The first reaches its threshold, a second stays just below it, a third is bought by a member of the best level.
    """
    if rules.mistakes({**rules.plain(values)}):
        return []
    terms = terms_of(CouponTemplate(**rules.plain(values)))
    store_id = _store(session, terms.scope)
    product = _product(session, terms, store_id) if store_id else None
    if store_id is None or product is None:
        return []
    occasion = _occasion(terms.scope, store_id, load_settings(session).zone, at)
    pieces = _pieces(terms, product.price)
    found = [_example(terms, product, pieces, occasion)]
    if terms.threshold and pieces > 1:
        found.append(_example(terms, product, pieces - 1, occasion))
    tier = session.scalar(select(Tier).where(Tier.archived_at.is_(None), Tier.pays < 1000).order_by(Tier.pays).limit(1))
    if tier is not None and product.takes_tier:
        found.append(_example(terms, product, pieces, occasion, tier))
    return found


def _example(terms: Terms, product: SaleProduct, pieces: int, occasion: Occasion, tier: Tier | None = None) -> Example:
    held = HeldCoupon(Candidate(1, terms), "")
    customer = Customer(coupons=(held,))
    if tier is not None:
        customer = Customer(tier.id, tier.name, tier.pays, 0, (held,))
        occasion = replace(occasion, tier_id=occasion.tier_id or tier.id)
    cart = Cart(occasion.store_id, 1, (CartLine(product.id, {}, pieces),), coupons=None)
    found = price(cart, {product.id: product}, customer, occasion=occasion)
    return Example(
        product=product.name,
        quantity=pieces,
        total=found.list_total,
        due=found.due,
        used=bool(found.coupons),
        missing=_missing(found),
        tier=tier.name if tier else "",
        tier_taken=found.tier,
    )


def _missing(found: Price) -> int:
    reason = found.verdicts[0].reason
    return int(dict(reason.params).get("missing", 0)) if reason else 0


def _pieces(terms: Terms, each: int) -> int:
    """As few as reach the threshold; of a voucher so many that all of it is used."""
    least = max(terms.threshold, terms.value if terms.kind is Kind.CASH else 0, 1)
    return min(-(-least // each), MOST_PIECES)


def _store(session: Session, scope: Scope) -> int | None:
    query = select(Store.id).where(Store.archived_at.is_(None)).order_by(Store.sort, Store.id)
    return session.scalar(query.where(Store.id.in_(scope.stores)) if scope.stores else query)


def _product(session: Session, terms: Terms, store_id: int) -> SaleProduct | None:
    """A product that the coupon holds for: one of which two to six pieces reach the threshold, if there is such a one."""
    ids = [each.id for each in list_products(session) if terms.scope.covers(each.id, each.category_id)][:LOOKED_AT]
    sold = load_for_sale(session, store_id, ids)
    shown = [
        replace(sold[each], options=(), available=True, sold_out=False, member_price=None)
        for each in ids
        if each in sold and sold[each].takes_coupons and sold[each].pricing == "piece" and sold[each].price > 0
    ]
    if terms.kind in ON_A_PIECE:
        shown = [each for each in shown if each.price > terms.value]
    return min(shown, key=lambda each: _awkward(terms, each.price), default=None)


def _awkward(terms: Terms, each: int) -> tuple[bool, int]:
    """How far from a cart that people buy: two to six pieces, little above the threshold."""
    if not terms.threshold and terms.kind is not Kind.CASH:
        return False, 0
    pieces = _pieces(terms, each)
    return not 2 <= pieces <= 6, abs(pieces - 4)


def _occasion(scope: Scope, store_id: int, zone: str, at: datetime) -> Occasion:
    """A moment, channel and level at which the coupon holds."""
    local = at.astimezone(ZoneInfo(zone)).replace(hour=scope.from_minute // 60, minute=scope.from_minute % 60)
    while scope.weekdays and local.weekday() not in scope.weekdays:
        local += timedelta(days=1)
    return Occasion(store_id, min(scope.channels, default="counter"), min(scope.tiers, default=None), local)
