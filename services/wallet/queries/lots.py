"""Lots, and what orders took from them."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from services.members.queries import select_own_ids
from services.wallet.models import TopUp, WalletEntry, WalletLot, WalletLotMove
from services.wallet.queries.merging import TRANSFER
from services.wallet.rules import Lot, Part

_lots: Any = WalletLot.__table__
_LOTS = (
    select(_lots.c.id, _lots.c.principal, _lots.c.bonus, _lots.c.principal_left, _lots.c.bonus_left)
    .where(_lots.c.member_id == bindparam("member"), _lots.c.principal_left + _lots.c.bonus_left > 0)
    .order_by(_lots.c.id)
)
_SPENT = ("spend", "give_back")
_ROOT = func.coalesce(WalletLot.origin_id, WalletLot.id)  # the lot that was paid in


@dataclass(frozen=True)
class OpenLot:
    """A lot with something left, and the top-up it came from (None: made by hand).

    `principal` and `bonus` are what was put in, less what was taken by hand or paid out before; `paid_by` is what was paid with
    which kind of tender. Amounts are fen. What a merged card paid in counts as it did there: `used_as` is the lot that orders took
    from (None: another lot tells them already).
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
    used_as: int | None


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
        select(WalletLot, _ROOT, TopUp)
        .outerjoin(TopUp, TopUp.lot_id == _ROOT)
        .where(WalletLot.member_id == member_id, left)
        .order_by(WalletLot.id)
    ).all()
    put_in = _put_in(session, {root for _, root, _ in rows})
    parts: Counter[tuple[int, str]] = (
        Counter()
    )  # what stands in further lots of the same payment: a refund after a merge opens one
    for lot, root, _ in rows:
        parts.update({(root, "principal"): lot.principal, (root, "bonus"): lot.bonus})
    found, told = [], set[int]()
    for lot, root, top_up in rows:
        further = root in told
        told.add(root)
        paid, given = put_in[root]
        others = parts[root, "principal"] - lot.principal, parts[root, "bonus"] - lot.bonus
        opened = (lot.principal, lot.bonus) if further else (paid - others[0], given - others[1])
        found.append(_open(lot, top_up, *opened, used_as=None if further else root))
    return found


def list_order_parts(session: Session, member_id: int) -> list[OrderPart]:
    """What the member's orders hold of which lot (the one that was paid in, where it came from a merged card), by order and lot; what came
    back whole is left out."""
    principal, bonus, whose = (
        func.sum(WalletLotMove.principal),
        func.sum(WalletLotMove.bonus),
        select_own_ids(member_id),
    )
    rows = session.execute(
        select(WalletEntry.order_id, _ROOT, principal, bonus)
        .join(WalletLotMove, WalletLotMove.entry_key == WalletEntry.key)
        .join(WalletLot, WalletLot.id == WalletLotMove.lot_id)
        .where(WalletEntry.member_id.in_(whose), WalletEntry.kind.in_(_SPENT), WalletEntry.order_id.is_not(None))
        .group_by(WalletEntry.order_id, _ROOT)
        .order_by(WalletEntry.order_id, _ROOT)
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
    """What was put into each lot, less what was taken other than by spending; with what was taken after it came to another card."""
    principal, bonus = func.sum(WalletLotMove.principal), func.sum(WalletLotMove.bonus)
    rows = session.execute(
        select(_ROOT, principal, bonus)
        .join(WalletLotMove, WalletLotMove.lot_id == WalletLot.id)
        .join(WalletEntry, WalletEntry.key == WalletLotMove.entry_key)
        .where(
            or_(WalletLot.id.in_(lot_ids), WalletLot.origin_id.in_(lot_ids)),
            WalletEntry.kind.not_in((*_SPENT, TRANSFER)),
        )
        .group_by(_ROOT)
    )
    return {lot_id: (int(paid), int(given)) for lot_id, paid, given in rows}


def _paid_by(top_up: TopUp) -> Mapping[str, int]:
    paid: Counter[str] = Counter()
    for tender in top_up.tenders:
        paid[tender["kind"]] += tender["amount"]
    return paid


def _open(lot: WalletLot, top_up: TopUp | None, principal: int, bonus: int, *, used_as: int | None) -> OpenLot:
    return OpenLot(
        id=lot.id, top_up_id=top_up.id if top_up else None, number=top_up.number if top_up else None,
        plan_name=top_up.plan_name if top_up else "", principal=principal, bonus=bonus, principal_left=lot.principal_left,
        bonus_left=lot.bonus_left, paid_by=_paid_by(top_up) if top_up else {},
        created_at=lot.created_at, used_as=used_as,
    )  # fmt: skip
