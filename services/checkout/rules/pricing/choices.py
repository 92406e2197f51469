"""What a choice of coupons is made of, and what else lowers a price beside them. Pure; all amounts are fen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.checkout.rules.pricing.parcels import (
    Fits,
    Goods,
    Parcels,
    at_list_price,
    base_of,
    rate_off,
    reprice,
    take_off,
)
from services.coupons.rules import ORDER, Terms

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Candidate:
    """A coupon that may be used on this occasion, as far as everything but the cart is concerned."""

    id: int
    terms: Terms
    expires_at: datetime | None = None

    @property
    def until(self) -> datetime:
        """Until when it can be used, the end of all days where it never expires."""
        return self.expires_at or NEVER


@dataclass(frozen=True)
class PointsRule:
    """How points pay: `per_yuan` points are ¥1, any whole number from `least`, at most `most_percent` % of what is left."""

    per_yuan: int = 100
    least: int = 100
    most_percent: int = 50


@dataclass(frozen=True)
class Wish:
    """What besides the coupons changes the price: the tier's rate (per mille to pay), points to spend at most, the rounding unit (fen)."""

    tier_pays: int = 1000
    points: int = 0
    points_rule: PointsRule = PointsRule()
    rounding: int = 0
    manual_off: int = 0


@dataclass(frozen=True)
class Choice:
    """A combination: coupons in the order in which they take effect, whether the tier's discount is taken, points spent, what is due."""

    coupons: tuple[int, ...]
    tier: bool
    points: int
    due: int
    exhaustive: bool = True


def deduction(left: int, points: int, rule: PointsRule) -> tuple[int, int]:
    """The fen that at most `points` take off `left`, and the points that really costs; nothing below the least number.

    Fen that cost less than the least number by their rounding alone cost that number: at 150 for ¥1, 100 points pay 0.66, as 99 would.
    """
    off = min(money_of_points(points, rule), left * rule.most_percent // 100)
    cost = -(-off * rule.per_yuan // 100)
    if points >= rule.least and off >= money_of_points(rule.least, rule):
        cost = max(cost, rule.least)
    return (off, cost) if off and cost >= rule.least else (0, 0)


def money_of_points(points: int, rule: PointsRule) -> int:
    """Fen that points are worth, rounded down."""
    return points * 100 // rule.per_yuan


def rounded(due: int, unit: int) -> int:
    """抹零: down to a whole number of `unit` fen; 0 leaves it."""
    return due - due % unit if unit else due


def start(goods: Sequence[Goods]) -> Parcels:
    """The cart before coupons: at the price set by hand, else at the member's price where that is lower than the list's."""
    prices = [each.member_price if each.manual_price is None else each.manual_price for each in goods]
    return reprice(at_list_price(goods), prices)


def fits_of(goods: Sequence[Goods], terms: Terms) -> Fits:
    """For which lines a coupon holds."""
    return [each.takes_coupons and terms.scope.covers(each.product_id, each.category_id) for each in goods]


def after_tier(parcels: Parcels, goods: Sequence[Goods], pays: int) -> Parcels:
    """The tier's discount on the lines that take it; a piece at a price set by hand keeps that price."""
    fits = [each.takes_tier and each.manual_price is None for each in goods]
    return take_off(parcels, rate_off(base_of(parcels, fits), pays), fits)


def in_order(candidates: Sequence[Candidate]) -> list[Candidate]:
    """As they take effect: by kind; the higher threshold, then the larger value first; then by what they hold for, alike ones together."""
    return sorted(candidates, key=_turn)


def _turn(candidate: Candidate) -> tuple[Any, ...]:
    terms = candidate.terms
    size = (-terms.threshold, terms.pays, -terms.value, -1 if terms.cap is None else terms.cap)
    held_for = (sorted(terms.scope.products), sorted(terms.scope.categories))
    return ORDER.index(terms.kind), *size, *held_for, candidate.until, candidate.id
