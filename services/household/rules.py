"""What a person of a household may take, and who may be one. Pure; amounts are fen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from services.members.rules import birthdays
from services.members.rules.birthdays import Birthday
from services.shared.words import N_

KINSHIPS = {
    "spouse": N_("配偶"),
    "grandparent": N_("爷爷奶奶/外公外婆"),
    "other": N_("其他家人"),
}
MOST_PEOPLE = 6  # of a household, the holder among them
LINK_LIFE = timedelta(hours=24)
ADULT = 18


@dataclass(frozen=True)
class Limits:
    """What is shared with a person: stored value up to `per_day` and `per_payment`, points, or both."""

    wallet: bool
    per_day: int
    per_payment: int
    points: bool

    def below(self, most: int) -> "Limits":
        """The same where the shop lets nobody take more than `most` a day."""
        return replace(self, per_day=min(self.per_day, most), per_payment=min(self.per_payment, most))

    def room(self, spent: int) -> int:
        """What may leave the wallet in one payment on a day on which `spent` has already."""
        return max(0, min(self.per_payment, self.per_day - spent)) if self.wallet else 0


def limits_of(told: Mapping[str, Any]) -> Limits:
    """The limits among what a form told, or a row holds; amounts of a wallet that is not shared are nothing."""
    wallet = bool(told["wallet"])
    per_day, per_payment = (told["per_day"] or 0, told["per_payment"] or 0) if wallet else (0, 0)
    return Limits(wallet, per_day, per_payment, bool(told["points"]))


def mistakes(limits: Limits, most: int) -> dict[str, list[str]]:
    """What is wrong with limits that a holder sets, by field; `most` is the shop's for a day."""
    if not limits.wallet and not limits.points:
        return {"points": [N_("储值和积分至少选一样")]}
    if not limits.wallet:
        return {}
    found = {}
    if limits.per_day <= 0:
        found["per_day"] = [N_("请填一天最多用多少")]
    elif limits.per_day > most:
        found["per_day"] = [N_("超过店里规定的一天上限了")]
    if limits.per_payment <= 0:
        found["per_payment"] = [N_("请填一次最多用多少")]
    elif limits.per_payment > limits.per_day:
        found["per_payment"] = [N_("一次不能比一天多")]
    return found


def is_minor(birthday: Birthday | None, today: date) -> bool:
    """Whether somebody is a minor, as far as they told when they were born."""
    if birthday is None or birthday.year is None:
        return False
    before = birthdays.in_year(birthday, today.year) > today
    return today.year - birthday.year - before < ADULT
