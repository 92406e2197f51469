"""Lots and what orders took from them."""

from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from services.wallet.models import WalletEntry, WalletLot, WalletLotMove
from services.wallet.rules import Lot, Part

_lots: Any = WalletLot.__table__
_LOTS = (
    select(_lots.c.id, _lots.c.principal, _lots.c.bonus, _lots.c.principal_left, _lots.c.bonus_left)
    .where(_lots.c.member_id == bindparam("member"), _lots.c.principal_left + _lots.c.bonus_left > 0)
    .order_by(_lots.c.id)
)


def list_lots(session: Session, member_id: int) -> list[Lot]:
    """The member's lots with something left, the oldest first."""
    return [Lot(*row) for row in session.connection().execute(_LOTS, {"member": member_id})]


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
