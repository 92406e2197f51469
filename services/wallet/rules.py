"""How stored value is spent, given back and paid out (domain.md, *Stored value*). Pure: amounts in fen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.shared import money

Order = Literal["proportional", "principal_first", "bonus_first"]


@dataclass(frozen=True)
class Lot:
    """A top-up and what is left of it."""

    id: int
    principal: int
    bonus: int
    principal_left: int
    bonus_left: int

    @property
    def left(self) -> int:
        """Both together."""
        return self.principal_left + self.bonus_left


@dataclass(frozen=True)
class Part:
    """What one spend takes from one lot."""

    lot_id: int
    principal: int
    bonus: int


def spend(lots: Sequence[Lot], amount: int, order: Order = "proportional") -> list[Part]:
    """Take `amount` from the lots, the oldest first, each in the order of the setting. ValueError when there is not enough."""
    parts = []
    for lot in lots:
        if not amount:
            break
        taken = min(lot.left, amount)
        if taken:
            parts.append(_from_lot(lot, taken, order))
            amount -= taken
    if amount:
        raise ValueError("not enough in the wallet")
    return parts


def _from_lot(lot: Lot, amount: int, order: Order) -> Part:
    if order == "principal_first":
        principal = min(amount, lot.principal_left)
    elif order == "bonus_first":
        principal = amount - min(amount, lot.bonus_left)
    else:
        principal = money.split(amount, [lot.principal_left, lot.bonus_left])[0]
    return Part(lot.id, principal, amount - principal)


def give_back(spent: Sequence[Part], returned: Sequence[Part], amount: int) -> list[Part]:
    """How `amount` of a spend goes back to the same lots: in proportion to what each still has to get (`returned` went back before).

    Any sequence of part returns so ends at the whole. ValueError when more would go back than was spent.
    """
    missing = {part.lot_id: [part.principal, part.bonus] for part in spent}
    for part in returned:
        missing[part.lot_id][0] -= part.principal
        missing[part.lot_id][1] -= part.bonus
    weights = [fen for both in missing.values() for fen in both]
    if amount > sum(weights):
        raise ValueError("more would be given back than was spent")
    shares = money.split(amount, weights)
    parts = [Part(lot, shares[2 * place], shares[2 * place + 1]) for place, lot in enumerate(missing)]
    return [part for part in parts if part.principal or part.bonus]


@dataclass(frozen=True)
class Use:
    """One spend of a lot, as the refund sheet lists it: what was taken, and what it bought at list price (fen)."""

    number: str
    principal: int
    bonus: int
    at_list_price: int
    order_id: int = 0
    at: datetime | None = None


@dataclass(frozen=True)
class Sheet:
    """The refund sheet of a payout: the shop's policy (what is left of the principal), the legal floor, and what is to be paid."""

    principal: int
    consumed: int
    principal_left: int
    floor: int

    @property
    def amount(self) -> int:
        """What is paid back: the policy's result, never below the floor."""
        return max(self.principal_left, self.floor)


def sheet(principal: int, principal_left: int, uses: Sequence[Use]) -> Sheet:
    """The legal floor is the principal less what was consumed at list price (facts.md §3.2), never below nothing."""
    consumed = sum(use.at_list_price for use in uses)
    return Sheet(principal, consumed, principal_left, max(0, principal - consumed))


def list_value_of(kept: int, paid_by_wallet: int, still_paid: int) -> int:
    """What the wallet's part of an order bought at list price: `kept` fen at list price are still the customer's, for which
    `still_paid` fen stand, `paid_by_wallet` of them from the wallet."""
    return money.portion(kept, min(paid_by_wallet, still_paid), still_paid) if still_paid else 0


def take_away(lots: Sequence[Lot], principal: int, bonus: int) -> list[Part]:
    """Take named sums of principal and of bonus, the newest lots first: what is corrected by hand was mostly put in by mistake.

    ValueError when there is not enough of one of them.
    """
    parts = []
    for lot in reversed(lots):
        part = Part(lot.id, min(principal, lot.principal_left), min(bonus, lot.bonus_left))
        principal, bonus = principal - part.principal, bonus - part.bonus
        if part.principal or part.bonus:
            parts.append(part)
    if principal or bonus:
        raise ValueError("not enough in the wallet")
    return parts


def bonus_of_tier(amount: int, per_mille: int) -> int:
    """What a member's level gives on top of a top-up of `amount` fen, half up."""
    return money.portion(amount, per_mille, 1000)
