"""How far a member's agreement reaches."""

from typing import Any

from sqlalchemy import exists

from services.orders.models import Order
from services.signin.models import Scan

_orders: Any = Order.__table__
_scans: Any = Scan.__table__

# Nothing was sold to the member at this store since the scan: a sale uses the scan up, whether it names it or not, and whether it spends
# something or not. A condition on `scans`, so that it costs the sale no question of its own.
UNSOLD = ~exists().where(
    _orders.c.member_id == _scans.c.member_id,
    _orders.c.completed_at >= _scans.c.at,
    _orders.c.store_id == _scans.c.store_id,
)
