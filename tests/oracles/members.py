"""What members own, by domain.md alone: points in lots, stored value in lots, growth, a level, coupons. Nothing here knows the product."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.oracles.prices import Coupon

SHOP = ZoneInfo("Asia/Shanghai")
CAP = 500_000  # fen that a named card holds at most
WAIT = timedelta(minutes=15)  # how long a parked cart holds a coupon
UNDO = timedelta(minutes=30)
LINK = timedelta(hours=72)
YEAR = timedelta(days=365)


class RefusedError(Exception):
    """The shop says no."""


def require(holds: object) -> None:
    """Refuse unless it holds."""
    if not holds:
        raise RefusedError


def spread(amount: int, weights: list[int]) -> list[int]:
    """Whole parts of `amount` in proportion to `weights`: rounded down, and one more for the largest fractions, the earlier first."""
    whole = sum(weights)
    if not whole:
        return [0 for _ in weights]
    exact = [Fraction(amount * weight, whole) for weight in weights]
    parts = [int(each) for each in exact]
    by_fraction = sorted(range(len(weights)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_fraction[: amount - sum(parts)]:
        parts[place] += 1
    return parts


@dataclass
class PointsLot:
    """Points that came together; `order` says with which sale, or (`returned`) which sale's refund returned them."""

    number: int
    left: int
    expires: datetime
    order: int | None
    returned: bool = False

    def earned_by(self, order: int | None) -> bool:
        """Whether a sale brought it."""
        return order is not None and self.order == order and not self.returned


@dataclass
class WalletLot:
    """Money that came in together: principal and bonus, and what is left of them; `way` is how it was paid (None: by hand)."""

    number: int
    principal: int
    bonus: int
    principal_left: int
    bonus_left: int
    way: str | None = None


@dataclass
class Held:
    """A coupon in somebody's hand."""

    terms: Coupon
    member: int
    template: str
    expires: datetime | None
    state: str = "issued"
    order: int | None = None
    used_at: datetime | None = None
    held_by: str | None = None
    held_until: datetime | None = None

    def usable(self, now: datetime, cart: str | None = None) -> bool:
        """Whether a sale (or the parked cart that holds it) may use it."""
        if self.expires is not None and self.expires <= now:
            return False
        if self.state == "reserved":
            assert self.held_until is not None
            return self.held_by == cart or self.held_until <= now
        return self.state == "issued"

    def free(self) -> None:
        """Nobody waits for it any more."""
        self.held_by = self.held_until = None


