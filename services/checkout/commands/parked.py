"""Carts that wait (挂单): putting one aside, and taking it back on any device of the store, once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.checkout import permissions
from services.checkout.errors import CartTaken
from services.checkout.models import ParkedCart
from services.coupons import commands as coupons
from services.coupons.queries import list_usable
from services.members.queries import get_member
from services.shared.actors import Actor
from services.shared.refusals import NotFound
from services.stores.queries import get_open_store


def park_cart(session: Session, data: dict[str, Any], *, actor: Actor, at: datetime) -> ParkedCart:
    """Put a cart aside. The member's coupons that it uses are held for fifteen minutes, so that no other till takes them.

    Raises Invalid for a store that is unknown or closed, NotFound for an unknown member, CouponUnusable when a coupon is gone by now.
    """
    actor.require(permissions.ORDERS_CREATE, data["store_id"])
    get_open_store(session, data["store_id"], actor=actor)
    member_id = data["member_id"]
    parked = ParkedCart(
        store_id=data["store_id"],
        staff_id=actor.id if actor.kind == "staff" else None,
        member_id=None if member_id is None else get_member(session, member_id).id,
        label=data["label"],
        cart={"pieces": data["pieces"], "cart": data["cart"]},
        created_at=at,
    )
    session.add(parked)
    session.flush()
    held = _of_member(session, member_id, data["coupons"], at)
    coupons.reserve(session, sorted(held), _key(parked.id), actor=actor, at=at)
    changes = {"label": parked.label, "pieces": data["pieces"]}
    subject = ("parked_cart", parked.id)
    audit.record(
        session, "parked_carts:create", subject, actor=actor, at=at, store_id=parked.store_id, member_id=parked.member_id,
        changes=changes,
    )  # fmt: skip
    return parked


def take_cart(session: Session, parked_id: int, *, actor: Actor, at: datetime) -> ParkedCart:
    """Take a cart back: its coupons are free again, and no other till gets it. Raises NotFound, CartTaken (409)."""
    parked = session.get(ParkedCart, parked_id)
    if parked is None or not actor.may(permissions.ORDERS_CREATE, parked.store_id):
        raise NotFound("parked_cart_not_found")
    taken = session.execute(
        update(ParkedCart)
        .where(ParkedCart.id == parked_id, ParkedCart.taken_at.is_(None))
        .values(taken_at=at, taken_by=actor.id if actor.kind == "staff" else None)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise CartTaken
    coupons.release(session, _key(parked_id))
    audit.record(session, "parked_carts:take", ("parked_cart", parked_id), actor=actor, at=at, store_id=parked.store_id)
    session.refresh(parked)
    return parked


def _of_member(session: Session, member_id: int | None, wanted: Sequence[int], at: datetime) -> set[int]:
    """Only the member's own coupons can be held for a cart of theirs."""
    if member_id is None or not wanted:
        return set()
    return {each.id for each in list_usable(session, member_id, at=at)} & set(wanted)


def _key(parked_id: int) -> str:
    return f"parked:{parked_id}"
