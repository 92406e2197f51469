"""The books of stored value and of points, entry by entry.

Of one member everything is told, as on the member's page; of everybody only what happened in stores that the asker works in. An entry
of points happened in the store of its order.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from services.exports.queries.lists.listing import Listing, Row
from services.exports.rules import CHOICE, MONEY, NUMBER, TIME, Asked, Column
from services.exports.schemas import LedgerFilter, WalletFilter
from services.identity.models import Staff
from services.loyalty.models import PointsEntry
from services.loyalty.permissions import POINTS_READ
from services.members.models import Member
from services.members.queries import show_name
from services.orders.models import Order
from services.shared.days import day_bounds
from services.shared.words import N_
from services.stores.models import Store
from services.wallet.models import TopUp, WalletEntry, WalletLotMove
from services.wallet.permissions import WALLET_READ

WHO = (Column("at", N_("时间"), TIME), Column("member_number", N_("会员编号")), Column("member", N_("会员")))
WALLET_COLUMNS = (
    *WHO,
    Column("kind", N_("种类"), CHOICE),
    Column("principal", N_("本金"), MONEY),
    Column("bonus", N_("赠送金"), MONEY),
    Column("principal_after", N_("之后本金"), MONEY),
    Column("bonus_after", N_("之后赠送金"), MONEY),
    Column("store", N_("门店")),
    Column("staff", N_("经手人")),
    Column("order", N_("单号")),
    Column("top_up", N_("充值单号"), usual=False),
    Column("plan", N_("充值方案"), usual=False),
    Column("note", N_("备注")),
)
POINTS_COLUMNS = (
    *WHO,
    Column("kind", N_("种类"), CHOICE),
    Column("amount", N_("积分"), NUMBER),
    Column("balance_after", N_("之后积分"), NUMBER),
    Column("order", N_("单号")),
    Column("store", N_("门店"), usual=False),
    Column("staff", N_("经手人"), usual=False),
    Column("note", N_("备注")),
)


def within_days(asked: Asked, moment: Any) -> list[ColumnElement[bool]]:
    """That `moment` lies between the days that were asked for, in the shop's zone."""
    since: datetime | None = day_bounds(asked.filters["first"], asked.zone)[0] if asked.get("first") else None
    until: datetime | None = day_bounds(asked.filters["last"], asked.zone)[1] if asked.get("last") else None
    return [*([moment >= since] if since else []), *([moment < until] if until else [])]


def _in_stores(asked: Asked, column: Any) -> list[ColumnElement[bool]]:
    """Of everybody: what happened where the asker works; one store where it is named."""
    if asked.get("store"):
        return [column == asked.filters["store"]]
    everything = asked.actor.stores is None or asked.get("member")
    return [] if everything else [column.in_(asked.actor.stores)]


def _of_member(asked: Asked, column: Any) -> list[ColumnElement[bool]]:
    return [column == asked.filters["member"]] if asked.get("member") else []


def _select_wallet(_session: Session, asked: Asked) -> Select[Any]:
    amount = WalletEntry.principal + WalletEntry.bonus
    way = {"in": [amount > 0], "out": [amount <= 0]}.get(asked.get("way"), [])
    where = [
        *_of_member(asked, WalletEntry.member_id), *_in_stores(asked, WalletEntry.store_id),
        *within_days(asked, WalletEntry.at), *way,
    ]  # fmt: skip
    return select(WalletEntry.id).where(*where)


def _read_wallet(session: Session, ids: Sequence[int], asked: Asked, _columns: Collection[str]) -> list[Row]:
    topped_up = and_(WalletLotMove.entry_key == WalletEntry.key, WalletEntry.kind == "top_up")
    query = (
        select(WalletEntry, Member, Staff.name, Store.name, Order.number, Order.store_id, TopUp.number, TopUp.plan_name)
        .join(Member, Member.id == WalletEntry.member_id)
        .outerjoin(Staff, and_(Staff.id == WalletEntry.actor_id, WalletEntry.actor_kind == "staff"))
        .outerjoin(Store, Store.id == WalletEntry.store_id)
        .outerjoin(Order, Order.id == WalletEntry.order_id)
        .outerjoin(WalletLotMove, topped_up)
        .outerjoin(TopUp, TopUp.lot_id == WalletLotMove.lot_id)
        .where(WalletEntry.id.in_(ids))
        .order_by(WalletEntry.id.desc())
    )
    return [
        _who(entry, member, staff, number if _sees(asked, ordered_at) else None)
        | {
            "kind": entry.kind, "principal": entry.principal, "bonus": entry.bonus, "principal_after": entry.principal_after,
            "bonus_after": entry.bonus_after, "store": store or "", "top_up": top_up or "", "plan": plan or "",
        }
        for entry, member, staff, store, number, ordered_at, top_up, plan in session.execute(query)
    ]  # fmt: skip


def _select_points(_session: Session, asked: Asked) -> Select[Any]:
    return (
        select(PointsEntry.id)
        .outerjoin(Order, Order.id == PointsEntry.order_id)
        .where(
            *_of_member(asked, PointsEntry.member_id),
            *_in_stores(asked, Order.store_id),
            *within_days(asked, PointsEntry.at),
        )
    )


def _read_points(session: Session, ids: Sequence[int], asked: Asked, _columns: Collection[str]) -> list[Row]:
    query = (
        select(PointsEntry, Member, Staff.name, Order.number, Order.store_id, Store.name)
        .join(Member, Member.id == PointsEntry.member_id)
        .outerjoin(Staff, and_(Staff.id == PointsEntry.actor_id, PointsEntry.actor_kind == "staff"))
        .outerjoin(Order, Order.id == PointsEntry.order_id)
        .outerjoin(Store, Store.id == Order.store_id)
        .where(PointsEntry.id.in_(ids))
        .order_by(PointsEntry.id.desc())
    )
    return [
        _who(entry, member, staff, number if _sees(asked, ordered_at) else None)
        | {"kind": entry.kind, "amount": entry.amount, "balance_after": entry.balance_after}
        | {"store": store if _sees(asked, ordered_at) else ""}
        for entry, member, staff, number, ordered_at, store in session.execute(query)
    ]


def _who(entry: Any, member: Member, staff: str | None, number: str | None) -> dict[str, Any]:
    """What both books have."""
    return {
        "at": entry.at, "member_number": member.number, "member": show_name(member.name, member.phone, member.number),
        "staff": staff or "", "note": entry.note, "order": number or "",
    }  # fmt: skip


def _sees(asked: Asked, store_id: int | None) -> bool:
    """An order of a store that the asker does not see stays unnamed, as on the screen."""
    return store_id is not None and asked.actor.sees_store(store_id)


WALLET = Listing(
    "wallet", N_("储值明细"), WALLET_READ, WALLET_COLUMNS, WalletFilter, (WalletEntry.id,), _select_wallet, _read_wallet
)  # fmt: skip
POINTS = Listing(
    "points", N_("积分明细"), POINTS_READ, POINTS_COLUMNS, LedgerFilter, (PointsEntry.id,), _select_points, _read_points
)  # fmt: skip
