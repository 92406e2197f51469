"""Who joined when, who bought what when: drawn from a seed and a number, alike however often it is asked. Pure."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

from services.shared.days import day_bounds

DAYS = 1000  # of sales, the last one yesterday
BEFORE = timedelta(
    days=400
)  # in which the first half of the members joined; the other half came while there were sales
OPENS, HOURS = timedelta(hours=9), 13
LINES = (1, 2, 2, 3)
PIECES = (1, 1, 1, 2)
MASK = 2**64 - 1
REGULAR = 5  # every fifth member


def drawn(seed: int, number: int) -> int:
    """64 bits that look random and are the same every time (splitmix64)."""
    bits = (number + seed * 0x632BE59BD9B4E019) * 0x9E3779B97F4A7C15 & MASK
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9 & MASK
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EB & MASK
    return bits ^ bits >> 31


class Sale(NamedTuple):
    """One sale: its place among all, day and moment, place of the store, who bought (None: a walk-in), places of products with pieces, and
    whether all of it went back."""

    number: int
    day: date
    at: datetime
    store: int
    buyer: int | None
    lines: tuple[tuple[int, int], ...]
    gone: bool


@dataclass(frozen=True)
class Plan:
    """So many members and sales before a moment in a shop. Members are counted from 0 in the order in which they joined, sales in that of
    time."""

    members: int
    sales: int
    seed: int
    at: datetime
    zone: str
    stores: int
    products: int
    days: Sequence[date] = field(init=False)
    mornings: Sequence[datetime] = field(init=False)

    def __post_init__(self) -> None:
        today = self.at.astimezone(UTC).date() - timedelta(days=1)
        days = [today - timedelta(days=DAYS - each) for each in range(DAYS)]
        object.__setattr__(self, "days", days)
        object.__setattr__(self, "mornings", [day_bounds(day, self.zone)[0] + OPENS for day in days])

    def joined_at(self, member: int) -> datetime:
        """Half of them before the first sale, the others evenly while there were sales; each before they bought anything."""
        half = self.members // 2
        if member < half:
            return self.mornings[0] - BEFORE * ((half - member) / (half + 1))
        return self.mornings[0] + timedelta(days=DAYS) * ((member - half) / (self.members - half + 1))

    def sale(self, number: int) -> Sale:
        """One sale."""
        day, rest = divmod(number * DAYS, self.sales)
        bits = drawn(self.seed, number)
        buyer = self._buyer(bits, day)
        place = (bits >> 46 & 1023) * (bits >> 36 & 1023) * self.products >> 20  # some are liked better
        lines = tuple(
            ((place + 7 * each) % self.products, PIECES[bits >> 56 + 2 * each & 3])
            for each in range(min(LINES[bits >> 44 & 3], self.products))
        )
        store = (bits >> 4 if buyer is None else buyer) % self.stores
        at = self.mornings[day] + timedelta(seconds=rest * HOURS * 3600 // self.sales)
        return Sale(number, self.days[day], at, store, buyer, lines, bits >> 57 & 127 == 0)

    def _buyer(self, bits: int, day: int) -> int | None:
        if bits & 1023 < 102:
            return None
        there = self.members // 2 + (self.members - self.members // 2) * day // (DAYS + 1)
        buyer = (bits >> 20 & 0xFFFFFF) * there >> 24
        return buyer - buyer % REGULAR if bits >> 10 & 1023 < 614 else buyer

    def bought(self) -> "Bought":
        """Which sales are whose."""
        buyers = array("q", [0]) * self.sales
        counts = array("q", [0]) * (self.members + 1)
        for number in range(self.sales):
            buyer = self._buyer(drawn(self.seed, number), number * DAYS // self.sales)
            buyers[number] = -1 if buyer is None else buyer
            if buyer is not None:
                counts[buyer + 1] += 1
        begins = array("q", accumulate(counts))
        numbers, free = array("q", [0]) * begins[-1], array("q", begins)
        for number, buyer in enumerate(buyers):
            if buyer >= 0:
                numbers[free[buyer]] = number
                free[buyer] += 1
        return Bought(begins, numbers)


@dataclass(frozen=True)
class Bought:
    """The numbers of sales, those of one member beside each other."""

    begins: "array[int]"
    numbers: "array[int]"

    def of(self, member: int) -> "array[int]":
        """What a member bought, in the order of time."""
        return self.numbers[self.begins[member] : self.begins[member + 1]]
