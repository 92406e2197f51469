"""The address of a receipt that anyone who holds it may open: the order's id under the shop's seal, so that nobody can guess one.

It carries no date: how long it opens is counted from the sale (setting receipts.days), so a shorter setting closes old links too.
"""

import base64
import hmac
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from services.orders.errors import ReceiptOver
from services.orders.queries.orders import HIGHEST_ID, get_order
from services.orders.queries.views import OrderView
from services.shared import runtime
from services.shared.actors import SYSTEM
from services.shared.refusals import NotFound
from services.stores.queries import load_settings

PURPOSE, MAC = "receipt", 12  # bytes of the seal


def receipt_token(order_id: int) -> str:
    """What stands behind `/r/`."""
    body = order_id.to_bytes((order_id.bit_length() + 7) // 8 or 1)
    return base64.urlsafe_b64encode(body + _seal(body)).decode().rstrip("=")


def receipt_url(order_id: int) -> str:
    """The whole address, as the world sees it."""
    return f"{runtime.config().public_origin}/r/{receipt_token(order_id)}"


def read_receipt_token(token: str) -> int | None:
    """The order of a token; None for anything that we did not make."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    body, seal = raw[:-MAC], raw[-MAC:]
    if not 0 < len(body) <= 8 or not hmac.compare_digest(seal, _seal(body)):
        return None
    order_id = int.from_bytes(body)
    return order_id if order_id <= HIGHEST_ID and receipt_token(order_id) == token else None


def receipt_ends_at(completed_at: datetime, days: int) -> datetime:
    """Until when the link of a sale opens."""
    return completed_at + timedelta(days=days)


def get_order_of_token(session: Session, token: str, *, at: datetime) -> OrderView:
    """The order behind a link. Raises NotFound, or ReceiptOver (410) once its days are over."""
    order_id = read_receipt_token(token) if token.isascii() else None
    if order_id is None:
        raise NotFound("receipt_not_found")
    order = get_order(session, order_id, actor=SYSTEM)
    if at >= receipt_ends_at(order.completed_at, load_settings(session)["receipts.days"]):
        raise ReceiptOver
    return order


def _seal(body: bytes) -> bytes:
    return runtime.keys().sign(PURPOSE, body)[:MAC]
