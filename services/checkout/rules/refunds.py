"""What goes back of an order, and what follows from it (domain.md, *Orders and refunds*). Pure: fen and whole points.

A refund is planned from the order as it was sold and from everything that went back before, so that any sequence of part refunds ends
exactly where a whole one does, per line, per tender, per lot, and in points.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from services.checkout.errors import AlreadyRefunded
from services.checkout.rules.tenders import CASH, WALLET
from services.loyalty.rules import Rate, points_of
from services.shared import money
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.wallet import rules as wallet
from services.wallet.rules import Part

Way = Literal["whole", "lines", "amount", "void"]


@dataclass(frozen=True)
class Back:
    """What of a line went back at once: pieces and fen; no pieces in a refund by amount."""

    pieces: int
    fen: int


@dataclass(frozen=True)
class SoldLine:
    """A line as it was sold: what was paid for it, what its points are multiplied with, how much of it points paid; what went back."""

    position: int
    quantity: int
    amount: int
    multiplier: int = 100
    by_points: int = 0
    backs: tuple[Back, ...] = ()

    @property
    def left(self) -> int:
        """What is still paid for it."""
        return self.amount - sum(back.fen for back in self.backs)

    @property
    def pieces_left(self) -> int:
        """Pieces that the customer still has."""
        return self.quantity - sum(back.pieces for back in self.backs)

    @property
    def is_settled(self) -> bool:
        """Whether nothing of it can go back any more: all its pieces did, or all its money."""
        return not self.pieces_left or (self.amount > 0 and not self.left)

    @property
    def gone(self) -> Fraction:
        """Which part of it went back."""
        if self.amount:
            return Fraction(self.amount - self.left, self.amount)
        return Fraction(self.quantity - self.pieces_left, self.quantity)

    def worth(self, pieces: int) -> int:
        """What `pieces` more of it are worth.

        Rounded on the sum of all pieces so far, so that their order and grouping do not matter. After a refund by amount the rest
        counts as if it had been sold for what was left.
        """
        amount, quantity, gone = self.amount, self.quantity, 0
        for back in self.backs:
            if back.pieces:
                gone += back.pieces
            else:
                amount, quantity, gone = amount - money.portion(amount, gone, quantity) - back.fen, quantity - gone, 0
        return money.portion(amount, gone + pieces, quantity) - money.portion(amount, gone, quantity)

    def after(self, back: Back) -> "SoldLine":
        """The line once `back` went back too."""
        return replace(self, backs=(*self.backs, back))


@dataclass(frozen=True)
class PaidBy:
    """A tender: its kind, amount, what of it went back; `bonus` is the given part of a wallet's that is still spent."""

    kind: str
    amount: int
    refunded: int = 0
    bonus: int = 0

    @property
    def left(self) -> int:
        """What it still holds."""
        return self.amount - self.refunded


@dataclass(frozen=True)
class Sold:
    """An order as a refund sees it.

    `earned` are the points it still stands for, `rate` the rule it was sold under (None: it earned nothing); `points_spent` paid a part
    of it and `points_returned` came back before; `growth` (hundredths: fen of the member's own money) is what it still counts for on the
    ladder; `wallet_spent` and `wallet_returned` are what it took from which lot, and what went back there.
    """

    lines: tuple[SoldLine, ...]
    tenders: tuple[PaidBy, ...]
    earned: int = 0
    rate: Rate | None = None
    points_spent: int = 0
    points_returned: int = 0
    growth: int = 0
    coupons: tuple[int, ...] = ()
    wallet_spent: tuple[Part, ...] = ()
    wallet_returned: tuple[Part, ...] = ()

    @property
    def left(self) -> int:
        """What is still paid."""
        return sum(line.left for line in self.lines)

    @property
    def is_complete(self) -> bool:
        """Whether everything went back.

        Where the last money went back by amount, nobody said which pieces did: what was free goes with it. Where pieces did, a free one
        that stays keeps the order open, and its coupon used.
        """
        by_amount = not self.left and any(line.amount and line.pieces_left for line in self.lines)
        return by_amount or all(line.is_settled for line in self.lines)


@dataclass(frozen=True)
class Wish:
    """What is to go back: everything, named pieces (position and count), or an amount. `in_cash`: kinds given back as cash instead."""

    way: Way
    pieces: tuple[tuple[int, int], ...] = ()
    amount: int = 0
    in_cash: frozenset[str] = frozenset()


def wish_of(data: Mapping[str, Any]) -> Wish:
    """What was asked for, as the schema read it: pieces, an amount, a void, or else everything. Raises Invalid for two at once."""
    pieces, amount, void = data.get("lines"), data.get("amount"), data.get("void", False)
    in_cash = frozenset(data.get("in_cash", ()))
    if sum((pieces is not None, amount is not None, void)) > 1:
        raise Invalid({"amount": [N_("退商品、退金额、作废，只能选一样")]})
    if pieces is not None:
        return Wish("lines", tuple((each["line"], each["quantity"]) for each in pieces), in_cash=in_cash)
    if amount is not None:
        return Wish("amount", amount=amount, in_cash=in_cash)
    return Wish("void" if void else "whole", in_cash=in_cash)


@dataclass(frozen=True)
class LineBack:
    """What of the line at `position` goes back."""

    position: int
    pieces: int
    fen: int


@dataclass(frozen=True)
class TenderBack:
    """What goes back to the tender at `place` (from 0): its kind, and the kind in which it is given."""

    place: int
    origin: str
    kind: str
    amount: int
    bonus: int = 0


