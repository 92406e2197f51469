"""The price of a cart by trying every combination of coupons, from domain.md alone: lists of pieces and fractions, no shortcuts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain, combinations

KINDS = ("trial_price", "free_item", "percentage", "threshold_off", "cash")


@dataclass
class Line:
    """A line: price of a piece in fen, pieces, the lower price for members, what may lower it.

    With `grams` it is weighed and both prices are for 500 g; `extra` is what its choices cost on top; `by_hand` is the price of a piece
    that somebody set instead.
    """

    product: int
    category: int
    price: int
    pieces: int
    member_price: int | None = None
    takes_tier: bool = True
    takes_coupons: bool = True
    grams: int | None = None
    extra: int = 0
    by_hand: int | None = None

    def piece(self, price: int) -> int:
        """What a piece costs at one of the two prices."""
        weighed = price if self.grams is None else _half_up(Fraction(price * self.grams, 500))
        return max(0, weighed + self.extra)

    @property
    def costs(self) -> int:
        """What a member pays for a piece before any discount."""
        if self.by_hand is not None:
            return self.by_hand
        prices = [self.price] if self.member_price is None else [self.price, self.member_price]
        return min(self.piece(price) for price in prices)


@dataclass
class Coupon:
    """A coupon; `friends` are the groups it consents to (None: all)."""

    id: int
    kind: str
    expires: float
    value: int = 0
    pays: int = 1000
    cap: int | None = None
    threshold: int = 0
    products: set[int] = field(default_factory=set)
    categories: set[int] = field(default_factory=set)
    group: str = ""
    exclusive: bool = False
    friends: set[str] | None = None
    with_tier: bool = True
    with_points: bool = True


@dataclass
class Pile:
    """Pieces of a line that stand alike, and whether a coupon on one piece took them."""

    line: int
    pieces: int
    fen: int
    taken: bool = False


@dataclass(frozen=True)
class PointsPay:
    """`per_yuan` points are ¥1; at least `least` are spent at once, and they pay at most half."""

    per_yuan: int = 100
    least: int = 100

    def some(self, points: int) -> Callable[[int], tuple[int, int]]:
        """For what is left the fen that `points` at most pay, and how many of them that takes."""

        def pay(left: int) -> tuple[int, int]:
            off = min(self._worth(points), left // 2)
            fewest = -int(-Fraction(off * self.per_yuan, 100) // 1)
            enough = points >= self.least and (fewest >= self.least or off >= self._worth(self.least))
            return (off, max(fewest, self.least)) if off and enough else (0, 0)

        return pay

    def _worth(self, points: int) -> int:
        return int(Fraction(points * 100, self.per_yuan))


ONE_FEN_EACH = PointsPay()


@dataclass(frozen=True)
class Answer:
    """Least due, with its tie-breakers: coupons used (ids), expiries, whether the tier's discount was taken, points spent."""

    due: int
    coupons: frozenset[int]
    expiries: tuple[float, ...]
    tier: bool
    points: int


def best(
    lines: list[Line],
    coupons: list[Coupon],
    *,
    tier_pays: int = 1000,
    points: int = 0,
    rounding: int = 0,
    paying: PointsPay = ONE_FEN_EACH,
) -> Answer:
    """Try everything; the least due wins, then fewer coupons, then earlier expiry, then the tier kept, then no points."""
    answers = []
    for some in chain.from_iterable(combinations(coupons, count) for count in range(len(coupons) + 1)):
        if not all(_together(one, other) for one, other in combinations(some, 2)):
            continue
        for tier in (True, False) if tier_pays < 1000 else (False,):
            for spend in (True, False) if points else (False,):
                if (tier and not all(each.with_tier for each in some)) or (
                    spend and not all(each.with_points for each in some)
                ):
                    continue
                answer = _price(lines, list(some), tier_pays if tier else None, paying.some(points * spend), rounding)
                if answer is not None:
                    answers.append(answer)
    return min(answers, key=lambda a: (a.due, len(a.coupons), a.expiries, not a.tier, a.points > 0))


def _together(one: Coupon, other: Coupon) -> bool:
    if one.exclusive or other.exclusive or one.group == other.group:
        return False
    return (one.friends is None or other.group in one.friends) and (other.friends is None or one.group in other.friends)


def settle(lines: list[Line], some: list[Coupon], tier_pays: int | None, points: int) -> tuple[list[int], list[int]]:
    """What each line is sold for with these coupons, and how much of it points pay (`points` at most, a fen each; 100 at least)."""
    piles = _reduced(lines, some, tier_pays)
    assert piles is not None, "one of these coupons does nothing"
    before = [sum(pile.fen for pile in piles if pile.line == place) for place in range(len(lines))]
    _take(piles, ONE_FEN_EACH.some(points)(sum(before))[0])
    after = [sum(pile.fen for pile in piles if pile.line == place) for place in range(len(lines))]
    return after, [one - other for one, other in zip(before, after, strict=True)]


