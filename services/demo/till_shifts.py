"""The tills of the demo shop: yesterday's shift at the first store, a yuan short, and today's, which is open; and who wants an invoice."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from services.checkout.commands.tills import close_till
from services.checkout.queries.tills import get_expected
from services.demo import cast
from services.identity import queries as identity
from services.orders import queries as orders
from services.orders.commands import ask_invoice
from services.orders.models import Order
from services.shared.actors import Actor
from services.shared.database import transaction
from services.shared.days import day_bounds
from services.stores.models import Store
from services.stores.queries import load_settings
from services.tills import commands as tills
from services.tills.models import TillShift
from services.wallet.models import TopUp

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
        _fill(session, last, store, yesterday, zone.key)
        for hours, move in MOVES:
            tills.create_entry(session, last, move, actor=cashier, at=opens + timedelta(hours=hours))
        found = get_expected(session, last, FLOAT)
        counted = {"counted": found | {"cash": found["cash"] - 1_00}, "reason": "找零时多找了 1 元"}
        close_till(session, last, counted, actor=cashier, at=closes)
        _ask_invoice(session, store, cashier, made_at)
        now = _begin(session, store, cashier, min(made_at, datetime.combine(today, time(9, 50), zone)))
        _fill(session, now, store, today, zone.key)


def _cashier(session: Session) -> Actor:
    found = identity.find_staff(session, next(each.username for each in cast.STAFF if each.role == "cashier"))
    assert found is not None
    return identity.actor_of_staff(session, found, "demo")


def _begin(session: Session, store: Store, cashier: Actor, at: datetime) -> int:
    data = {"store_id": store.id, "name": "收银台", "opening_float": FLOAT}
    return tills.open_shift(session, data, actor=cashier, at=at)


def _fill(session: Session, shift_id: int, store: Store, day: date, zone: str) -> None:
    """The day's sales and top-ups came in through this till."""
    first, last = day_bounds(day, zone)
    for table, within in ((Order, Order.day == day), (TopUp, (TopUp.at >= first) & (TopUp.at < last))):
        mine = update(table).where(table.store_id == store.id, within, table.shift_id.is_(None))
        session.execute(mine.values(shift_id=shift_id))


def _ask_invoice(session: Session, store: Store, cashier: Actor, at: datetime) -> None:
    """A company wants an invoice for the last sale."""
    latest = select(Order.id).where(Order.store_id == store.id).order_by(Order.id.desc()).limit(1)
    order = orders.get_order(session, session.scalars(latest).one(), actor=cashier)
    wanted = {
        "kind": "company",
        "title": "东湖设计工作室",
        "tax_number": "91350100M000100Y43",
        "email": "account@example.com",
    }
    ask_invoice(session, order, wanted, actor=cashier, at=at)
