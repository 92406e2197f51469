"""The best legal combination of a member's coupons: the one that leaves least to pay (domain.md, *Coupons*, *Price of a cart*).

Coupons take effect in a fixed order, so a combination is a path from one coupon to the next along that order, and all paths are
walked, depth first. Three things keep the walk short and lose nothing:

- Copies of a coupon never combine: of those alike only the first to expire is looked at.
- No line ever stands higher after a reduction. So what a coupon would take off now is the most that it will take off anywhere further
  on this path, and one that would take off nothing (its threshold is no longer reached) is dropped for good.
- Coupons are sorted into sets of rivals, of which no two combine. Whatever follows takes off at most the sum of the best of each set;
  a path that cannot beat the best that was found, even so, is left.

`MOST_STEPS` is the last guard of the time: past it the best that was found so far stands, and `exhaustive` says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from services.checkout.rules.pricing.choices import (
    Candidate,
    Choice,
    PointsRule,
    Wish,
    after_tier,
    deduction,
    fits_of,
    in_order,
    rounded,
    start,
)
from services.checkout.rules.pricing.parcels import Fits, Goods, Parcels, apply, base_of, dearest_piece, rate_off, total
from services.coupons.rules import ON_A_PIECE, Kind, Terms, combine

MOST_STEPS = 600  # some 45 ms of a busy core; of 10,000 realistic wallets of thirty a handful need more
_Key = tuple[int, int, tuple[datetime, ...], bool, bool]
_Moves = list[tuple[int, int]]  # places of coupons that may follow, and the most that each can take off


def best_combination(goods: Sequence[Goods], candidates: Sequence[Candidate], wish: Wish) -> Choice:
    """Least due; ties: fewer coupons, then earlier expiry, then the tier's discount kept, then no points."""
    search = _Search(goods, candidates, wish)
    for points in (True, False) if wish.points else (False,):
        for tier in (True, False) if wish.tier_pays < 1000 else (False,):
            search.run(tier=tier, points=points)
    return search.choice()


