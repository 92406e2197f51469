"""What wallets hold now."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from services.wallet.models import WalletAccount, WalletEntry

# Built once: every sale of a member asks.
_e: Any = WalletEntry.__table__.c
_CHANGE = select(_e.principal + _e.bonus, _e.principal_after + _e.bonus_after).where(_e.key == bindparam("key"))


@dataclass(frozen=True)
class Balance:
    """What one wallet holds (fen). `sequence` counts its entries: it changes whenever anything does."""

    principal: int = 0
    bonus: int = 0
    sequence: int = 0

    @property
    def total(self) -> int:
        """Both together: what can be spent."""
        return self.principal + self.bonus


def get_balance(session: Session, member_id: int) -> Balance:
    """The wallet of one member; empty before the first entry."""
    return list_balances(session, [member_id])[member_id]


def list_balances(session: Session, member_ids: Collection[int]) -> dict[int, Balance]:
    """The wallets of several members by id; every asked id has an answer."""
    rows = session.execute(
        select(WalletAccount.member_id, WalletAccount.principal, WalletAccount.bonus, WalletAccount.sequence).where(
            WalletAccount.member_id.in_(member_ids)
        )
    )
    known = {row.member_id: Balance(row.principal, row.bonus, row.sequence) for row in rows}
    return {member_id: known.get(member_id, Balance()) for member_id in member_ids}


def find_change(session: Session, key: str) -> tuple[int, int] | None:
    """By how much the entry `key` changed a wallet (fen, signed) and what the wallet held after it; None where there is no such entry."""
    row = session.connection().execute(_CHANGE, {"key": key}).first()
    return None if row is None else (int(row[0]), int(row[1]))
