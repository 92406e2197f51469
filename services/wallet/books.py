"""The ledger of stored value: which tables, which columns, what its seals bind."""

from services.shared.ledger import Column, Ledger
from services.wallet.models import WalletAccount, WalletEntry

WALLET = Ledger(
    "wallet",
    WalletAccount,
    WalletEntry,
    (Column("principal", "principal", "principal_after"), Column("bonus", "bonus", "bonus_after")),
    ("kind", "key", "store_id", "order_id", "note", "actor_kind", "actor_id", "at"),
    sealed_if_set=("by_member_id",),
)
