"""Lots, and what orders took from them."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from services.wallet.models import TopUp, WalletEntry, WalletLot, WalletLotMove
from services.wallet.rules import Lot, Part

_lots: Any = WalletLot.__table__
_LOTS = (
    select(_lots.c.id, _lots.c.principal, _lots.c.bonus, _lots.c.principal_left, _lots.c.bonus_left)
    .where(_lots.c.member_id == bindparam("member"), _lots.c.principal_left + _lots.c.bonus_left > 0)
    .order_by(_lots.c.id)
)
_SPENT = ("spend", "give_back")


@dataclass(frozen=True)
class OpenLot:
    """A lot with something left, and the top-up it came from (None: made by hand).

    `principal` and `bonus` are what was put in, less what was taken by hand or paid out before; `paid_by` is what was paid with
    which kind of tender. Amounts are fen.
    """

    id: int
    top_up_id: int | None
    number: str | None
    plan_name: str
    principal: int
    bonus: int
    principal_left: int
    bonus_left: int
    paid_by: Mapping[str, int]
    created_at: datetime


@dataclass(frozen=True)
class OrderPart:
    """What an order holds of a lot now: what it took less what came back (fen)."""

    order_id: int
    part: Part


def list_lots(session: Session, member_id: int) -> list[Lot]:
    """The member's lots with something left, the oldest first."""
    return [Lot(*row) for row in session.connection().execute(_LOTS, {"member": member_id})]


def list_open_lots(session: Session, member_id: int) -> list[OpenLot]:
    """The member's lots with something left and where each came from, the oldest first."""
    left = WalletLot.principal_left + WalletLot.bonus_left > 0
    rows = session.execute(
        select(WalletLot, TopUp)
        .outerjoin(TopUp, TopUp.lot_id == WalletLot.id)
        .where(WalletLot.member_id == member_id, left)
        .order_by(WalletLot.id)
    ).all()
    put_in = _put_in(session, [lot.id for lot, _ in rows])
    return [_open(lot, top_up, *put_in[lot.id]) for lot, top_up in rows]


def list_order_parts(session: Session, member_id: int) -> list[OrderPart]:
    """What the member's orders hold of which lot, by order and lot; what came back whole is left out."""
    principal, bonus = func.sum(WalletLotMove.principal), func.sum(WalletLotMove.bonus)
    rows = session.execute(
        select(WalletEntry.order_id, WalletLotMove.lot_id, principal, bonus)
        .join(WalletLotMove, WalletLotMove.entry_key == WalletEntry.key)
        .where(WalletEntry.member_id == member_id, WalletEntry.kind.in_(_SPENT), WalletEntry.order_id.is_not(None))
        .group_by(WalletEntry.order_id, WalletLotMove.lot_id)
        .order_by(WalletEntry.order_id, WalletLotMove.lot_id)
    )
    return [
        OrderPart(int(order_id or 0), Part(lot_id, -int(taken), -int(given)))
        for order_id, lot_id, taken, given in rows
        if taken or given
    ]


def list_parts_of_order(session: Session, order_id: int) -> tuple[list[Part], list[Part]]:
    """What an order took from which lot, and what of it went back already, by lot."""
    rows = session.execute(
        select(WalletLotMove.lot_id, WalletEntry.kind, func.sum(WalletLotMove.principal), func.sum(WalletLotMove.bonus))
        .join(WalletEntry, WalletEntry.key == WalletLotMove.entry_key)
        .where(WalletEntry.order_id == order_id)
        .group_by(WalletLotMove.lot_id, WalletEntry.kind)
        .order_by(WalletLotMove.lot_id)
    ).all()
    spent = [Part(lot, -int(principal), -int(bonus)) for lot, kind, principal, bonus in rows if kind == "spend"]
    returned = [Part(lot, int(principal), int(bonus)) for lot, kind, principal, bonus in rows if kind == "give_back"]
    return spent, returned


def _put_in(session: Session, lot_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """What was put into each lot, less what was taken other than by spending."""
    principal, bonus = func.sum(WalletLotMove.principal), func.sum(WalletLotMove.bonus)
    rows = session.execute(
        select(WalletLotMove.lot_id, principal, bonus)
        .join(WalletEntry, WalletEntry.key == WalletLotMove.entry_key)
        .where(WalletLotMove.lot_id.in_(lot_ids), WalletEntry.kind.not_in(_SPENT))
        .group_by(WalletLotMove.lot_id)
    )
    return {lot_id: (int(paid), int(given)) for lot_id, paid, given in rows}


def _paid_by(top_up: TopUp) -> Mapping[str, int]:
    paid: Counter[str] = Counter()
    for tender in top_up.tenders:
        paid[tender["kind"]] += tender["amount"]
    return paid


def _open(lot: WalletLot, top_up: TopUp | None, principal: int, bonus: int) -> OpenLot:
    return OpenLot(
        id=lot.id, top_up_id=top_up.id if top_up else None, number=top_up.number if top_up else None,
        plan_name=top_up.plan_name if top_up else "", principal=principal, bonus=bonus, principal_left=lot.principal_left,
        bonus_left=lot.bonus_left, paid_by=_paid_by(top_up) if top_up else {},
        created_at=lot.created_at,
    )  # fmt: skip
