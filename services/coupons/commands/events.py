"""The story of a coupon, row by row."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.coupons.models import CouponEvent
from services.shared.actors import Actor

_NOTE = insert(CouponEvent.__table__)  # type: ignore[arg-type]


def note(
    session: Session,
    coupon_id: int,
    kind: str,
    *,
    member_id: int | None = None,
    order_id: int | None = None,
    store_id: int | None = None,
    words: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Write down what happened to a coupon."""
    row = {
        "coupon_id": coupon_id, "kind": kind, "member_id": member_id, "order_id": order_id, "store_id": store_id,
        "note": words, "actor_kind": actor.kind, "actor_id": actor.id, "device_id": actor.device_id, "at": at,
    }  # fmt: skip
    session.connection().execute(_NOTE, row)
