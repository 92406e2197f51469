"""The tills of the demo shop: yesterday's shift at the first store, a yuan short, and today's, which is open."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from services.checkout.commands.tills import close_till
from services.checkout.queries.tills import get_expected
from services.demo import cast
from services.identity import queries as identity
from services.orders.models import Order
from services.shared.actors import Actor
from services.shared.database import transaction
from services.stores.models import Store
from services.stores.queries import load_settings
from services.tills import commands as tills
from services.tills.models import TillShift

FLOAT = 300_00
# Hours after opening, and the cash that was moved by hand then.
MOVES = (
    (4, {"kind": "out", "amount": 20_00, "reason": "付快递费"}),
    (7, {"kind": "in", "amount": 100_00, "reason": "换零钱"}),
)


def keep(made_at: datetime) -> None:
    """Write both shifts, once."""
    with transaction() as session:
        if session.scalar(select(exists().where(TillShift.id.is_not(None)))):
            return
        store = session.scalars(select(Store).where(Store.code == "A1")).one()
        cashier = _cashier(session)
        zone = ZoneInfo(load_settings(session).zone)
        today = made_at.astimezone(zone).date()
        yesterday = today - timedelta(days=1)
        opens, closes = (datetime.combine(yesterday, moment, zone) for moment in (time(9, 50), time(21, 20)))
        last = _begin(session, store, cashier, opens)
        _fill(session, last, store, Order.day == yesterday)
        for hours, move in MOVES:
            tills.create_entry(session, last, move, actor=cashier, at=opens + timedelta(hours=hours))
        found = get_expected(session, last, FLOAT)
        counted = {"counted": found | {"cash": found["cash"] - 1_00}, "reason": "找零时多找了 1 元"}
        close_till(session, last, counted, actor=cashier, at=closes)
        now = _begin(session, store, cashier, min(made_at, datetime.combine(today, time(9, 50), zone)))
        _fill(session, now, store, Order.day == today)


def _cashier(session: Session) -> Actor:
    found = identity.find_staff(session, next(each.username for each in cast.STAFF if each.role == "cashier"))
    assert found is not None
    return identity.actor_of_staff(session, found, "demo")


def _begin(session: Session, store: Store, cashier: Actor, at: datetime) -> int:
    data = {"store_id": store.id, "name": "收银台", "opening_float": FLOAT}
    return tills.open_shift(session, data, actor=cashier, at=at)


def _fill(session: Session, shift_id: int, store: Store, when: object) -> None:
    """The day's sales came in through this till."""
    sold = update(Order).where(Order.store_id == store.id, when, Order.shift_id.is_(None))  # type: ignore[arg-type]
    session.execute(sold.values(shift_id=shift_id))
