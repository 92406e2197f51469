"""RFM: eight classes by how lately, how often and for how much somebody bought (facts.md §3.1). The cut points are the shop's settings."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.shared.words import N_

RECENT, OFTEN, MUCH = 4, 2, 1  # what a class is the sum of
CLASSES: Mapping[str, int] = {
    "champion": RECENT + OFTEN + MUCH, "regular": RECENT + OFTEN, "keep": OFTEN + MUCH, "keep_low": OFTEN,
    "grow": RECENT + MUCH, "grow_low": RECENT, "win_back": MUCH, "win_back_low": 0,
}  # fmt: skip
WORDS: Mapping[str, str] = {
    "champion": N_("重要价值"), "regular": N_("一般价值"), "keep": N_("重要保持"), "keep_low": N_("一般保持"),
    "grow": N_("重要发展"), "grow_low": N_("一般发展"), "win_back": N_("重要挽留"), "win_back_low": N_("一般挽留"),
}  # fmt: skip
WINDOW = 365  # days in which orders and money count


@dataclass(frozen=True)
class Cuts:
    """From where on something is high: bought within `days`; so many `orders`; `spent` fen."""

    days: int
    orders: int
    spent: int


def class_of(days_ago: int | None, orders: int, spent: int, cuts: Cuts) -> str | None:
    """The class of a member; None for who never bought (未激活)."""
    if days_ago is None:
        return None
    figure = RECENT * (days_ago <= cuts.days) + OFTEN * (orders >= cuts.orders) + MUCH * (spent >= cuts.spent)
    return next(name for name, each in CLASSES.items() if each == figure)
