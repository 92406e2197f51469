"""What follows a sale in the domains below: the member's facts, and a word to the member."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.checkout import texts as refund_texts
from services.checkout.queries.growth import hold_paid_by_member
from services.coupons import commands as coupons
from services.coupons.models import Coupon
from services.loyalty import commands as loyalty
from services.loyalty.queries import find_pending
from services.members import commands as members
from services.members.queries import find_reader
from services.messaging import commands as messaging
from services.messaging import texts
from services.orders.events import InvoiceAnswered, OrderCompleted, OrderHandedOver, OrderRefunded
from services.orders.models import Order
from services.orders.queries import find_visits
from services.shared.actors import SYSTEM
from services.signin.events import SpendingFrozen
from services.stores.queries import load_settings
from services.wallet import texts as wallet_texts
from services.wallet.queries import find_change

NEWS = timedelta(days=1)  # an older sale (a replay, a queue that was offline) is nothing to be told of


def keep_facts(session: Session, event: OrderCompleted) -> None:
    """Count the sale in the member's facts."""
    if event.member_id is not None:
        members.record_order(session, event.member_id, event.paid, datetime.fromisoformat(event.completed_at))


def tell_member(session: Session, event: OrderCompleted) -> None:
    """Put the receipt into the member's inbox, once, and on the way to their devices; unless the shop or the member does not want that.

    Where something of theirs was used up they are told in any case: staff can write a withdrawal down.
    """
    completed, booked = datetime.fromisoformat(event.completed_at), datetime.fromisoformat(event.booked_at)
    if event.member_id is None or booked - completed > NEWS:
        return
    settings = load_settings(session)
    reader = find_reader(session, event.member_id)
    wanted = reader.listens and settings["messages.sale"]
    if reader.erased or not (wanted or event.wallet_spent or _used_something(session, event.order_id)):
        return
    language, waits = reader.language or str(settings["shop.language"]), settings["points.pending_days"]
    text = texts.sale(
        language,
        amount=event.paid,
        points=event.points_earned,
        balance=event.points_after or 0,
        days=waits if waits and find_pending(session, event.order_id) else 0,
    )
    if event.wallet_spent:
        told = wallet_texts.spent(language, amount=event.wallet_spent, balance=event.wallet_after)
        text = replace(text, body=told + text.body)
    messaging.send_message(
        session,
        event.member_id,
        key=f"order:{event.order_id}",
        category="service",
        text=text,
        path=f"/member/orders/{event.order_id}",
        language=language,
        at=booked,
    )


def _used_something(session: Session, order_id: int) -> bool:
    """Whether an order used points or coupons of the member's up: that is always told (domain.md, *Roles*)."""
    points = session.scalar(select(Order.points_spent).where(Order.id == order_id))
    return bool(points) or session.scalar(select(Coupon.id).where(Coupon.order_id == order_id).limit(1)) is not None


def correct_facts(session: Session, event: OrderRefunded) -> None:
    """Take the refund out of the member's facts."""
    if event.member_id is not None:
        members.record_refund(
            session, event.member_id, event.amount, complete=event.complete, at=datetime.fromisoformat(event.at)
        )


def tell_of_refund(session: Session, event: OrderRefunded) -> None:
    """Say in the member's inbox, once, what came back and what became of their points; also to the silent where that was theirs."""
    if event.member_id is None:
        return
    reader = find_reader(session, event.member_id)
    back = find_change(session, f"refund:{event.order_id}:{event.number.rsplit('-R', 1)[-1]}")
    moved = back is not None or event.points_taken_back or event.points_returned
    if reader.erased or not (reader.listens or moved or _used_something(session, event.order_id)):
        return
    language = reader.language or str(load_settings(session)["shop.language"])
    text = refund_texts.refund(language, event)
    if back is not None:
        told = wallet_texts.given_back(language, amount=back[0], balance=back[1])
        text = replace(text, body=f"{text.body}{' ' if language == 'en' else ''}{told}".rstrip())
    messaging.send_message(
        session,
        event.member_id,
        key=f"refund:{event.refund_id}",
        category="service",
        text=text,
        path=f"/member/orders/{event.order_id}",
        language=language,
        at=datetime.fromisoformat(event.at),
    )


def tell_of_invoice(session: Session, event: InvoiceAnswered) -> None:
    """Say in the member's inbox that an invoice was issued, or why not."""
    if event.member_id is None:
        return
    reader = find_reader(session, event.member_id)
    if not reader.listens:
        return
    language = reader.language or str(load_settings(session)["shop.language"])
    messaging.send_message(
        session,
        event.member_id,
        key=f"invoice:{event.order_id}:{event.at}",
        category="service",
        text=refund_texts.invoice(language, event),
        path=f"/member/orders/{event.order_id}",
        language=language,
        at=datetime.fromisoformat(event.at),
    )


def stop_gifts(session: Session, event: SpendingFrozen) -> None:
    """Links by which coupons were to leave a member who reported misuse are over: a stranger may have made them."""
    coupons.cancel_open_transfers(session, event.member_id, actor=SYSTEM, at=datetime.fromisoformat(event.at))


def grow_by_sale(session: Session, event: OrderCompleted) -> None:
    """Let the member grow by what was paid with money of their own: not by bonus money, not by what went back meanwhile."""
    if event.member_id is None:
        return
    buyer = hold_paid_by_member(session, event.order_id)
    if buyer.member_id is not None:
        at = datetime.fromisoformat(event.completed_at)
        loyalty.settle_growth(session, buyer.member_id, buyer.amount, order_id=event.order_id, at=at)


def move_facts(session: Session, event: OrderHandedOver) -> None:
    """Count the order for the member whose it is now, and no more for the other one."""
    members.record_order(session, event.to_member_id, event.amount, datetime.fromisoformat(event.completed_at))
    if event.from_member_id is not None:
        at = datetime.fromisoformat(event.at)
        members.record_refund(session, event.from_member_id, event.amount, complete=True, at=at)
        members.restate_visits(session, event.from_member_id, *find_visits(session, event.from_member_id))


def tell_of_handover(session: Session, event: OrderHandedOver) -> None:
    """Say to both members, once, that the order is where it belongs now."""
    for member_id in (event.to_member_id, event.from_member_id):
        reader = find_reader(session, member_id) if member_id is not None else None
        if member_id is None or reader is None or not reader.listens:
            continue
        language, gets = (
            reader.language or str(load_settings(session)["shop.language"]),
            member_id == event.to_member_id,
        )
        messaging.send_message(
            session,
            member_id,
            key=f"handover:{event.handover_id}",
            category="service",
            text=refund_texts.handover(language, event, gets=gets),
            path=f"/member/orders/{event.order_id}" if gets else "/member/points",
            language=language,
            at=datetime.fromisoformat(event.at),
        )
