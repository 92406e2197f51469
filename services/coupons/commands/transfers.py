"""A coupon goes to somebody else by a link: once, until the link expires or is taken back. Whoever is first has it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.coupons.commands.events import note
from services.coupons.errors import CouponNotFound, CouponUnusable, NotTransferable, OwnTransfer, TransferGone
from services.coupons.events import CouponTransferred
from services.coupons.models import Coupon, CouponTransfer
from services.coupons.queries.held import get_coupon
from services.coupons.queries.transfers import find_transfer
from services.members.queries import hold_living
from services.shared import ids, runtime
from services.shared.actors import Actor
from services.shared.events import announce

LIFE = timedelta(hours=72)

_transfers: Any = CouponTransfer.__table__
_coupons: Any = Coupon.__table__


def offer_transfer(session: Session, coupon_id: int, member_id: int, *, actor: Actor, at: datetime) -> str:
    """Make the link's token by which somebody else takes a coupon of this member; a former link is over.

    Raises CouponNotFound for somebody else's, NotTransferable, CouponUnusable.
    """
    session.execute(select(Coupon.id).where(Coupon.id == coupon_id).with_for_update())  # one link at a time
    held = get_coupon(session, coupon_id)
    if held.member_id != member_id:
        raise CouponNotFound
    if not held.transferable:
        raise NotTransferable
    state = held.standing(at)
    if state not in {"usable", "not_started"}:
        raise CouponUnusable(coupon_id, state)
    _cancel(session, coupon_id, at)
    token = ids.token()
    ends = at + LIFE if held.expires_at is None else min(at + LIFE, held.expires_at)
    session.add(
        CouponTransfer(
            coupon_id=coupon_id, token_hash=runtime.keys().hash(token),
            token_sealed=runtime.keys().encrypt(token.encode(), "coupon_transfer"), from_member_id=member_id,
            to_member_id=None, created_at=at, expires_at=ends, taken_at=None, cancelled_at=None,
        )
    )  # fmt: skip
    session.flush()
    audit.record(session, "coupons:offer", ("coupon", coupon_id), actor=actor, at=at)
    return token


def cancel_transfer(session: Session, coupon_id: int, member_id: int, *, actor: Actor, at: datetime) -> None:
    """Take the link of a coupon back. Raises CouponNotFound for somebody else's, TransferGone when there is none to take back."""
    if get_coupon(session, coupon_id).member_id != member_id:
        raise CouponNotFound
    if not _cancel(session, coupon_id, at):
        raise TransferGone
    audit.record(session, "coupons:keep", ("coupon", coupon_id), actor=actor, at=at)


def cancel_open_transfers(session: Session, member_id: int, *, actor: Actor, at: datetime) -> None:
    """Take back every link of a member; where there is none nothing happens. Who may ask for it is the caller's to know."""
    ended = session.connection().execute(
        update(_transfers)
        .where(
            _transfers.c.from_member_id == member_id, _transfers.c.taken_at.is_(None), _transfers.c.cancelled_at.is_(None),
            _transfers.c.expires_at > at,
        )
        .values(cancelled_at=at)
        .returning(_transfers.c.coupon_id)
    )  # fmt: skip
    for coupon_id in ended.scalars().all():
        audit.record(session, "coupons:keep", ("coupon", coupon_id), actor=actor, at=at, member_id=member_id)


def take_transfer(session: Session, token: str, member_id: int, *, actor: Actor, at: datetime) -> int:
    """Take the coupon of a link; returns its id. It gets a fresh code: the giver has seen the old one.

    Raises TransferGone, OwnTransfer. Two conditional UPDATEs, the coupon's first (as everybody locks the two): of many at once one
    succeeds, and a coupon that was used or withdrawn meanwhile does not move.
    """
    offer = find_transfer(session, token, at=at)
    if offer is None:
        raise TransferGone
    if offer.from_member_id == member_id:
        raise OwnTransfer
    code = ids.short_code()
    lapsed = and_(_coupons.c.state == "reserved", _coupons.c.reserved_until <= at)
    moved = session.connection().execute(
        update(_coupons)
        .where(
            _coupons.c.id == offer.coupon_id, _coupons.c.member_id == offer.from_member_id,
            or_(_coupons.c.state == "issued", lapsed), or_(_coupons.c.expires_at.is_(None), _coupons.c.expires_at > at),
        )
        .values(
            member_id=member_id, state="issued", reserved_for=None, reserved_until=None,
            code_hash=runtime.keys().hash(code), code_sealed=runtime.keys().encrypt(code.encode(), "coupon"),
        )
    )  # fmt: skip
    taken = session.connection().execute(
        update(_transfers)
        .where(_transfers.c.id == offer.id, _transfers.c.taken_at.is_(None), _transfers.c.cancelled_at.is_(None))
        .values(taken_at=at, to_member_id=member_id)
    )
    if not (taken.rowcount and moved.rowcount):
        raise TransferGone
    hold_living(session, member_id)
    note(session, offer.coupon_id, "transfer", member_id=member_id, actor=actor, at=at)
    subject, changes = ("coupon", offer.coupon_id), {"from": offer.from_member_id, "member": member_id}
    audit.record(session, "coupons:transfer", subject, actor=actor, at=at, member_id=member_id, changes=changes)
    announce(session, CouponTransferred(offer.coupon_id, offer.from_member_id, member_id), at=at)
    return offer.coupon_id


def _cancel(session: Session, coupon_id: int, at: datetime) -> bool:
    ended = session.connection().execute(
        update(_transfers)
        .where(
            _transfers.c.coupon_id == coupon_id, _transfers.c.taken_at.is_(None), _transfers.c.cancelled_at.is_(None),
            _transfers.c.expires_at > at,
        )
        .values(cancelled_at=at)
    )  # fmt: skip
    return bool(ended.rowcount)
