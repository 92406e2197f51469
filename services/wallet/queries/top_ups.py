"""Top-ups and payouts, as their pages and receipts show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from services.identity.models import Staff
from services.members.models import Member
from services.members.queries import show_name
from services.shared.actors import Actor
from services.stores.models import Store
from services.wallet.errors import PayoutNotFound, TopUpNotFound
from services.wallet.models import Payout, TopUp, WalletEntry, WalletLotMove


@dataclass(frozen=True)
class PaidView:
    """One way a top-up was paid (fen); `received` is the cash that was handed over."""

    kind: str
    amount: int
    received: int | None = None


@dataclass(frozen=True)
class TopUpView:
    """A top-up with everything that stands on its receipt. Amounts are fen; `…_after` is what the wallet held then."""

    id: int
    number: str
    member_id: int
    member_name: str
    store_id: int
    store_name: str
    staff_name: str | None
    plan_id: int | None
    plan_name: str
    principal: int
    bonus: int
    points: int
    coupons: int
    tenders: tuple[PaidView, ...]
    principal_after: int
    bonus_after: int
    at: datetime

    @property
    def credited(self) -> int:
        """What can be spent of it."""
        return self.principal + self.bonus

    @property
    def after(self) -> int:
        """The whole balance after it."""
        return self.principal_after + self.bonus_after

    @property
    def change(self) -> int:
        """The cash that was given back."""
        return sum(max(0, (paid.received or 0) - paid.amount) for paid in self.tenders)


@dataclass(frozen=True)
class PayoutView:
    """A payout with the refund sheet that led to it (`sheet` is what services.wallet.schemas.SheetOut wrote)."""

    id: int
    member_id: int
    member_name: str
    store_id: int
    store_name: str
    staff_name: str | None
    amount: int
    policy: int
    floor: int
    bonus_lost: int
    tender: str
    reason: str
    sheet: dict[str, Any]
    at: datetime


def get_top_up(session: Session, top_up_id: int, *, actor: Actor) -> TopUpView:
    """One top-up. Raises TopUpNotFound also for one of a store the actor does not work in."""
    found = _top_up(session, TopUp.id == top_up_id)
    if found is None or not actor.sees_store(found.store_id):
        raise TopUpNotFound
    return found


def get_top_up_of_member(session: Session, top_up_id: int, *, member_id: int) -> TopUpView:
    """One top-up as its own member sees it. Raises TopUpNotFound for anybody else's."""
    found = _top_up(session, (TopUp.id == top_up_id) & (TopUp.member_id == member_id))
    if found is None:
        raise TopUpNotFound
    return found


def get_payout(session: Session, payout_id: int, *, actor: Actor) -> PayoutView:
    """One payout. Raises PayoutNotFound also for one of a store the actor does not work in."""
    row = session.execute(_named(Payout).where(Payout.id == payout_id)).first()
    if row is None or not actor.sees_store(row.Payout.store_id):
        raise PayoutNotFound
    payout: Payout = row.Payout
    return PayoutView(
        id=payout.id, amount=payout.amount, policy=payout.policy, floor=payout.floor, bonus_lost=payout.bonus_lost,
        tender=payout.tender, reason=payout.reason, sheet=payout.sheet, at=payout.at, **_names(row, payout),
    )  # fmt: skip


def _top_up(session: Session, mine: Any) -> TopUpView | None:
    entry = (WalletEntry.key == WalletLotMove.entry_key) & (WalletEntry.kind == "top_up")
    query = (
        _named(TopUp)
        .add_columns(WalletEntry.principal_after, WalletEntry.bonus_after)
        .join(WalletLotMove, WalletLotMove.lot_id == TopUp.lot_id)
        .join(WalletEntry, entry)
        .where(mine)
    )
    row = session.execute(query).first()
    if row is None:
        return None
    top_up: TopUp = row.TopUp
    return TopUpView(
        id=top_up.id, number=top_up.number, plan_id=top_up.plan_id, plan_name=top_up.plan_name, principal=top_up.principal,
        bonus=top_up.bonus, points=top_up.points, coupons=top_up.coupons, principal_after=row.principal_after,
        tenders=tuple(PaidView(paid["kind"], paid["amount"], paid.get("received")) for paid in top_up.tenders),
        bonus_after=row.bonus_after, at=top_up.at, **_names(row, top_up),
    )  # fmt: skip


def _named(table: Any) -> Any:
    return (
        select(
            table, Store.name.label("store_name"), Staff.name.label("staff_name"), Member.name, Member.phone, Member.number
        )
        .join(Store, Store.id == table.store_id)
        .join(Member, Member.id == table.member_id)
        .outerjoin(Staff, Staff.id == table.staff_id)
    )  # fmt: skip


def _names(row: Row[Any], thing: Any) -> dict[str, Any]:
    return {
        "member_id": thing.member_id, "member_name": show_name(row.name, row.phone, row.number), "store_id": thing.store_id,
        "store_name": row.store_name, "staff_name": row.staff_name,
    }  # fmt: skip
