"""What a sale and its refunds do, by domain.md alone (*Orders and refunds*, *Points*, *Stored value*). Nothing here knows the product."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from tests.oracles.members import SHOP, Held, Member, PointsLot, require, spread

LEAST_LIFE = timedelta(days=7)


@dataclass
class Line:
    """A line as it was sold; `backs` are the pieces and fen of each refund (no pieces: by amount)."""

    pieces: int
    fen: int
    by_points: int = 0
    backs: list[tuple[int, int]] = field(default_factory=list)

    @property
    def left(self) -> int:
        """What is still paid."""
        return self.fen - sum(fen for _, fen in self.backs)

    @property
    def pieces_left(self) -> int:
        """What the customer still has."""
        return self.pieces - sum(pieces for pieces, _ in self.backs)

    @property
    def settled(self) -> bool:
        """Whether nothing more can go back."""
        return self.pieces_left == 0 or (self.fen > 0 and self.left == 0)

    @property
    def gone(self) -> Fraction:
        """Which part went back."""
        if self.fen:
            return Fraction(self.fen - self.left, self.fen)
        return Fraction(self.pieces - self.pieces_left, self.pieces)

    def worth(self, pieces: int) -> int:
        """What further pieces are worth: all pieces so far together, rounded once, less what went back for them.

        A refund by amount begins the count anew, with what is left then.
        """
        since = max((place + 1 for place, (count, _) in enumerate(self.backs) if not count), default=0)
        before, now = self.backs[:since], self.backs[since:]
        fen = self.fen - sum(fen for _, fen in before)
        whole = self.pieces - sum(count for count, _ in before)
        gone = sum(count for count, _ in now)
        return half_up(Fraction(fen * (gone + pieces), whole)) - half_up(Fraction(fen * gone, whole))


@dataclass
class Tender:
    """A way of paying and what it still holds."""

    kind: str
    fen: int
    left: int


@dataclass
class Order:
    """A sale of a member (or a walk-in's, None)."""

    number: int
    member: int | None
    at: datetime
    lines: list[Line]
    tenders: list[Tender]
    rate: int = 100  # the tier's multiplier for points
    earned: int = 0
    points: int = 0
    points_back: int = 0
    lots: list[tuple[PointsLot, int]] = field(default_factory=list)
    wallet: dict[int, list[int]] = field(default_factory=dict)
    coupons: list[Held] = field(default_factory=list)
    growth: int = 0
    refunds: int = 0
    payer: int | None = None  # whose stored value paid, where a household shared it
    earner: int | None = None  # whose points it moved, where a household shared them

    @property
    def left(self) -> int:
        """What is still paid."""
        return sum(line.left for line in self.lines)

    @property
    def done(self) -> bool:
        """Whether everything went back: the money, and the free pieces too unless all that was paid for came back as pieces."""
        if self.left:
            return False
        as_pieces = all(line.pieces_left == 0 for line in self.lines if line.fen)
        return not as_pieces or all(line.pieces_left == 0 for line in self.lines)

    @property
    def bonus(self) -> int:
        """The bonus money that still pays a part of it."""
        return sum(bonus for _, bonus in self.wallet.values())

    @property
    def state(self) -> str:
        """In a word."""
        return "refunded" if self.done and self.refunds else "part_refunded" if self.refunds else "paid"

    def earns(self) -> int:
        """A point for each full ¥10 of one's own money, times the multiplier."""
        return (self.left - self.bonus) * self.rate // 100_000 if self.left else 0


def half_up(exact: Fraction) -> int:
    """Whole fen, halves up."""
    return int(exact + Fraction(1, 2))


def whole(order: Order, now: datetime, *, same_day: bool) -> list[tuple[int, int, int]]:
    """Everything that is left; a void on the day of sale only, and only where nothing went back."""
    if same_day:
        require(not order.refunds and order.at.astimezone(SHOP).date() == now.astimezone(SHOP).date())
    return [(place, line.pieces_left, line.left) for place, line in enumerate(order.lines) if line.pieces_left]


def pieces(order: Order, place: int, count: int) -> list[tuple[int, int, int]]:
    """Pieces of a line."""
    require(place < len(order.lines) and 0 < count <= order.lines[place].pieces_left)
    return [(place, count, order.lines[place].worth(count))]


def amount(order: Order, fen: int) -> list[tuple[int, int, int]]:
    """So much, from each line by what is still paid for it."""
    require(0 < fen <= order.left)
    parts = spread(fen, [line.left for line in order.lines])
    return [(place, 0, part) for place, part in enumerate(parts) if part]


def refund(
    order: Order,
    owner: Member | None,
    backs: list[tuple[int, int, int]],
    *,
    number: int,
    now: datetime,
    level_from: int,
    payer: Member | None = None,
    earner: Member | None = None,
) -> dict[str, int]:
    """Take these parts of lines back, with all that follows; what went back by kind of tender. `number` is for the next lots, `payer` and
    `earner` are whose stored value and points it was, where that is not the owner."""
    fen = sum(back for _, _, back in backs)
    for place, count, back in backs:
        order.lines[place].backs.append((count, back))
    order.refunds += 1
    given = _to_tenders(order, payer or owner, fen)
    if owner is not None:
        _points(order, earner or owner, number, now)
        growth = min(order.growth, order.left - order.bonus)
        owner.grow(growth - order.growth, order.number, now, level_from)
        order.growth = growth
    if order.done:
        for coupon in order.coupons:
            if coupon.expires is None or coupon.expires > now:
                coupon.state, coupon.order, coupon.used_at = "issued", None, None
    return given


def _to_tenders(order: Order, owner: Member | None, fen: int) -> dict[str, int]:
    """To each by what it still holds; the wallet's part to its lots by what each still lacks."""
    parts = spread(fen, [tender.left for tender in order.tenders])
    given: dict[str, int] = {}
    for tender, part in zip(order.tenders, parts, strict=True):
        tender.left -= part
        given[tender.kind] = given.get(tender.kind, 0) + part
        if tender.kind == "wallet" and part:
            assert owner is not None
            shares = spread(part, [each for both in order.wallet.values() for each in both])
            for place, (lot, both) in enumerate(order.wallet.items()):
                principal, bonus = shares[2 * place : 2 * place + 2]
                order.wallet[lot] = [both[0] - principal, both[1] - bonus]
                owner.change(lot, principal, bonus)
    return given


def _points(order: Order, owner: Member, number: int, now: datetime) -> None:
    """Spent points come back first, as lots with their old end; then what is no longer earned is taken."""
    paid = sum(line.by_points for line in order.lines)
    back = order.points_back
    if order.done:
        back = order.points
    elif paid:
        part = sum((line.by_points * line.gone for line in order.lines), Fraction(0)) / paid
        back = max(back, int(order.points * part))
    if back > order.points_back:
        _return(order, owner, back - order.points_back, number, now)
    order.points_back = back
    earned = min(order.earned, order.earns())
    if earned < order.earned:
        owner.take_points(order.earned - earned, order.number)
    order.earned = earned


def _return(order: Order, owner: Member, points: int, number: int, now: datetime) -> None:
    keep = max(0, points - max(0, -owner.points))
    owner.points += points
    skip = order.points_back
    for lot, part in sorted(order.lots, key=lambda each: (each[0].expires, each[0].number), reverse=True):
        before = min(skip, part)
        skip -= before
        share = min(part - before, points)
        points -= share
        if share:
            expires = max(lot.expires, now + LEAST_LIFE)
            owner.lots.append(PointsLot(number, min(share, keep), expires, order.number, True))
            keep -= min(share, keep)
            number += 1
