"""What a purchase earns (domain.md, *Points*). Amounts in fen, multipliers in hundredths (100 is single).

Points are the rule applied to the *weighted* amount: what was really paid for each line times its multipliers. They are rounded down
once per order, so that a double on half the cart is worth what one would reckon by hand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

Way = Literal["steps", "proportional"]
SINGLE = 100


@dataclass(frozen=True)
class Rate:
    """The shop's rule: `per_step` points for each full `step` fen; `proportional` counts every fen at the same rate."""

    step: int = 1000
    per_step: int = 1
    way: Way = "steps"


@dataclass(frozen=True)
class Multiplier:
    """A rule that multiplies what some purchases earn; empty sets mean "all", days are the shop's, both ends included."""

    multiplier: int
    products: frozenset[int] = frozenset()
    categories: frozenset[int] = frozenset()
    tiers: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    starts_on: date | None = None
    ends_on: date | None = None
    birthday: str = ""  # "", "day", "week", "month"

    def covers(self, product_id: int, category_id: int | None) -> bool:
        """Whether a line of this product gains by it."""
        if not self.products and not self.categories:
            return True
        return product_id in self.products or category_id in self.categories

    def holds(self, day: date, tier_id: int | None, birthday: date | None) -> bool:
        """Whether it counts on `day` for a member of that tier; `birthday` is the one nearest to the day."""
        if self.tiers and tier_id not in self.tiers:
            return False
        if self.weekdays and day.weekday() not in self.weekdays:
            return False
        if (self.starts_on and day < self.starts_on) or (self.ends_on and day > self.ends_on):
            return False
        return not self.birthday or (birthday is not None and _near(self.birthday, day, birthday))


def multiplier_of(
    product_id: int, category_id: int | None, multipliers: Iterable[Multiplier], *, tier: int = SINGLE, most: int = 500
) -> int:
    """The multiplier of a line: the tier's and all that cover it multiply, up to `most`; rounded down to hundredths once, at the end."""
    product, scale = tier, 1
    for each in multipliers:
        if each.covers(product_id, category_id):
            product, scale = product * each.multiplier, scale * SINGLE
    return min(product // scale, most)


def points_for(paid: int, *, step: int, per_step: int, way: Way) -> int:
    """Whole points for `paid` fen at single rate, rounded down once per order."""
    return points_of([paid], [SINGLE], Rate(step, per_step, way))


def points_of(paid: Sequence[int], multipliers: Sequence[int], rate: Rate) -> int:
    """Whole points for what was `paid` for each line, times its multiplier."""
    weighted = sum(max(0, fen) * each for fen, each in zip(paid, multipliers, strict=True))
    if rate.way == "proportional":
        return weighted * rate.per_step // (rate.step * SINGLE)
    return weighted // (rate.step * SINGLE) * rate.per_step


def _near(span: str, day: date, birthday: date) -> bool:
    if span == "month":
        return (day.year, day.month) == (birthday.year, birthday.month)
    if span == "week":
        return day.isocalendar()[:2] == birthday.isocalendar()[:2]
    return day == birthday