class _Search:
    """One walk over the combinations, for each way of taking the tier's discount and points."""

    def __init__(self, goods: Sequence[Goods], candidates: Sequence[Candidate], wish: Wish) -> None:
        self.goods, self.wish = goods, wish
        self.coupons = _distinct(in_order(candidates))
        self.fits = [tuple(fits_of(goods, each.terms)) for each in self.coupons]
        self.friends = [
            {place for place, other in enumerate(self.coupons) if place > own and combine(each.terms, other.terms)}
            for own, each in enumerate(self.coupons)
        ]
        self.rivals = _rivals(self.friends)
        self.rated = [self._is_rated(number) for number in range(len(self.coupons))]
        # Points below the least number pay nothing, so a little less left may be more due; without that number less left is never more.
        self.lenient = replace(wish.points_rule, least=0)
        self.best: tuple[_Key, Choice] | None = None
        self.steps = 0

    def run(self, *, tier: bool, points: bool) -> None:
        """Walk all combinations that go with this way; coupons that do not combine with it are left out."""
        self.tier, self.points = tier, points
        self.seen: dict[tuple[Parcels, bool, tuple[int, ...]], tuple[int, tuple[datetime, ...]]] = {}
        fitting = [
            place
            for place, each in enumerate(self.coupons)
            if (each.terms.with_tier or not tier) and (each.terms.with_points or not points)
        ]
        self._walk(start(self.goods), (), fitting, before_tier=tier)

    def choice(self) -> Choice:
        """The best that was found."""
        assert self.best is not None, "no coupon at all is a combination too"
        found = self.best[1]
        return Choice(found.coupons, found.tier, found.points, found.due, exhaustive=self.steps <= MOST_STEPS)

    def _walk(self, parcels: Parcels, taken: tuple[int, ...], following: Sequence[int], *, before_tier: bool) -> None:
        """All paths that go on from here: `taken` led to `parcels`, `following` combine with them and come later."""
        self.steps += 1
        after = after_tier(parcels, self.goods, self.wish.tier_pays) if before_tier else parcels
        self._arrive(after, taken)
        if self.steps > MOST_STEPS:
            return
        moves = self._moves(parcels, following)
        places = tuple(place for place, _ in moves)
        if not moves or self._known(parcels, taken, places, before_tier):
            return
        for nth, least in enumerate(self._least(total(after), parcels, moves)):
            if self._hopeless(least, total(after), len(taken), moves[nth:]):
                return
            place = places[nth]
            early = before_tier and self.coupons[place].terms.kind is Kind.TRIAL_PRICE
            here = parcels if early else after
            then = apply(here, self.coupons[place].terms, self.fits[place])
            if then is not here:
                further = [each for each in places[nth + 1 :] if each in self.friends[place]]
                self._walk(then, (*taken, place), further, before_tier=early)

    def _moves(self, parcels: Parcels, following: Sequence[int]) -> _Moves:
        """Which of `following` take something off, and at most how much: whatever else goes first only makes it less."""
        bases: dict[Fits, int] = {}
        moves = []
        for place in following:
            fits = self.fits[place]
            if fits not in bases:
                bases[fits] = base_of(parcels, fits)
            most = self._most(place, bases[fits], parcels)
            if most > 0:
                moves.append((place, most))
        return moves

    def _most(self, place: int, base: int, parcels: Parcels) -> int:
        """What a coupon takes off parcels that stand at `base` together."""
        terms = self.coupons[place].terms
        if base < terms.threshold or not base:
            return 0
        if terms.kind in ON_A_PIECE:
            fits = self.fits[place]
            return (
                max((dearest_piece(each) for each in parcels if each.open and fits[each.line]), default=0) - terms.value
            )
        off = rate_off(base, terms.pays) if terms.kind is Kind.PERCENTAGE else terms.value
        return min(off, base if terms.cap is None else terms.cap)

    def _least(self, left: int, parcels: Parcels, moves: _Moves) -> list[int]:
        """For each move what is left at least if the next coupon is that or a later one: the best of each set of rivals take off all
        they can. Of several rates on the same lines each counts on what the former leaves (a fen for their order).
        """
        most: dict[int, int] = {}
        rates: dict[Fits, dict[int, int]] = {}
        off_by_rates, found = 0, []
        for place, off in reversed(moves):
            rivals = self.rivals[place]
            if self.rated[rivals]:
                fits = self.fits[place]
                pays = rates.setdefault(fits, {})
                pays[rivals] = min(self.coupons[place].terms.pays, pays.get(rivals, 1000))
                off_by_rates = sum(_off(base_of(parcels, fits), each.values()) for fits, each in rates.items())
            elif off > most.get(rivals, 0):
                left -= off - most.get(rivals, 0)
                most[rivals] = off
            found.append(max(0, left - off_by_rates))
        found.reverse()
        return found

    def _hopeless(self, least: int, left: int, taken: int, moves: _Moves) -> bool:
        """Whether nothing from here on can beat the best: `least` is too much already, or takes more coupons to reach."""
        assert self.best is not None
        due, used = self._due(least, self.lenient)[0], 0
        if due != self.best[0][0]:
            return due > self.best[0][0]
        most: dict[int, int] = {}
        for place, off in moves:
            most[self.rivals[place]] = max(off, most.get(self.rivals[place], 0))
        for off in sorted(most.values(), reverse=True):
            if self._due(max(0, left), self.lenient)[0] <= due:
                break
            left, used = left - off, used + 1
        return taken + used > self.best[0][1]

    def _is_rated(self, number: int) -> bool:
        """Whether a set of rivals consists of rates on the same lines."""
        own = [place for place, rivals in enumerate(self.rivals) if rivals == number]
        rates = all(
            self.coupons[each].terms.kind is Kind.PERCENTAGE and self.coupons[each].terms.cap is None for each in own
        )
        return rates and len({self.fits[each] for each in own}) == 1

    def _arrive(self, parcels: Parcels, taken: tuple[int, ...]) -> None:
        due, spent = self._due(total(parcels), self.wish.points_rule)
        if self.best is not None and due > self.best[0][0]:
            return
        expiries = tuple(sorted(self.coupons[place].until for place in taken))
        key = (due, len(taken), expiries, not self.tier, bool(spent))
        if self.best is None or key < self.best[0]:
            self.best = key, Choice(tuple(self.coupons[place].id for place in taken), self.tier, spent, due)

    def _due(self, left: int, rule: PointsRule) -> tuple[int, int]:
        left = max(0, left - self.wish.manual_off)
        off, spent = deduction(left, self.wish.points if self.points else 0, rule)
        return rounded(left - off, self.wish.rounding), spent

    def _known(self, parcels: Parcels, taken: tuple[int, ...], places: tuple[int, ...], before_tier: bool) -> bool:
        """Whether the same cart, with the same coupons still possible, was reached with no more and no later expiring ones."""
        state = (parcels, before_tier, places)
        mine = (len(taken), tuple(sorted(self.coupons[one].until for one in taken)))
        earlier = self.seen.get(state)
        if earlier is not None and earlier <= mine:
            return True
        self.seen[state] = mine
        return False


def _distinct(ordered: Sequence[Candidate]) -> list[Candidate]:
    """Of coupons with the same terms the first to expire."""
    first: dict[Terms, Candidate] = {}
    for each in ordered:
        first.setdefault(each.terms, each)
    return list(first.values())


def _off(base: int, rates: Iterable[int]) -> int:
    """The most that rates take off the same base, one after the other in any order."""
    left, slack = base, -1
    for pays in rates:
        left, slack = left - rate_off(left, pays), slack + 1
    return min(base, base - left + slack)


def _rivals(friends: Sequence[set[int]]) -> list[int]:
    """For each coupon the number of its set of rivals: no two of a set combine."""
    sets: list[list[int]] = []
    numbers = []
    for place in range(len(friends)):
        number = next(
            (n for n, members in enumerate(sets) if not any(place in friends[each] for each in members)), len(sets)
        )
        if number == len(sets):
            sets.append([])
        sets[number].append(place)
        numbers.append(number)
    return numbers
