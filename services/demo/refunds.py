"""What went back in the demo shop: one piece, a whole order, an amount; and one sale that a customer forgot to show the code for."""

from datetime import datetime, timedelta

from sqlalchemy import Exists, Select, exists, select
from sqlalchemy.orm import Session

from services.checkout.commands import claim_order, refund_order
from services.checkout.rules.refunds import Wish
from services.demo import cast, guests
from services.identity import queries as identity
from services.members.models import Member
from services.orders.models import Order, OrderLine, Refund
from services.shared.actors import Actor
from services.shared.database import transaction

LATER = timedelta(minutes=25)


def take_back(made_at: datetime) -> None:
    """Refund three orders and claim one, once."""
    with transaction() as session:
        if session.scalar(select(exists().where(Refund.id.is_not(None)))):
            return
        manager, first = _manager(session), _first_guest(session)
        usual = _latest(made_at).where(Order.member_id == first)
        others = _latest(made_at).where(Order.member_id.is_not(None), Order.member_id != first)
        walk_ins = _latest(made_at).where(Order.member_id.is_(None))
        pieces = Wish("lines", pieces=((1, 1),))
        for query, wish, reason in (
            (usual.where(_double(1)), pieces, "有破损"),
            (others, Wish("amount", amount=5_00), "口味不对：太甜，补偿一点"),
            (walk_ins, Wish("whole"), "做错了"),
        ):
            order = session.scalars(query).first()
            if order is not None:
                at = min(order.completed_at + LATER, made_at)
                refund_order(session, order.id, wish, reason, actor=manager, at=at)
        forgotten = session.scalars(walk_ins.where(Order.refunded == 0).offset(1)).first()
        if forgotten is not None:
            at = min(forgotten.completed_at + LATER, made_at)
            claim_order(session, forgotten.receipt_code, first, actor=manager, at=at)


def _latest(made_at: datetime) -> Select[Order]:
    """Orders of the first store that may still be put right, the newest first."""
    recent = Order.completed_at > made_at - timedelta(days=6)
    return select(Order).where(Order.number.startswith("A1-"), recent).order_by(Order.completed_at.desc(), Order.id)


def _double(position: int) -> Exists:
    return exists().where(OrderLine.order_id == Order.id, OrderLine.position == position, OrderLine.quantity > 1)


def _manager(session: Session) -> Actor:
    found = identity.find_staff(session, next(each.username for each in cast.STAFF if each.role == "manager"))
    assert found is not None
    return identity.actor_of_staff(session, found, "demo")


def _first_guest(session: Session) -> int:
    return session.scalars(select(Member.id).where(Member.phone == guests.phone_of(0))).one()
