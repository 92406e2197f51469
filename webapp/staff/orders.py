"""订单: what was sold here, one page per order, the receipt to print."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template, request, url_for

from services.checkout import permissions
from services.checkout.queries import list_totals_now
from services.checkout.queries.receipts import as_told, list_steps, load_receipt
from services.members.permissions import MEMBERS_READ
from services.members.queries import search_members
from services.orders import queries
from services.orders.permissions import INVOICES_CREATE, ORDERS_READ, ORDERS_REVIEW
from services.orders.queries import OrderView
from services.shared import clock, ids
from services.stores.queries import get_store
from services.tills.permissions import TILLS_AUDIT
from webapp.staff import asked as asked_for
from webapp.staff import blueprint
from webapp.staff.order_members import may_hand_over
from webapp.web import edge, guards, i18n, own_fields, shop

PAGE, PEOPLE = 30, 20
KINDS = ("cash", "wechat", "alipay", "card", "other")
RECEIPT = "CK:R:"
PAID = "paid"
PRICED = {"old_price", "choices_unknown"}  # flags that are about what was paid


@dataclass(frozen=True)
class Asked:
    """What the address asks for: words (they look at every day), a day, a way of paying; or those that wait for a look."""

    text: str
    day: date
    tender: str
    today: date
    flagged: bool = False

    @property
    def any_day(self) -> bool:
        """Whether every day is looked at."""
        return bool(self.text) or self.flagged

    def address(self, **more: Any) -> dict[str, Any]:
        """The same as parameters of an address; what is usual is left out."""
        asked = {"q": self.text, "day": "" if self.day == self.today else self.day.isoformat(), "tender": self.tender}
        asked["flagged"] = "1" if self.flagged else ""
        return {name: value for name, value in (asked | more).items() if value}

    @property
    def noon(self) -> datetime:
        """A moment of that day, for words like 昨天."""
        return datetime.combine(self.day, time(12), ZoneInfo(shop.settings().zone))


@blueprint.get("/orders")
@guards.staff(ORDERS_READ)
def orders() -> str:
    """One store's orders of a day, the newest first; searching looks at every day."""
    return _page(show="list", order=None)


@blueprint.get("/orders/<int:order_id>")
@guards.staff(ORDERS_READ)
def order(order_id: int) -> str:
    """One order. One of a store that this person does not see does not exist."""
    actor = edge.actor()
    return _page(show="detail", order=as_told(queries.get_order(edge.read(), order_id, actor=actor), actor))


@blueprint.get("/orders/<int:order_id>/receipt")
@guards.staff(ORDERS_READ)
def receipt(order_id: int) -> str:
    """The receipt for a 58 or 80 mm printer; for who may not pass it on a slip without code and link."""
    session, actor = edge.read(), edge.actor()
    found = as_told(queries.get_order(session, order_id, actor=actor), actor)
    return render_template(
        "staff/orders/receipt.html",
        receipt=load_receipt(session, found),
        store=get_store(session, found.store_id, actor=actor),
        closing=shop.settings()["orders.receipt_note"],
    )


def _page(*, show: str, order: OrderView | None) -> str:
    asked, store = _asked(order.day if order else None), shop.current_store()
    found, more = _found(asked, store.id)
    shown = order or (as_told(found[0], edge.actor()) if found else None)
    priced = {each.id: each for each in (*found, shown) if each is not None and set(each.flags) & PRICED}
    return render_template(
        "staff/orders/index.html",
        show=show,
        order=order,
        beside=shown,
        steps=list_steps(edge.read(), shown) if shown else (),
        refunds=queries.list_refunds(edge.read(), shown.id) if shown and shown.state != PAID else [],
        handovers=queries.list_handovers(edge.read(), shown.id) if shown and shown.member_id else [],
        may=_may(shown),
        answers=own_fields.filled("order", shown.id) if shown else [],
        invoice=queries.find_invoice(edge.read(), shown.id) if shown else None,
        orders=found,
        waiting=queries.list_waiting(edge.read(), [each.id for each in found if each.flags]),
        totals_now=list_totals_now(edge.read(), store.id, list(priced.values())),
        flagged=queries.count_flagged(edge.read(), store.id),
        look=queries.find_look(edge.read(), shown.id) if shown and shown.flags else None,
        asked=asked,
        store=store,
        totals=None if asked.any_day else queries.get_day_totals(edge.read(), store.id, asked.day),
        by_tender=edge.actor().may(TILLS_AUDIT, store.id),
        following=url_for("staff.orders", **asked.address(after=found[-1].id)) if more else "",
        day_before=url_for("staff.orders", **asked.address(day=(asked.day - timedelta(days=1)).isoformat())),
        day_after=url_for("staff.orders", **asked.address(day=(asked.day + timedelta(days=1)).isoformat())),
    )


def _may(order: OrderView | None) -> dict[str, bool]:
    """What this person may do with the order now."""
    if order is None:
        return {}
    actor, today = edge.actor(), i18n.local(clock.now()).date()
    is_open = order.state in queries.OPEN_STATES
    refunds = actor.may(permissions.REFUNDS_CREATE, order.store_id) and is_open
    return {
        "refund": refunds,
        "ask_refund": is_open and not refunds and actor.may(permissions.ORDERS_CREATE, order.store_id),
        "void": refunds and order.state == PAID and order.day == today,
        "hand_over": may_hand_over(order),
        "answer": actor.may(permissions.ORDERS_CREATE, order.store_id),
        "invoice": actor.may(INVOICES_CREATE, order.store_id),
        "review": actor.may(ORDERS_REVIEW, order.store_id),
    }


def _found(asked: Asked, store_id: int) -> tuple[list[OrderView], bool]:
    """The page of orders that was asked for, and whether there are more. A receipt's code finds its order in every store one sees."""
    session, actor = edge.read(), edge.actor()
    code = ids.read_short_code(asked.text.upper().removeprefix(RECEIPT))
    if code is not None:
        by_code = queries.find_order_by_receipt(session, code, actor=actor)
        return ([by_code] if by_code else []), False
    knows = asked.text and actor.may(MEMBERS_READ)
    people = [card.id for card in search_members(session, asked.text, limit=PEOPLE, asker=actor)] if knows else []
    found = queries.list_orders(
        session,
        actor=actor,
        store_id=store_id,
        day=None if asked.any_day else asked.day,
        number=asked.text,
        or_member_ids=people,
        tender=asked.tender,
        flagged=asked.flagged,
        after=asked_for.number("after"),
        limit=PAGE + 1,
    )
    return found[:PAGE], len(found) > PAGE


def _asked(usual: date | None) -> Asked:
    today, tender = i18n.local(clock.now()).date(), request.args.get("tender", "")
    flagged = request.args.get("flagged") == "1"
    return Asked(asked_for.text(), _day() or usual or today, tender if tender in KINDS else "", today, flagged)


def _day() -> date | None:
    """The day in the address; None for none, or for one that no calendar of ours reaches."""
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None
    return day if 1970 <= day.year <= 2200 else None
