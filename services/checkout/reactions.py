"""What follows a sale in the domains below: the member's facts, and a word to the member."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from services.members import commands as members
from services.members.queries import find_reader
from services.messaging import commands as messaging
from services.messaging import texts
from services.orders.events import OrderCompleted
from services.stores.queries import load_settings

NEWS = timedelta(days=1)  # an older sale (a replay, a queue that was offline) is nothing to be told of


def keep_facts(session: Session, event: OrderCompleted) -> None:
    """Count the sale in the member's facts."""
    if event.member_id is not None:
        members.record_order(session, event.member_id, event.paid, datetime.fromisoformat(event.completed_at))


def tell_member(session: Session, event: OrderCompleted) -> None:
    """Put the receipt into the member's inbox, once, and on the way to their devices; unless the shop or the member does not want that."""
    completed, booked = datetime.fromisoformat(event.completed_at), datetime.fromisoformat(event.booked_at)
    if event.member_id is None or booked - completed > NEWS:
        return
    settings = load_settings(session)
    if not settings["messages.sale"]:
        return
    reader = find_reader(session, event.member_id)
    if not reader.listens:
        return
    language = reader.language or str(settings["shop.language"])
    text = texts.sale(
        language,
        amount=event.paid,
        points=event.points_earned,
        balance=event.points_after or 0,
    )
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
