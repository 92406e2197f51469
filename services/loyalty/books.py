"""The ledgers of loyalty: which tables, which columns, what their seals bind."""

from services.loyalty.models import GrowthAccount, GrowthEntry, PointsAccount, PointsEntry
from services.shared.ledger import Column, Ledger

_BALANCE = (Column("balance", "amount", "balance_after"),)
_SEALED = ("kind", "key", "order_id", "note", "actor_kind", "actor_id", "at")

# A balance of points may be negative: taken back by a refund after they were spent.
POINTS = Ledger("points", PointsAccount, PointsEntry, _BALANCE, _SEALED, floor=None, sealed_if_set=("by_member_id",))
GROWTH = Ledger("growth", GrowthAccount, GrowthEntry, _BALANCE, _SEALED, floor=None)
