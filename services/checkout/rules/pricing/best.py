"""The best legal combination of a member's coupons: the one that leaves least to pay (domain.md, *Coupons*, *Price of a cart*).

Coupons take effect in a fixed order, so every legal combination is a path of yes and no along that order. The search walks these
paths depth first and leaves a path as soon as even the most that the remaining coupons could ever take off cannot beat what was
found. `MOST_STEPS` bounds the time: past it the best that was found so far stands, and `exhaustive` says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.checkout.rules.pricing.parcels import (
    Fits,
    Goods,
    Parcels,
    apply,
    at_list_price,
    base_of,
    rate_off,
    reprice,
    take_off,
    total,
)
from services.coupons.rules import ORDER, Kind, Terms, combine

MOST_STEPS = 2_500


@dataclass(frozen=True)
class Candidate:
    """A coupon that may be used on this occasion, as far as everything but the cart is concerned."""

    id: int
    terms: Terms
    expires_at: datetime | None = None


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
    """The fen that at most `points` take off `left`, and the points that really costs; nothing below the least number."""
    most = money_of_points(points, rule)
    off = min(most, left * rule.most_percent // 100)
    cost = -(-off * rule.per_yuan // 100)
    return (off, cost) if cost >= rule.least else (0, 0)


def money_of_points(points: int, rule: PointsRule) -> int:
    """Fen that points are worth, rounded down."""
    return points * 100 // rule.per_yuan


def rounded(due: int, unit: int) -> int:
    """抹零: down to a whole number of `unit` fen; 0 leaves it."""
    return due - due % unit if unit else due


def best_combination(goods: Sequence[Goods], candidates: Sequence[Candidate], wish: Wish) -> Choice:
    """Least due; ties: fewer coupons, then earlier expiry, then the tier's discount kept, then no points."""
    search = _Search(goods, candidates, wish)
    for points in (False, True) if wish.points else (False,):
        for tier in (True, False) if wish.tier_pays < 1000 else (False,):
            search.run(tier=tier, points=points)
    return search.choice()


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
    """As they take effect: by kind; the higher threshold, then the larger value first; then what expires first."""
    return sorted(
        candidates,
        key=lambda each: (
            ORDER.index(each.terms.kind),
            -each.terms.threshold,
            each.terms.pays,
            -each.terms.value,
            _expiry(each),
            each.id,
        ),
    )


def _expiry(candidate: Candidate) -> datetime:
    return candidate.expires_at or _NEVER


_NEVER = datetime.max.replace(tzinfo=UTC)
_WHOLE = 10**9  # what a rate of one is in the bounds
_Key = tuple[int, int, tuple[datetime, ...], bool, bool]


