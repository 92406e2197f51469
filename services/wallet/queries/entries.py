"""The statement of a wallet: every change with what led to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, and_, func, select
from sqlalchemy.orm import Session

from services.identity.models import Staff
from services.members.models import Member
from services.members.queries import mask_name
from services.stores.models import Store
from services.wallet.models import TopUp, WalletEntry, WalletLotMove

Way = Literal["in", "out"]


@dataclass(frozen=True)
class EntryView:
    """One change (fen, signed) and what the wallet held after it. `kind` is top_up, spend, give_back, payout, adjust or transfer.

    What led to it: an order, a top-up (with its number and plan), a payout; `note` is the reason of one by hand. `by`: who of the
    household bought, where it was not the member.
    """

    id: int
    kind: str
    principal: int
    bonus: int
    principal_after: int
    bonus_after: int
    store_id: int | None
    store_name: str | None
    staff_name: str | None
    order_id: int | None
    top_up_id: int | None
    top_up_number: str | None
    plan_name: str
    payout_id: int | None
    note: str
    at: datetime
    by: str = ""

    @property
    def amount(self) -> int:
        """Principal and bonus together."""
        return self.principal + self.bonus

    @property
    def after(self) -> int:
        """What the wallet held then."""
        return self.principal_after + self.bonus_after


def list_entries(
    session: Session, member_id: int, *, way: Way | None = None, after: int | None = None, limit: int = 50
) -> list[EntryView]:
    """The statement, newest first, all of it or one way; `after` is the id of the last one seen."""
    query = _entries().where(WalletEntry.member_id == member_id)
    if way is not None:
        amount = WalletEntry.principal + WalletEntry.bonus
        query = query.where(amount > 0 if way == "in" else amount <= 0)
    if after is not None:
        query = query.where(WalletEntry.id < after)
    return [_view(row) for row in session.execute(query.order_by(WalletEntry.id.desc()).limit(limit))]


def get_spent_since(session: Session, member_id: int, since: datetime) -> int:
    """The fen that a member's sales took from the wallet since then, whatever came back."""
    taken = -func.coalesce(func.sum(WalletEntry.principal + WalletEntry.bonus), 0)
    mine = (WalletEntry.member_id == member_id, WalletEntry.kind == "spend", WalletEntry.at >= since)
    return int(session.scalar(select(taken).where(*mine)) or 0)


def get_spent_by(session: Session, member_id: int, by_member_id: int, since: datetime) -> int:
    """The fen that this wallet paid since then for the purchases of somebody else, less what went back of just these."""
    theirs = (WalletEntry.member_id == member_id, WalletEntry.by_member_id == by_member_id)
    bought = select(WalletEntry.order_id).where(*theirs, WalletEntry.kind == "spend", WalletEntry.at >= since)
    taken = -func.coalesce(func.sum(WalletEntry.principal + WalletEntry.bonus), 0)
    return int(session.scalar(select(taken).where(*theirs, WalletEntry.order_id.in_(bought))) or 0)


def _entries() -> Any:
    topped_up = and_(WalletLotMove.entry_key == WalletEntry.key, WalletEntry.kind == "top_up")
    return (
        select(
            WalletEntry,
            Store.name.label("store_name"),
            Staff.name.label("staff_name"),
            TopUp.id.label("top_up_id"),
            TopUp.number.label("top_up_number"),
            TopUp.plan_name,
            Member.name,
            Member.phone,
            Member.number,
        )
        .outerjoin(Member, Member.id == WalletEntry.by_member_id)
        .outerjoin(Store, Store.id == WalletEntry.store_id)
        .outerjoin(Staff, and_(Staff.id == WalletEntry.actor_id, WalletEntry.actor_kind == "staff"))
        .outerjoin(WalletLotMove, topped_up)
        .outerjoin(TopUp, TopUp.lot_id == WalletLotMove.lot_id)
    )


def _view(row: Row[Any]) -> EntryView:
    entry: WalletEntry = row.WalletEntry
    return EntryView(
        id=entry.id, kind=entry.kind, principal=entry.principal, bonus=entry.bonus, principal_after=entry.principal_after,
        bonus_after=entry.bonus_after, store_id=entry.store_id, store_name=row.store_name, staff_name=row.staff_name,
        order_id=entry.order_id, top_up_id=row.top_up_id, top_up_number=row.top_up_number, plan_name=row.plan_name or "",
        payout_id=_payout_id(entry), note=entry.note, at=entry.at,
        by=mask_name(row.name, row.phone, row.number) if entry.by_member_id else "",
    )  # fmt: skip


def _payout_id(entry: WalletEntry) -> int | None:
    """A payout's entry is named after it: `payout:7`."""
    return int(entry.key.partition(":")[2]) if entry.kind == "payout" else None