@dataclass
class Member:
    """Everything of one member. Growth is fen with the moment at which they came and the order that gave them."""

    points: int = 0
    lots: list[PointsLot] = field(default_factory=list)
    wallet: list[WalletLot] = field(default_factory=list)
    growth: list[tuple[datetime, int, int]] = field(default_factory=list)
    level: bool = False

    @property
    def stored(self) -> int:
        """Everything in the wallet."""
        return sum(lot.principal_left + lot.bonus_left for lot in self.wallet)

    # Points

    def add_points(self, number: int, points: int, at: datetime, order: int | None = None) -> None:
        """A new lot; a debt is repaid first."""
        debt = max(0, -self.points)
        self.points += points
        self.lots.append(PointsLot(number, max(0, points - debt), year_end(at), order))

    def usable(self, now: datetime) -> int:
        """What can be spent: not what is past its end, though nobody has written it off yet."""
        return self.points - sum(lot.left for lot in self.lots if lot.expires <= now)

    def take_points(
        self, points: int, first: int | None = None, *, after: datetime | None = None
    ) -> list[tuple[PointsLot, int]]:
        """Take points from the lots that expire first (of those that end `after`; those that `first` earned before all); what is missing
        is owed."""
        self.points -= points
        taken = []
        lots = [lot for lot in self.lots if after is None or lot.expires > after]
        for lot in sorted(lots, key=lambda lot: (not lot.earned_by(first), lot.expires, lot.number)):
            part = min(lot.left, points)
            if part:
                lot.left -= part
                points -= part
                taken.append((lot, part))
        return taken

    def expire_points(self, now: datetime) -> None:
        """What is past its end is gone."""
        for lot in self.lots:
            if lot.expires <= now:
                self.points -= lot.left
                lot.left = 0

    def adjust_points(self, number: int, points: int, now: datetime) -> None:
        """By hand; nobody is driven into debt by hand."""
        if points > 0:
            self.add_points(number, points, now)
            return
        require(self.points + points >= 0)
        self.take_points(-points)

    # Stored value

    def top_up(self, number: int, principal: int, bonus: int, way: str | None = None) -> None:
        """Money in, up to the legal limit of the card."""
        require(self.stored + principal + bonus <= CAP)
        self.wallet.append(WalletLot(number, principal, bonus, principal, bonus, way))

    def spend(self, amount: int) -> dict[int, list[int]]:
        """Take `amount` out, the oldest lot first, principal and bonus in proportion; by lot what it was."""
        require(self.stored >= amount)
        parts = {}
        for lot in self.wallet:
            part = min(amount, lot.principal_left + lot.bonus_left)
            if part:
                parts[lot.number] = spread(part, [lot.principal_left, lot.bonus_left])
                self.change(lot.number, *(-each for each in parts[lot.number]))
                amount -= part
        return parts

    def change(self, number: int, principal: int, bonus: int) -> None:
        """More or less in a lot."""
        lot = next(lot for lot in self.wallet if lot.number == number)
        lot.principal_left += principal
        lot.bonus_left += bonus
        assert 0 <= lot.principal_left <= lot.principal
        assert 0 <= lot.bonus_left <= lot.bonus

    def take_away(self, principal: int, bonus: int) -> None:
        """By hand, from the newest lots."""
        require(sum(lot.principal_left for lot in self.wallet) >= principal)
        require(sum(lot.bonus_left for lot in self.wallet) >= bonus)
        for lot in reversed(self.wallet):
            ours, given = min(principal, lot.principal_left), min(bonus, lot.bonus_left)
            self.change(lot.number, -ours, -given)
            principal, bonus = principal - ours, bonus - given

    def pay_out(self, asked: str | None) -> tuple[int, int, str]:
        """Everything goes back: the principal, the bonus that ends with it, and how. What came in different ways goes only as asked."""
        principal, bonus = sum(lot.principal_left for lot in self.wallet), sum(lot.bonus_left for lot in self.wallet)
        ways = {lot.way for lot in self.wallet if lot.principal_left}
        require(principal and (asked or len(ways) == 1))
        for lot in self.wallet:
            lot.principal_left = lot.bonus_left = 0
        return principal, bonus, asked or ways.pop() or "cash"

    # Growth

    def grow(self, amount: int, order: int, at: datetime, level_from: int) -> None:
        """More or less growth by an order; the level is reached at once and not lost by a refund."""
        if amount:
            self.growth.append((at, amount, order))
            self.level = self.level or self.grown(at) >= level_from

    def grown(self, at: datetime) -> int:
        """The growth of the twelve months: by orders that began to count in them, with all that became of these."""
        began: dict[int, datetime] = {}
        for when, _, order in self.growth:
            began[order] = min(when, began.get(order, when))
        return sum(amount for _, amount, order in self.growth if began[order] > at - YEAR)


def year_end(at: datetime) -> datetime:
    """The end of the twelfth month after, in the shop."""
    month = at.astimezone(SHOP).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    past = month.year * 12 + month.month - 1 + 13
    return month.replace(year=past // 12, month=past % 12 + 1)


def day_end(at: datetime, days: int) -> datetime:
    """The end of the `days`-th day, the day of `at` being the first."""
    midnight = at.astimezone(SHOP).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight.replace(tzinfo=None) + timedelta(days=days)).replace(tzinfo=SHOP)


def numbered(terms: Coupon, number: int, expires: datetime | None) -> Coupon:
    """A coupon of a template."""
    return replace(terms, id=number, expires=expires.timestamp() if expires else 1e12)
