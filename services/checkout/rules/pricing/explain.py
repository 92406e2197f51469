"""A cart's price, one explained step after the other (domain.md, *Price of a cart, in this order*). All amounts are fen.

list price → by hand or member's price → trial coupons → tier → free-item coupons → percentage → threshold-off → cash vouchers →
discount by hand → points → rounding. Each step says how much of it falls on each line, so that a refund knows what a line really cost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.catalog.queries import SaleProduct
from services.checkout.rules.pricing.best import best_combination
from services.checkout.rules.pricing.cart import Cart, Price, Step, Verdict, goods_of, lines_of
from services.checkout.rules.pricing.choices import (
    Candidate,
    Choice,
    PointsRule,
    Wish,
    after_tier,
    deduction,
    fits_of,
    rounded,
    start,
)
from services.checkout.rules.pricing.parcels import (
    Goods,
    Parcels,
    apply,
    at_list_price,
    base_of,
    by_line,
    take_off,
    total,
)
from services.coupons.rules import Kind, Occasion, Reason, combine, hindrance
from services.orders.queries import LineView, ShareView
from services.shared import money
from services.shared.words import N_

LIST, BY_HAND, MEMBER, TIER, POINTS, ROUNDING, DISCOUNT = (
    "list", "manual_price", "member_price", "tier", "points", "rounding", "manual_discount",
)  # fmt: skip


@dataclass(frozen=True)
class HeldCoupon:
    """A coupon in the member's hand: its candidate, what it is called, and from when on it counts."""

    candidate: Candidate
    label: str
    starts_at: datetime | None = None


@dataclass(frozen=True)
class Customer:
    """Who buys: the tier with its rate (per mille to pay), the points there are, the coupons held. A walk-in has none of it."""

    tier_id: int | None = None
    tier_label: str = ""
    tier_pays: int = 1000
    points: int = 0
    coupons: tuple[HeldCoupon, ...] = ()


@dataclass(frozen=True)
class House:
    """The shop's own rules about prices: how points pay, and the unit to round down to (fen, 0 for none)."""

    points: PointsRule = field(default_factory=PointsRule)
    rounding: int = 0


WALK_IN = Customer()
STANDARD = House()


def price(
    cart: Cart,
    products: Mapping[int, SaleProduct],
    customer: Customer = WALK_IN,
    house: House = STANDARD,
    *,
    occasion: Occasion | None = None,
    choice: Choice | None = None,
) -> Price:
    """Price `cart` with `products` as its store sells them now.

    `choice` prices again what was chosen before; without it the best combination of the coupons that the cart names is looked for.
    Coupons need an `occasion`. Raises Invalid with the words beside each line.
    """
    lines = lines_of(cart, products)
    goods = goods_of(cart, lines, products)
    asked = [each for each in customer.coupons if cart.coupons is None or each.candidate.id in cart.coupons]
    hindered = {each.candidate.id: _hindrance(each, occasion) for each in asked}
    usable = [each for each in asked if hindered[each.candidate.id] is None]
    wish = Wish(
        customer.tier_pays, min(cart.points, max(0, customer.points)), house.points, house.rounding, cart.manual_off
    )
    if choice is None:
        choice = best_combination(goods, [each.candidate for each in usable], wish)
    walk = _Walk(goods, wish, customer, {each.candidate.id: each for each in usable}, choice)
    steps, points = walk.steps()
    verdicts = [_verdict(each, hindered[each.candidate.id], walk) for each in asked]
    return Price(
        lines=tuple(_with_shares(line, place, steps) for place, line in enumerate(lines)),
        steps=tuple(steps),
        due=sum(step.amount for step in steps),
        points=points,
        tier=any(step.kind == TIER for step in steps),
        verdicts=tuple(verdicts),
        exhaustive=choice.exhaustive,
    )


