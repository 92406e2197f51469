"""Writing a sale: everything that may refuse it was checked before (queries.get_sale…), so that the lock is held briefly."""

from datetime import datetime

from sqlalchemy.orm import Session

from services.checkout import permissions
from services.checkout.queries import Sale
from services.loyalty import commands as loyalty
from services.loyalty.commands import Earning
from services.orders import commands as orders
from services.orders.commands import OrderDraft
from services.orders.events import OrderCompleted
from services.orders.queries import OrderView
from services.shared.actors import Actor
from services.shared.events import announce


def complete_order(
    session: Session,
    sale: Sale,
    *,
    origin: str,
    external_key: str | None = None,
    completed_at: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> OrderView:
    """Write a checked sale: order, points, audit line, event, in the transaction of `session`.

    `origin` is `counter`, `api`, `replay`…; `external_key` names the sale in a foreign system, once (AlreadyBooked otherwise);
    `completed_at` is the sale's own time where it is not now. What was priced moments ago is written as it was priced: a price
    that changes in between counts from the next sale on.
    """
    actor.require(permissions.ORDERS_CREATE, sale.cart.store_id)
    moment = completed_at or at
    member_id = sale.cart.member_id
    earning = None if member_id is None else loyalty.open_earning(session, member_id, sale.earns)
    draft = _draft(sale, earning, origin, external_key, moment)
    order = orders.record_order(session, draft, actor=actor, at=at)
    if earning is not None:
        loyalty.earn(session, earning, order_id=order.id, actor=actor, at=moment)
    announce(session, _completed(order, at), at=at)
    return order


def _draft(sale: Sale, earning: Earning | None, origin: str, external_key: str | None, moment: datetime) -> OrderDraft:
    store = sale.counter.store
    return OrderDraft(
        store_id=store.id,
        store_code=store.code,
        store_name=store.name,
        zone=sale.counter.settings.zone,
        member_id=sale.cart.member_id,
        member_name=sale.member_name,
        scan_id=sale.scan_id,
        origin=origin,
        external_key=external_key,
        note=sale.note,
        list_total=sale.price.list_total,
        due=sale.price.due,
        change=sale.settlement.change,
        points_earned=sale.earns,
        points_before=earning.before if earning else None,
        points_after=earning.after if earning else None,
        completed_at=moment,
        lines=sale.price.lines,
        tenders=sale.settlement.tenders,
    )


def _completed(order: OrderView, at: datetime) -> OrderCompleted:
    return OrderCompleted(
        order_id=order.id,
        number=order.number,
        store_id=order.store_id,
        member_id=order.member_id,
        paid=order.paid,
        points_earned=order.points_earned,
        points_after=order.points_after,
        completed_at=order.completed_at.isoformat(),
        booked_at=at.isoformat(),
    )