@dataclass(frozen=True)
class Plan:
    """Everything that a refund does. `complete`: nothing is left of the order afterwards, so `coupons` come back."""

    way: Way
    lines: tuple[LineBack, ...]
    tenders: tuple[TenderBack, ...]
    wallet: tuple[Part, ...]
    points_returned: int
    points_taken_back: int
    growth_taken_back: int
    coupons: tuple[int, ...]
    complete: bool

    @property
    def amount(self) -> int:
        """The money that goes back."""
        return sum(line.fen for line in self.lines)

    @property
    def to_wallet(self) -> int:
        """How much of it goes back to the wallet, principal and bonus."""
        return sum(part.principal + part.bonus for part in self.wallet)


def plan(sold: Sold, wish: Wish) -> Plan:
    """What `wish` does to an order. Raises AlreadyRefunded, or Invalid beside what is asked for (`amount`, `lines.0.quantity`)."""
    if sold.is_complete:
        raise AlreadyRefunded
    lines = _WAYS[wish.way](sold, wish)
    amount = sum(line.fen for line in lines)
    tenders, parts = _tenders(sold, amount, wish)
    after = _after(sold, lines)
    return Plan(
        way=wish.way,
        lines=tuple(lines),
        tenders=tenders,
        wallet=parts,
        points_returned=_returned(after) - sold.points_returned,
        points_taken_back=sold.earned - _still_earned(after, tenders),
        growth_taken_back=sold.growth - min(sold.growth, after.left - _bonus_left(after, tenders)),
        coupons=sold.coupons if after.is_complete else (),
        complete=after.is_complete,
    )


def _everything(sold: Sold, _wish: Wish) -> list[LineBack]:
    return [LineBack(each.position, each.pieces_left, each.left) for each in sold.lines if each.pieces_left]


def _pieces(sold: Sold, wish: Wish) -> list[LineBack]:
    known, errors = {line.position: line for line in sold.lines}, {}
    for place, (position, count) in enumerate(wish.pieces):
        line = known.get(position)
        if line is None or [each for each, _count in wish.pieces].count(position) > 1:
            errors[f"lines.{place}.line"] = [N_("订单里没有这一行")]
        elif not 0 < count <= line.pieces_left:
            errors[f"lines.{place}.quantity"] = [N_("没有这么多件可以退")]
    if errors:
        raise Invalid(errors)
    if not wish.pieces:
        raise Invalid({"lines": [N_("请选要退的商品")]})
    return [LineBack(position, count, known[position].worth(count)) for position, count in wish.pieces]


def _amount(sold: Sold, wish: Wish) -> list[LineBack]:
    if not 0 < wish.amount <= sold.left:
        raise Invalid({"amount": [N_("比还能退的多了") if wish.amount > 0 else N_("金额要大于 0")]})
    shares = money.split(wish.amount, [line.left for line in sold.lines])
    return [LineBack(line.position, 0, fen) for line, fen in zip(sold.lines, shares, strict=True) if fen]


_WAYS = {"whole": _everything, "void": _everything, "lines": _pieces, "amount": _amount}


def _tenders(sold: Sold, amount: int, wish: Wish) -> tuple[tuple[TenderBack, ...], tuple[Part, ...]]:
    """Each tender gets its part in proportion to what it still holds; the wallet's goes back to the lots it came from."""
    shares = money.split(amount, [tender.left for tender in sold.tenders])
    to_wallet = sum(fen for tender, fen in zip(sold.tenders, shares, strict=True) if tender.kind == WALLET)
    parts = tuple(wallet.give_back(sold.wallet_spent, sold.wallet_returned, to_wallet)) if to_wallet else ()
    backs = []
    for place, (tender, fen) in enumerate(zip(sold.tenders, shares, strict=True)):
        if fen and tender.kind == WALLET:
            backs.append(TenderBack(place, WALLET, WALLET, fen, sum(part.bonus for part in parts)))
        elif fen:
            backs.append(TenderBack(place, tender.kind, CASH if tender.kind in wish.in_cash else tender.kind, fen))
    return tuple(backs), parts


def _after(sold: Sold, backs: Sequence[LineBack]) -> Sold:
    """The order once these lines went back (its tenders as before)."""
    gone = {back.position: Back(back.pieces, back.fen) for back in backs}
    lines = (line.after(gone[line.position]) if line.position in gone else line for line in sold.lines)
    return replace(sold, lines=tuple(lines))


def _returned(after: Sold) -> int:
    """How many of the spent points are back: as much of them as of what they paid, rounded down; all with the last of it."""
    if after.is_complete:
        return after.points_spent
    paid = sum(line.by_points for line in after.lines)
    if not paid:
        return after.points_returned
    part = sum((line.by_points * line.gone for line in after.lines), Fraction(0)) / paid
    return max(after.points_returned, int(after.points_spent * part))


def _still_earned(after: Sold, tenders: Sequence[TenderBack]) -> int:
    """The shop's rule on what is still paid with money: bonus money earns nothing. Never more than before."""
    if after.rate is None:
        return 0
    return min(after.earned, points_for(after.lines, _bonus_left(after, tenders), after.rate))


def _bonus_left(after: Sold, tenders: Sequence[TenderBack]) -> int:
    """How much of what is still paid is bonus money."""
    return sum(tender.bonus for tender in after.tenders) - sum(back.bonus for back in tenders)


def points_for(lines: Sequence[SoldLine], bonus: int, rate: Rate) -> int:
    """What is still paid for `lines` earns, `bonus` fen of it being bonus money."""
    left = [line.left for line in lines]
    if not sum(left):
        return 0
    return points_of(money.split(sum(left) - bonus, left), [line.multiplier for line in lines], rate)