class _Search:
    """One walk over the combinations, for each way of taking the tier's discount and points."""

    def __init__(self, goods: Sequence[Goods], candidates: Sequence[Candidate], wish: Wish) -> None:
        self.goods, self.wish = goods, wish
        self.start = start(goods)
        useful = [(each, fits_of(goods, each.terms)) for each in in_order(candidates)]
        useful = [(each, fits) for each, fits in useful if self._most(each.terms, fits) > 0]
        self.coupons = [each for each, _ in useful]
        self.fits = [fits for _, fits in useful]
        self.expiries = [_expiry(each) for each in self.coupons]
        self.first_after_tier = sum(each.terms.kind is Kind.TRIAL_PRICE for each in self.coupons)
        self.friends = [
            sum(1 << place for place, other in enumerate(self.coupons) if combine(each.terms, other.terms))
            for each in self.coupons
        ]
        self.best: tuple[_Key, Choice] | None = None
        self.exhaustive = True

    def run(self, *, tier: bool, points: bool) -> None:
        """Walk all combinations that go with this way; coupons that do not combine with it are left out."""
        self.tier, self.points = tier, points
        self.allowed = [
            (each.terms.with_tier or not tier) and (each.terms.with_points or not points) for each in self.coupons
        ]
        self.rates, self.fixed = self._bounds()
        self.seen: dict[tuple[int, int, Parcels], tuple[int, tuple[datetime, ...]]] = {}
        self.steps = 0
        self._walk(0, self.start, (), -1)

    def choice(self) -> Choice:
        """The best that was found."""
        assert self.best is not None, "no coupon at all is a combination too"
        found = self.best[1]
        return Choice(found.coupons, found.tier, found.points, found.due, self.exhaustive)

    def _walk(self, place: int, parcels: Parcels, taken: tuple[int, ...], friends: int) -> None:
        if place == self.first_after_tier and self.tier:
            parcels = after_tier(parcels, self.goods, self.wish.tier_pays)
        if place == len(self.coupons):
            self._arrive(parcels, taken)
            return
        self.steps += 1
        if self.steps > MOST_STEPS:
            self.exhaustive = False
            self._arrive(self._finish(place, parcels), taken)
            return
        if self._hopeless(place, parcels, taken) or self._known(place, parcels, taken, friends):
            return
        if self.allowed[place] and friends >> place & 1:
            after = apply(parcels, self.coupons[place].terms, self.fits[place])
            if after is not parcels:
                self._walk(place + 1, after, (*taken, place), friends & self.friends[place])
        self._walk(place + 1, parcels, taken, friends)

    def _finish(self, place: int, parcels: Parcels) -> Parcels:
        """What stands when nothing more is taken from here on."""
        if self.tier and place < self.first_after_tier:
            return after_tier(parcels, self.goods, self.wish.tier_pays)
        return parcels

    def _arrive(self, parcels: Parcels, taken: tuple[int, ...]) -> None:
        due, spent = self._due(total(parcels))
        expiries = tuple(sorted(self.expiries[place] for place in taken))
        key = (due, len(taken), expiries, not self.tier, bool(spent))
        if self.best is None or key < self.best[0]:
            self.best = key, Choice(tuple(self.coupons[place].id for place in taken), self.tier, spent, due)

    def _due(self, left: int) -> tuple[int, int]:
        left = max(0, left - self.wish.manual_off)
        off, spent = deduction(left, self.wish.points if self.points else 0, self.wish.points_rule)
        return rounded(left - off, self.wish.rounding), spent

    def _hopeless(self, place: int, parcels: Parcels, taken: tuple[int, ...]) -> bool:
        """Whether nothing from here on can beat the best: each remaining coupon would have to take off more than it ever can."""
        if self.best is None:
            return False
        least = max(0, total(parcels) * self.rates[place] // _WHOLE - self.fixed[place])
        return (self._due(least)[0], len(taken)) > self.best[0][:2]

    def _known(self, place: int, parcels: Parcels, taken: tuple[int, ...], friends: int) -> bool:
        """Whether the same cart, with the same coupons still possible, was reached with no more and no later expiring ones."""
        state = (place, friends >> place, parcels)
        mine = (len(taken), tuple(sorted(self.expiries[one] for one in taken)))
        earlier = self.seen.get(state)
        if earlier is not None and earlier <= mine:
            return True
        self.seen[state] = mine
        return False

    def _bounds(self) -> tuple[list[int], list[int]]:
        """By place: the least rate and the most fen that all coupons from there on can come to; one a group, a fen each for rounding."""
        rates, fixed = [_WHOLE], [0]
        by_group: dict[str, int] = {}
        best_rate: dict[str, int] = {}
        for place in range(len(self.coupons) - 1, -1, -1):
            terms, fits = self.coupons[place].terms, self.fits[place]
            if self.allowed[place]:
                if terms.kind is Kind.PERCENTAGE and terms.cap is None and all(fits):
                    best_rate[terms.group] = min(best_rate.get(terms.group, 1000), terms.pays)
                else:
                    by_group[terms.group] = max(by_group.get(terms.group, 0), self._most(terms, fits))
            rate = _WHOLE
            for each in best_rate.values():
                rate = rate * each // 1000
            if self.tier and place < self.first_after_tier:
                rate = rate * self.wish.tier_pays // 1000
            rates.append(rate)
            fixed.append(sum(by_group.values()) + len(self.coupons) + 1)
        rates.reverse()
        fixed.reverse()
        return rates, fixed

    def _most(self, terms: Terms, fits: Fits) -> int:
        """The most that a coupon could ever take off this cart."""
        base = base_of(self.start, fits)
        if base < terms.threshold or not base:
            return 0
        if terms.kind in (Kind.TRIAL_PRICE, Kind.FREE_ITEM):
            return max(-(-each.amount // each.pieces) for each in self.start if fits[each.line]) - terms.value
        if terms.kind is Kind.PERCENTAGE:
            return min(rate_off(base, terms.pays) + 1, base if terms.cap is None else terms.cap)
        return min(terms.value, base)
