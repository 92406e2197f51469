"""What the demo shop sold in the sixty days before it was opened here: the same sales every time, through the real checkout.

Nobody is told of them but for those of the last day (checkout/reactions.py). Each is booked once: its external key is `demo:<number>`.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalog.models import Product
from services.checkout.commands import complete_order
from services.checkout.queries import get_sale, load_counter
from services.checkout.rules.pricing import Cart, CartLine
from services.demo import cast, guests, menu
from services.demo.guests import Guest
from services.identity import queries as identity
from services.members.models import Member
from services.orders.queries import TenderView, find_external_keys
from services.shared.actors import Actor
from services.shared.database import reading, transaction
from services.stores.models import Store
from services.stores.queries import load_settings

DAYS = 60
BATCH = 20  # sales in one transaction
WEEKDAY, WEEKEND = 5, 10  # sales a day
HOURS = (10, 11, 12, 13, 14, 15, 15, 15, 16, 16, 17, 18, 19, 19, 20)
TENDERS = ("wechat", "wechat", "wechat", "wechat", "alipay", "alipay", "cash", "card")
WALK_IN = 0.25  # share of sales without a member


@dataclass(frozen=True)
class Ticket:
    """One sale: items of the menu with their choices, who bought (place in the list of guests, None for a walk-in)."""

    number: int
    moment: datetime
    store_code: str
    guest: int | None
    items: tuple[tuple[menu.Item, int, Mapping[str, str]], ...]
    tender: str

    @property
    def key(self) -> str:
        """Its name in the books."""
        return f"demo:{self.number}"


@dataclass(frozen=True)
class Shop:
    """What booking needs to know: ids by store code, by product name and by guest, and who sells."""

    stores: Mapping[str, int]
    products: Mapping[str, int]
    members: Mapping[int, int]
    cashier: Actor


def make_tickets(now: datetime, zone: str, regulars: Sequence[Guest]) -> list[Ticket]:
    """The sales before `now`, oldest first."""
    dice = random.Random(guests.SEED)  # noqa: S311 (invented sales, nothing secret)
    moments = sorted(moment for moment in _moments(now, zone, dice) if moment < now)
    tickets = [_ticket(number, moment, regulars, dice) for number, moment in enumerate(moments, start=1)]
    return [*tickets, _visit_of_first(len(tickets) + 1, now, zone)]


def _moments(now: datetime, zone: str, dice: random.Random) -> Iterator[datetime]:
    today = now.astimezone(ZoneInfo(zone)).date()
    for ago in range(DAYS, -1, -1):
        day = today - timedelta(days=ago)
        for _ in range((WEEKEND if day.weekday() >= 5 else WEEKDAY) + dice.randrange(3)):
            yield _at(day, dice.choice(HOURS), dice.randrange(60), zone)


def _at(day: date, hour: int, minute: int, zone: str) -> datetime:
    return datetime.combine(day, time(hour, minute), ZoneInfo(zone))


def _ticket(number: int, moment: datetime, regulars: Sequence[Guest], dice: random.Random) -> Ticket:
    known = [place for place, guest in enumerate(regulars) if guest.joined_at < moment]
    guest = None if dice.random() < WALK_IN else dice.choices(known, [regulars[place].weight for place in known])[0]
    store_code = dice.choice(("A1", "A1", "A2")) if guest is None else regulars[guest].store_code
    bought = dice.choices(menu.ITEMS, [item.weight for item in menu.ITEMS], k=dice.choice((1, 1, 2, 2, 3)))
    items = tuple((item, 1, _choices(item, dice)) for item in dict.fromkeys(bought))
    return Ticket(number, moment, store_code, guest, items, dice.choice(TENDERS))


def _choices(item: menu.Item, dice: random.Random) -> dict[str, str]:
    return {option["key"]: dice.choice(option["choices"])["key"] for option in item.options}


def _visit_of_first(number: int, now: datetime, zone: str) -> Ticket:
    """The first guest came at twenty past three, today or yesterday: so that the demo member's inbox holds something."""
    day = now.astimezone(ZoneInfo(zone)).date()
    moment = _at(day, 15, 20, zone)
    moment = moment if moment < now else _at(day - timedelta(days=1), 15, 20, zone)
    nothing: dict[str, str] = {}
    items = tuple((item, pieces, nothing) for item in menu.ITEMS for name, pieces in _USUAL if item.name == name)
    return Ticket(number, moment, "A1", 0, items, "wechat")


_USUAL = (("海盐芝士卷", 2), ("杨梅大福", 1))


def book(now: datetime, made_at: datetime) -> int:
    """Book what is not booked yet of the sales before `made_at`; returns how many. Safe to run again."""
    with reading() as session:
        zone = load_settings(session).zone
        tickets = make_tickets(made_at, zone, tuple(guests.make_guests(made_at)))
        booked = find_external_keys(session, [ticket.key for ticket in tickets])
        shop = _look_up(session)
    missing = [ticket for ticket in tickets if ticket.key not in booked]
    for start in range(0, len(missing), BATCH):
        with transaction() as session:
            for ticket in missing[start : start + BATCH]:
                _sell(session, ticket, shop, now)
    return len(missing)


def _look_up(session: Session) -> Shop:
    stores = dict(session.execute(select(Store.code, Store.id)).all())
    products = dict(session.execute(select(Product.name, Product.id)).all())
    phones = {guests.phone_of(place): place for place in range(len(guests.NAMES))}
    rows = session.execute(select(Member.phone, Member.id).where(Member.phone.in_(phones)))
    members = {phones[phone]: member_id for phone, member_id in rows if phone is not None}
    cashier = identity.find_staff(session, next(each.username for each in cast.STAFF if each.role == "cashier"))
    assert cashier is not None
    return Shop(stores, products, members, identity.actor_of_staff(session, cashier, "demo"))


def _sell(session: Session, ticket: Ticket, shop: Shop, now: datetime) -> None:
    lines = tuple(CartLine(shop.products[item.name], choices, pieces) for item, pieces, choices in ticket.items)
    member_id = None if ticket.guest is None else shop.members.get(ticket.guest)
    cart = Cart(shop.stores[ticket.store_code], member_id, lines, own=True)  # sold before anybody shared an account
    counter = load_counter(session, cart)
    due = get_sale(session, counter, cart, None, at=ticket.moment).price.due
    sale = get_sale(session, counter, cart, [_paid(ticket.tender, due)], at=ticket.moment)
    complete_order(
        session, sale, origin="counter", external_key=ticket.key, completed_at=ticket.moment, actor=shop.cashier, at=now
    )


def _paid(kind: str, due: int) -> TenderView:
    """All by one tender; cash comes in notes of fifty."""
    return TenderView(kind, due, -(-due // 5000) * 5000 if kind == "cash" else None)
