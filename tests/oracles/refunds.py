"""What goes back of an order, from domain.md alone, with fractions: lines, tenders, lots and points that remember what they still hold."""

from dataclasses import dataclass, field
from fractions import Fraction


@dataclass
class Line:
    """What was paid for some pieces, how many times their points count (hundredths), and the fen of them that points paid."""

    pieces: int
    paid: int
    times: int = 100
    by_points: int = 0

    def __post_init__(self) -> None:
        self.all_pieces, self.all_paid = self.pieces, self.paid
        self._sold_for, self._sold, self._returned = self.paid, self.pieces, 0

    def give(self, pieces: int) -> int:
        """Take pieces back: the fen of all returned since the line was last repriced, less those of before."""
        price = Fraction(self._sold_for, self._sold)
        before, self._returned = _half_up(price * self._returned), self._returned + pieces
        fen = _half_up(price * self._returned) - before
        self.pieces -= pieces
        self.paid -= fen
        return fen

    def lower(self, fen: int) -> None:
        """Take money back and leave the pieces: from now on it is a line that was sold for less."""
        self.paid -= fen
        self._sold_for, self._sold, self._returned = self.paid, self.pieces, 0

    @property
    def gone(self) -> Fraction:
        """Which part of it went back."""
        if self.all_paid:
            return 1 - Fraction(self.paid, self.all_paid)
        return 1 - Fraction(self.pieces, self.all_pieces)

    @property
    def over(self) -> bool:
        """Nothing of it can go back any more."""
        return self.pieces == 0 or (self.all_paid > 0 and self.paid == 0)


@dataclass
class Order:
    """An order and everything that it still holds. `tenders`: kind and fen; `lots`: principal and bonus that the wallet gave."""

    lines: list[Line]
    tenders: list[tuple[str, int]]
    lots: list[list[int]] = field(default_factory=list)
    points_spent: int = 0
    step: int = 1000

    def __post_init__(self) -> None:
        self.held = [fen for _kind, fen in self.tenders]
        self.taken_from = [fen for lot in self.lots for fen in lot]  # principal, bonus, principal, bonus…
        self.points_back = 0
        self.earned = self.rule()
        self.growth = self.own_money()

    def bonus(self) -> int:
        """Bonus money that is still spent."""
        return sum(self.taken_from[1::2])

    def own_money(self) -> int:
        """What is still paid without it."""
        return sum(self.held) - self.bonus()

    def rule(self) -> int:
        """What the shop's rule gives for what is still paid: one point for each full step."""
        left = [line.paid for line in self.lines]
        if not sum(left):
            return 0
        own = spread(self.own_money(), left)
        return sum(fen * line.times for fen, line in zip(own, self.lines, strict=True)) // (self.step * 100)

    def refund(self, what: str, pieces: dict[int, int] | None = None, fen: int = 0) -> "Effect":
        """`whole`, `lines` (place and count), or `amount` (fen)."""
        if what == "whole":
            back = sum(line.give(line.pieces) for line in self.lines if line.pieces)
        elif what == "lines":
            back = sum(self.lines[place].give(count) for place, count in (pieces or {}).items())
        else:
            back = fen
            for line, share in zip(self.lines, spread(fen, [line.paid for line in self.lines]), strict=True):
                if share:
                    line.lower(share)
        shares = spread(back, self.held)
        self.held = [held - share for held, share in zip(self.held, shares, strict=True)]
        stored = sum(share for share, (kind, _fen) in zip(shares, self.tenders, strict=True) if kind == "wallet")
        to_lots = spread(stored, self.taken_from)
        self.taken_from = [held - share for held, share in zip(self.taken_from, to_lots, strict=True)]
        return Effect(back, shares, to_lots, *self._points(), self._grown(), self.over)

    @property
    def over(self) -> bool:
        """Whether everything went back: the money, and the free pieces too unless all that was paid for came back as pieces."""
        if any(line.paid for line in self.lines):
            return False
        as_pieces = all(line.pieces == 0 for line in self.lines if line.all_paid)
        return not as_pieces or all(line.pieces == 0 for line in self.lines)

    def _points(self) -> tuple[int, int]:
        paid_by_points = sum(line.by_points for line in self.lines)
        due = self.points_back
        if self.over:
            due = self.points_spent
        elif paid_by_points:
            gone = sum((line.gone * line.by_points for line in self.lines), Fraction(0))
            due = int(self.points_spent * gone / paid_by_points)
        returned, self.points_back = due - self.points_back, due
        still = min(self.earned, self.rule())
        taken, self.earned = self.earned - still, still
        return returned, taken

    def _grown(self) -> int:
        still = min(self.growth, self.own_money())
        taken, self.growth = self.growth - still, still
        return taken


@dataclass(frozen=True)
class Effect:
    """Money back, by tender, by lot (principal, bonus…), points returned and taken back, growth taken back, whether it is over."""

    money: int
    tenders: list[int]
    lots: list[int]
    points_returned: int
    points_taken_back: int
    growth: int
    over: bool


def spread(fen: int, weights: list[int]) -> list[int]:
    """Whole fen in proportion; what is missing goes to the largest remainders, the earlier first."""
    whole = sum(weights)
    if not fen:
        return [0] * len(weights)
    exact = [Fraction(fen * weight, whole) for weight in weights]
    parts = [part.numerator // part.denominator for part in exact]
    for place in sorted(range(len(parts)), key=lambda each: (parts[each] - exact[each], each))[: fen - sum(parts)]:
        parts[place] += 1
    return parts


def _half_up(exact: Fraction) -> int:
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
