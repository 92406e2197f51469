"""What the shop owes: stored value outstanding on any date, and what moved it (domain.md, *Stored value*; facts.md §3.1).

Money paid in is no sale, spending it is: inflow, consumption and what is still owed are told apart.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from services.shared.days import day_bounds
from services.wallet.models import Payout, TopUp, WalletEntry, WalletLotMove


@dataclass(frozen=True)
class Amount:
    """Principal and bonus (fen)."""

    principal: int = 0
    bonus: int = 0

    @property
    def total(self) -> int:
        """Both together."""
        return self.principal + self.bonus

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.principal + other.principal, self.bonus + other.bonus)


NOTHING = Amount()


@dataclass(frozen=True)
class Flow:
    """What moved stored value on one day in one store, by kind of entry. None as store: corrections that belong to none."""

    day: date
    store_id: int | None
    by_kind: dict[str, Amount] = field(default_factory=dict)

    def of(self, *kinds: str) -> Amount:
        """What these kinds moved, signed."""
        return sum((self.by_kind.get(kind, NOTHING) for kind in kinds), NOTHING)


def list_outstanding(
    session: Session, before: datetime, *, stores: Collection[int] | None = None
) -> dict[int | None, Amount]:
    """What was owed at the moment `before`, by the store that was paid (None: lots made by hand); `stores` None means all."""
    owed = func.sum(WalletLotMove.principal), func.sum(WalletLotMove.bonus)
    query = (
        select(TopUp.store_id, *owed)
        .select_from(WalletLotMove)
        .join(WalletEntry, WalletEntry.key == WalletLotMove.entry_key)
        .outerjoin(TopUp, TopUp.lot_id == WalletLotMove.lot_id)
        .where(WalletEntry.at < before)
        .group_by(TopUp.store_id)
    )
    if stores is not None:
        query = query.where(TopUp.store_id.in_(stores))
    return {store: Amount(int(principal), int(bonus)) for store, principal, bonus in session.execute(query)}


def list_flows(
    session: Session, first: date, last: date, *, zone: str, stores: Collection[int] | None = None
) -> list[Flow]:
    """What moved from `first` to `last` (days in the shop's `zone`), a row per day and store in which something did."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    bounds = [day_bounds(day, zone) for day in days]
    place: Any = case(*((WalletEntry.at < end, number) for number, (_, end) in enumerate(bounds)), else_=-1)
    query = (
        select(
            place.label("place"), WalletEntry.store_id, WalletEntry.kind, func.sum(WalletEntry.principal),
            func.sum(WalletEntry.bonus),
        )
        .where(WalletEntry.at >= bounds[0][0], WalletEntry.at < bounds[-1][1])
        .group_by("place", WalletEntry.store_id, WalletEntry.kind)
    )  # fmt: skip
    if stores is not None:
        query = query.where(WalletEntry.store_id.in_(stores))
    found: dict[tuple[int, int | None], dict[str, Amount]] = {}
    for number, store, kind, principal, bonus in session.execute(query):
        found.setdefault((number, store), {})[kind] = Amount(int(principal), int(bonus))
    return [Flow(days[number], store, kinds) for (number, store), kinds in sorted(found.items(), key=_place)]


def get_paid_out(session: Session, first: date, last: date, *, zone: str, stores: Collection[int] | None = None) -> int:
    """The money that went back to members in these days (fen): the payouts themselves, not the balances they ended."""
    begins, ends = day_bounds(first, zone)[0], day_bounds(last, zone)[1]
    query = select(func.coalesce(func.sum(Payout.amount), 0)).where(Payout.at >= begins, Payout.at < ends)
    if stores is not None:
        query = query.where(Payout.store_id.in_(stores))
    return int(session.scalar(query) or 0)


def _place(item: tuple[tuple[int, int | None], Any]) -> tuple[int, int]:
    (number, store), _ = item
    return number, -1 if store is None else store