class _Walk:
    """Takes the chosen reductions off, in order, and notes each as a step."""

    def __init__(
        self, goods: Sequence[Goods], wish: Wish, customer: Customer, usable: Mapping[int, HeldCoupon], choice: Choice
    ) -> None:
        self.goods, self.wish, self.customer, self.choice = goods, wish, customer, choice
        self.chosen = [usable[each] for each in choice.coupons if each in usable]
        self.parcels = at_list_price(goods)
        amounts = by_line(self.parcels, len(goods))
        self._steps = [Step(LIST, sum(amounts), tuple(amounts))]
        self.before_order_coupons = self.parcels

    def steps(self) -> tuple[list[Step], int]:
        """All steps, and the points they spend."""
        self._prices()
        self._coupons(Kind.TRIAL_PRICE)
        if self.choice.tier:
            self._note(TIER, after_tier(self.parcels, self.goods, self.wish.tier_pays), self.customer.tier_label)
        self._coupons(Kind.FREE_ITEM)
        self.before_order_coupons = self.parcels
        self._coupons(Kind.PERCENTAGE, Kind.THRESHOLD_OFF, Kind.CASH)
        everything = [True] * len(self.goods)
        self._note(DISCOUNT, take_off(self.parcels, self.wish.manual_off, everything))
        off, spent = deduction(total(self.parcels), self.choice.points, self.wish.points_rule)
        self._note(POINTS, take_off(self.parcels, off, everything))
        odd = total(self.parcels) - rounded(total(self.parcels), self.wish.rounding)
        self._note(ROUNDING, take_off(self.parcels, odd, everything))
        return self._steps, spent

    def _prices(self) -> None:
        """Member's prices and prices by hand, each its own step; both only ever lower a price."""
        final = start(self.goods)
        members = tuple(
            before if self.goods[before.line].manual_price is not None else after
            for before, after in zip(self.parcels, final, strict=True)
        )
        self._note(MEMBER, members)
        self._note(BY_HAND, final)

    def _coupons(self, *kinds: Kind) -> None:
        for held in self.chosen:
            terms = held.candidate.terms
            if terms.kind in kinds:
                after = apply(self.parcels, terms, fits_of(self.goods, terms))
                self._note(terms.kind.value, after, held.label, held.candidate.id)

    def _note(self, kind: str, after: Parcels, label: str = "", coupon_id: int | None = None) -> None:
        before, now = by_line(self.parcels, len(self.goods)), by_line(after, len(self.goods))
        shares = tuple(new - old for old, new in zip(before, now, strict=True))
        if any(shares):
            self._steps.append(Step(kind, sum(shares), shares, label, coupon_id))
        self.parcels = after


def _hindrance(held: HeldCoupon, occasion: Occasion | None) -> Reason | None:
    assert occasion is not None, "coupons are used somewhere, at some time"
    return hindrance(held.candidate.terms, held.starts_at, held.candidate.expires_at, occasion)


def _verdict(held: HeldCoupon, hindered: Reason | None, walk: _Walk) -> Verdict:
    saved = sum(-step.amount for step in walk._steps if step.coupon_id == held.candidate.id)
    if saved:
        return Verdict(held.candidate.id, saved)
    return Verdict(held.candidate.id, reason=hindered or _why_not(held, walk))


def _why_not(held: HeldCoupon, walk: _Walk) -> Reason:
    """Why a coupon that may be used here and now takes nothing off this cart."""
    terms = held.candidate.terms
    fits = fits_of(walk.goods, terms)
    if not any(fits):
        return Reason("no_product", N_("没有可以用的商品"))
    missing = terms.threshold - base_of(walk.before_order_coupons, fits)
    if missing > 0:
        return Reason("below_threshold", N_("还差 ¥%(missing)s"), (("missing", missing),))
    for other in walk.chosen:
        if not combine(terms, other.candidate.terms):
            return Reason("not_with_coupon", N_("不能和「%(other)s」一起用"), (("other", other.label),))
    if walk.choice.tier and not terms.with_tier:
        return Reason("not_with_tier", N_("不能和等级折扣一起用，等级折扣更省"))
    if walk.choice.points and not terms.with_points:
        return Reason("not_with_points", N_("不能和积分抵扣一起用"))
    return Reason("no_saving", N_("用了也不会更省"))


def _with_shares(line: LineView, place: int, steps: Sequence[Step]) -> LineView:
    shares = tuple(ShareView(step.kind, step.shares[place], step.coupon_id) for step in steps[1:] if step.shares[place])
    return replace(line, amount=line.amount + sum(share.amount for share in shares), shares=shares)


def in_words(reason: Reason) -> str:
    """The reason as a sentence, in Chinese (pages translate its `text` and fill in the parameters themselves)."""
    return reason.text % {name: money.text(value) if isinstance(value, int) else value for name, value in reason.params}