def _price(
    lines: list[Line], some: list[Coupon], tier_pays: int | None, pay: Callable[[int], tuple[int, int]], rounding: int
) -> Answer | None:
    """The answer for one combination; None when one of its coupons would do nothing."""
    piles = _reduced(lines, some, tier_pays)
    if piles is None:
        return None
    left = sum(pile.fen for pile in piles)
    off, spent = pay(left)
    due = left - off
    due -= due % rounding if rounding else 0
    expiries = tuple(sorted(coupon.expires for coupon in some))
    return Answer(due, frozenset(coupon.id for coupon in some), expiries, tier_pays is not None, spent)


def _reduced(lines: list[Line], some: list[Coupon], tier_pays: int | None) -> list[Pile] | None:
    """The pieces after coupons and tier; None when one of the coupons would do nothing."""
    piles = [Pile(place, line.pieces, line.pieces * line.costs) for place, line in enumerate(lines)]
    queue = sorted(some, key=_turn)
    trials = [coupon for coupon in queue if coupon.kind == "trial_price"]
    rest = [coupon for coupon in queue if coupon.kind != "trial_price"]
    if not all(_use(coupon, lines, piles) for coupon in trials):
        return None
    if tier_pays is not None:
        meant = [pile for pile in piles if lines[pile.line].takes_tier and lines[pile.line].by_hand is None]
        _take(meant, _half_up(Fraction(sum(pile.fen for pile in meant) * (1000 - tier_pays), 1000)))
    return piles if all(_use(coupon, lines, piles) for coupon in rest) else None


def _turn(coupon: Coupon) -> tuple[object, ...]:
    """Item coupons, percentage, threshold-off, cash; then the higher threshold, the larger value, and what they hold for."""
    size = (-coupon.threshold, coupon.pays, -coupon.value, -1 if coupon.cap is None else coupon.cap)
    return (
        KINDS.index(coupon.kind),
        *size,
        sorted(coupon.products),
        sorted(coupon.categories),
        coupon.expires,
        coupon.id,
    )


def _use(coupon: Coupon, lines: list[Line], piles: list[Pile]) -> bool:
    meant = [pile for pile in piles if _holds(coupon, lines[pile.line])]
    base = sum(pile.fen for pile in meant)
    if base < coupon.threshold:
        return False
    if coupon.kind in ("trial_price", "free_item"):
        return _use_on_a_piece(coupon, meant, piles)
    off = coupon.value
    if coupon.kind == "percentage":
        off = _half_up(Fraction(base * (1000 - coupon.pays), 1000))
        off = off if coupon.cap is None else min(off, coupon.cap)
    return _take(meant, min(off, base))


def _holds(coupon: Coupon, line: Line) -> bool:
    everything = not coupon.products and not coupon.categories
    return line.takes_coupons and (everything or line.product in coupon.products or line.category in coupon.categories)


def _use_on_a_piece(coupon: Coupon, meant: list[Pile], piles: list[Pile]) -> bool:
    free = [pile for pile in meant if not pile.taken]
    if not free:
        return False
    dearest = max(free, key=_piece)
    fen = int(_piece(dearest))
    if fen <= coupon.value:
        return False
    dearest.pieces -= 1
    dearest.fen -= fen
    place = next(place for place, pile in enumerate(piles) if pile is dearest)
    piles.insert(place + 1, Pile(dearest.line, 1, coupon.value, taken=True))
    if not dearest.pieces:
        del piles[place]
    return True


def _piece(pile: Pile) -> Fraction:
    return Fraction(-(-pile.fen // pile.pieces))


def _take(piles: list[Pile], off: int) -> bool:
    """Spread `off` fen by what stands, whole fen to the largest remainders, the earlier first."""
    whole = sum(pile.fen for pile in piles)
    if off <= 0 or whole <= 0:
        return False
    exact = [Fraction(off * pile.fen, whole) for pile in piles]
    shares = [part.numerator // part.denominator for part in exact]
    order = sorted(range(len(piles)), key=lambda place: (-(exact[place] - shares[place]), place))
    for place in order[: off - sum(shares)]:
        shares[place] += 1
    for pile, share in zip(piles, shares, strict=True):
        pile.fen -= share
    return True


def _half_up(exact: Fraction) -> int:
    return int(exact + Fraction(1, 2))
