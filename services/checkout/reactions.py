"""What follows a sale in the domains below: the member's facts, and a word to the member."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.checkout import texts as refund_texts
from services.checkout.commands.merging import carry_growth
from services.checkout.queries.growth import hold_paid_by_member
from services.coupons import commands as coupons
from services.coupons.models import Coupon
from services.household import texts as household_texts
from services.household.queries import find_share
from services.loyalty import commands as loyalty
from services.loyalty.queries import find_pending
from services.members import commands as members
from services.members.queries import find_reader, get_member, keeper_of
from services.messaging import commands as messaging
from services.messaging import texts
from services.orders.events import InvoiceAnswered, OrderCompleted, OrderHandedOver, OrderRefunded
from services.orders.models import Order
from services.orders.queries import find_visits
from services.shared import clock
from services.shared.actors import SYSTEM
from services.signin.events import SpendingFrozen
from services.stores.models import Store
from services.stores.queries import load_settings
from services.wallet import texts as wallet_texts
from services.wallet.queries import find_change

NEWS = timedelta(days=1)  # an older sale (a replay, a queue that was offline) is nothing to be told of


def keep_facts(session: Session, event: OrderCompleted) -> None:
    """Count the sale in the member's facts."""
    if event.member_id is not None:
        members.record_order(
            session, keeper_of(session, event.member_id), event.paid, datetime.fromisoformat(event.completed_at)
        )


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
        points=0 if event.earner_id else event.points_earned,
        balance=event.points_after or 0,
        days=waits if waits and find_pending(session, event.order_id) else 0,
    )
    if event.wallet_spent and event.payer_id:
        text = replace(text, body=household_texts.used(language, amount=event.wallet_spent) + text.body)
    elif event.wallet_spent:
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


def tell_holder(session: Session, event: OrderCompleted) -> None:
    """Say to the holder of a household at once that somebody used what they share: who, how much, where. Also to the silent."""
    stored = event.wallet_spent if event.payer_id else 0
    points = event.points_spent if event.earner_id else 0
    holder_id = event.payer_id or event.earner_id
    if holder_id is None or event.member_id is None or not (stored or points):
        return
    reader, share = find_reader(session, holder_id), find_share(session, event.member_id, at=clock.now())
    if reader.erased:
        return
    language = reader.language or str(load_settings(session)["shop.language"])
    text = household_texts.paid(
        language, name=get_member(session, event.member_id).veiled_name, kinship=share.kinship if share else "other",
        amount=stored, points=points, store=session.get_one(Store, event.store_id).name,
        left=event.wallet_after if stored else None,
    )  # fmt: skip
    messaging.send_message(
        session, holder_id, key=f"household:order:{event.order_id}", category="service", text=text,
        path="/member/wallet/statement" if stored else "/member/points", language=language,
        at=datetime.fromisoformat(event.booked_at),
    )  # fmt: skip


def tell_holder_of_refund(session: Session, event: OrderRefunded) -> None:
    """Say to the holder what came back of a purchase that somebody of the household made with what is theirs."""
    order = session.get_one(Order, event.order_id)
    holder_id = order.payer_id or order.earner_id
    back = _back_to_wallet(session, event) if order.payer_id else None
    points = event.points_returned - event.points_taken_back if order.earner_id else 0
    if holder_id is None or order.member_id is None or not (back or points):
        return
    reader = find_reader(session, holder_id)
    if reader.erased:
        return
    language = reader.language or str(load_settings(session)["shop.language"])
    text = household_texts.returned(
        language, name=get_member(session, order.member_id).veiled_name, amount=back[0] if back else 0, points=points,
        balance=back[1] if back else None,
    )  # fmt: skip
    messaging.send_message(
        session, holder_id, key=f"household:refund:{event.refund_id}", category="service", text=text,
        path="/member/wallet/statement" if back else "/member/points", language=language,
        at=datetime.fromisoformat(event.at),
    )  # fmt: skip


def _back_to_wallet(session: Session, event: OrderRefunded) -> tuple[int, int] | None:
    """What a refund put back into a wallet, and what that held then."""
    return find_change(session, f"refund:{event.order_id}:{event.number.rsplit('-R', 1)[-1]}")


def _used_something(session: Session, order_id: int) -> bool:
    """Whether an order used points or coupons of the member's up: that is always told (domain.md, *Roles*)."""
    points = session.scalar(select(Order.points_spent).where(Order.id == order_id))
    return bool(points) or session.scalar(select(Coupon.id).where(Coupon.order_id == order_id).limit(1)) is not None


def correct_facts(session: Session, event: OrderRefunded) -> None:
    """Take the refund out of the member's facts."""
    if event.member_id is not None:
        members.record_refund(
            session,
            keeper_of(session, event.member_id),
            event.amount,
            complete=event.complete,
            at=datetime.fromisoformat(event.at),
        )


def tell_of_refund(session: Session, event: OrderRefunded) -> None:
    """Say in the member's inbox, once, what came back and what became of their points; also to the silent where that was theirs."""
    if event.member_id is None:
        return
    reader, order = find_reader(session, event.member_id), session.get_one(Order, event.order_id)
    back = _back_to_wallet(session, event)
    seen = replace(event, points_taken_back=0, points_returned=0, debt=0) if order.earner_id else event
    moved = back is not None or seen.points_taken_back or seen.points_returned
    if reader.erased or not (reader.listens or moved or _used_something(session, event.order_id)):
        return
    language = reader.language or str(load_settings(session)["shop.language"])
    text = refund_texts.refund(language, seen)
    if back is not None:
        told = (
            household_texts.given_back(language, amount=back[0])
            if order.payer_id
            else wallet_texts.given_back(language, amount=back[0], balance=back[1])
        )
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
        carry_growth(session, buyer.member_id, actor=SYSTEM, at=at)


def move_facts(session: Session, event: OrderHandedOver) -> None:
    """Count the order for the member whose it is now, and no more for the other one."""
    members.record_order(session, event.to_member_id, event.amount, datetime.fromisoformat(event.completed_at))
    if event.from_member_id is not None:
        at = datetime.fromisoformat(event.at)
        members.record_refund(session, keeper_of(session, event.from_member_id), event.amount, complete=True, at=at)
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
