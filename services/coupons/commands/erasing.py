"""The coupons of a member who is erased: those not used end, and none has a code or words any more."""

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from services.coupons.commands.events import note
from services.coupons.models import Coupon, CouponBatch, CouponBatchRow, CouponEvent, CouponTransfer
from services.shared.actors import Actor
from services.shared.wiping import Traces, wipe

_coupons: Any = Coupon.__table__


def give_up_coupons(session: Session, member_id: int, traces: Traces, *, actor: Actor, at: datetime) -> int:
    """Withdraw what was not used; how many. Links by which a coupon was to go to somebody else are over."""
    mine = _coupons.c.member_id == member_id
    unused = update(_coupons).where(mine, _coupons.c.state.in_(("issued", "reserved")))
    ended = unused.values(state="revoked", reserved_for=None, reserved_until=None).returning(_coupons.c.id)
    gone = session.connection().execute(ended).scalars().all()
    for coupon_id in gone:
        note(session, coupon_id, "revoke", member_id=member_id, actor=actor, at=at)
    session.connection().execute(update(_coupons).where(mine).values(code_sealed=None))
    _forget_words(session, member_id, traces, at)
    return len(gone)


def _forget_words(session: Session, member_id: int, traces: Traces, at: datetime) -> None:
    held = select(Coupon.id).where(Coupon.member_id == member_id)
    told = or_(CouponEvent.member_id == member_id, CouponEvent.coupon_id.in_(held))
    session.execute(update(CouponEvent).where(told, CouponEvent.note != "").values(note=""))
    offered = update(CouponTransfer).where(
        or_(CouponTransfer.from_member_id == member_id, CouponTransfer.to_member_id == member_id)
    )
    session.execute(offered.values(token_sealed=None))
    session.execute(
        offered.where(CouponTransfer.taken_at.is_(None), CouponTransfer.cancelled_at.is_(None)).values(cancelled_at=at)
    )
    listed = select(CouponBatchRow.batch_id).where(CouponBatchRow.member_id == member_id)
    alone = update(CouponBatch).where(CouponBatch.id.in_(listed), CouponBatch.total == 1)
    session.execute(alone.values(reason=""))
    session.execute(update(CouponBatchRow).where(CouponBatchRow.member_id == member_id).values(typed=""))
    wipe(session, CouponBatch, ("reason",), traces)
    wipe(session, CouponBatchRow, ("typed",), traces)  # a line that was typed before they had a card
    wipe(session, CouponEvent, ("note",), traces)
