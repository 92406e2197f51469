"""Plays a real bakery's tickets (`bread-basket.csv`) through the same checkout as the counter does.

The data says what was bought and when; prices and customers are not in it (bread_basket.py invents them). Each ticket is booked at
its own time in the shop's zone, once: its external key is `bread-basket:<transaction>`.
"""

import csv
import re
import time
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.catalog import commands as catalog
from services.catalog.models import Category, Product
from services.checkout.commands import complete_order
from services.checkout.queries import Counter, get_sale, load_counter
from services.checkout.rules.pricing import Cart, CartLine
from services.demo import bread_basket
from services.identity import commands as identity
from services.members import commands as members
from services.members.models import Member
from services.orders.queries import TenderView, find_external_keys
from services.shared import ids
from services.shared.actors import SYSTEM
from services.shared.database import reading, transaction
from services.shared.refusals import Refusal
from services.stores.models import Store
from services.stores.queries import is_set_up, list_stores, load_settings

SHOP, STORE, ZONE = "Bread Basket", "BB", "Europe/London"
COLUMNS = ("Date", "Time", "Transaction", "Item")
LOCK = 0.015  # seconds of writing before others get a turn


@dataclass
class Ticket:
    """One transaction: when it was, and how many of each item (names trimmed)."""

    number: int
    moment: datetime
    items: Tally[str] = field(default_factory=Tally)

    @property
    def key(self) -> str:
        """Its name in our books."""
        return f"bread-basket:{self.number}"


@dataclass(frozen=True)
class Opened:
    """The shop that was made because there was none."""

    username: str
    password: str


@dataclass(frozen=True)
class Bakery:
    """What booking needs to know: the counter, product ids by item, member ids by regular."""

    counter: Counter
    products: Mapping[str, int]
    regulars: Mapping[int, int]


@dataclass(frozen=True)
class Played:
    """What a replay did. `seconds` is the time it took to book the new tickets."""

    tickets: int
    new: int
    seconds: float


def set_up_if_empty(roles: Mapping[str, Iterable[str]], *, at: datetime) -> Opened | None:
    """A shop with one store, in the bakery's own zone, where there is none yet; None where there is one."""
    with reading() as session:
        if is_set_up(session):
            return None
    opened = Opened("owner", ids.token()[:12])
    with transaction() as session:
        identity.set_up_shop(
            session,
            settings={"shop.name": SHOP, "shop.zone": ZONE},
            store={"code": STORE, "name": SHOP},
            owner={"username": opened.username, "name": "Owner", "password": opened.password},
            roles=roles,
            at=at,
        )
    return opened


def read_tickets(path: Path, zone: str) -> list[Ticket]:
    """The tickets of the file in its order. Raises Refusal when it is not such a file."""
    found: dict[int, Ticket] = {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        if rows.fieldnames is None or not set(COLUMNS) <= set(rows.fieldnames):
            raise Refusal("not_a_replay", f"{path.name}: the columns must be {', '.join(COLUMNS)}")
        for row in rows:
            try:
                number, moment = int(row["Transaction"]), _moment(row["Date"], row["Time"], zone)
            except (ValueError, TypeError):
                raise Refusal("not_a_replay", f"{path.name}, line {rows.line_num}: no date, time or number") from None
            found.setdefault(number, Ticket(number, moment)).items[row["Item"].strip()] += 1
    return list(found.values())


def play(
    tickets: Sequence[Ticket], *, store_code: str | None, at: datetime, tell: Callable[[str], None] = lambda _: None
) -> Played:
    """Book every ticket that is not booked yet, in short transactions, through `complete_order`. `tell` hears of the progress."""
    missing = _missing(tickets)
    started = time.perf_counter()
    if missing:
        bakery = _open(missing, store_code)
        done = 0
        while done < len(missing):
            before, done = done, done + _book(missing[done : done + 100], bakery, at)
            if done // 1000 > before // 1000:
                tell(f"{done} of {len(missing)}")
    return Played(len(tickets), len(missing), time.perf_counter() - started)


def shop_zone() -> str:
    """The zone that the shop's days are counted in."""
    with reading() as session:
        return load_settings(session).zone


def _moment(day: str, clock_time: str, zone: str) -> datetime:
    return datetime.strptime(f"{day} {clock_time}", "%d-%m-%Y %H:%M:%S").replace(tzinfo=ZoneInfo(zone))


def _missing(tickets: Sequence[Ticket]) -> list[Ticket]:
    booked: set[str] = set()
    with reading() as session:
        for start in range(0, len(tickets), 500):
            booked |= find_external_keys(session, [ticket.key for ticket in tickets[start : start + 500]])
    return [ticket for ticket in tickets if ticket.key not in booked]


def _book(tickets: Sequence[Ticket], bakery: Bakery, at: datetime) -> int:
    """Book the first few of `tickets` in one transaction that holds its lock for about `LOCK` seconds. Returns how many."""
    booked = 0
    with transaction() as session:
        until = time.perf_counter() + LOCK
        for ticket in tickets:
            _sell(session, ticket, bakery, at)
            booked += 1
            if time.perf_counter() > until:
                break
    return booked


def _sell(session: Session, ticket: Ticket, bakery: Bakery, at: datetime) -> None:
    counter, products, regulars = bakery.counter, bakery.products, bakery.regulars
    fate = bread_basket.fate_of(ticket.number)
    member_id = None if fate.regular is None else regulars[fate.regular]
    lines = tuple(CartLine(products[name], {}, pieces) for name, pieces in ticket.items.items())
    due = sum(counter.products[line.product_id].price * line.quantity for line in lines)
    cart = Cart(counter.store.id, member_id, lines)
    sale = get_sale(session, counter, cart, _tenders(due, fate.tender), at=ticket.moment)
    complete_order(
        session, sale, origin="replay", external_key=ticket.key, completed_at=ticket.moment, actor=SYSTEM, at=at
    )


def _tenders(due: int, kind: str) -> list[TenderView]:
    """All by one tender; cash comes in notes of ten yuan."""
    if not due:
        return []
    return [TenderView(kind, due, -(-due // 1000) * 1000 if kind == "cash" else None)]


def _open(tickets: Sequence[Ticket], store_code: str | None) -> Bakery:
    counter, products = _stock(tickets, store_code)
    return Bakery(counter, products, _welcome(counter.store.id, tickets))


def _stock(tickets: Sequence[Ticket], store_code: str | None) -> tuple[Counter, dict[str, int]]:
    """The counter with every item of the tickets on sale; items are found again by their article number."""
    names = sorted({name for ticket in tickets for name in ticket.items})
    with transaction() as session:
        store = _store(session, store_code)
        known = {
            sku: found
            for found, sku in session.execute(
                select(Product.id, Product.sku).where(Product.sku.in_([_sku(name) for name in names]))
            )
        }
        shelf = _shelf(session, tickets[0].moment) if len(known) < len(names) else None
        for name in names:
            if _sku(name) not in known:
                price = bread_basket.PRICES.get(name, bread_basket.FALLBACK_PRICE)
                data = {"name": name[:40], "sku": _sku(name), "price": price, "category_id": shelf}
                made = catalog.create_product(session, data, actor=SYSTEM, at=tickets[0].moment)
                known[_sku(name)] = made.id
        products = {name: known[_sku(name)] for name in names}
        lines = tuple(CartLine(product_id, {}) for product_id in products.values())
        return load_counter(session, Cart(store.id, None, lines)), products


def _store(session: Session, code: str | None) -> Store:
    stores = list_stores(session, actor=SYSTEM)
    for store in stores:
        if code in {None, store.code}:
            return store
    raise Refusal("store_not_found", f"there is no store {code}")


def _shelf(session: Session, at: datetime) -> int:
    found = session.scalar(select(Category.id).where(Category.name == SHOP))
    return found or catalog.create_category(session, {"name": SHOP, "sort": 900}, actor=SYSTEM, at=at).id


def _sku(name: str) -> str:
    return "BB-" + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:28]


def _welcome(store_id: int, tickets: Sequence[Ticket]) -> dict[int, int]:
    """The invented regulars whom these tickets need, by number; each joined with the first ticket."""
    needed = sorted(
        {fate.regular for ticket in tickets if (fate := bread_basket.fate_of(ticket.number)).regular is not None}
    )
    with reading() as session:
        phones = {bread_basket.phone_of(regular): regular for regular in needed}
        rows = session.execute(select(Member.id, Member.phone).where(Member.phone.in_(phones)))
        found = {phones[phone]: member_id for member_id, phone in rows if phone is not None}
    for regular in needed:
        if regular not in found:
            data = {
                "name": bread_basket.REGULARS[regular],
                "phone": bread_basket.phone_of(regular),
                "store_id": store_id,
                "source": "import",
            }
            with transaction() as session:
                member = members.create_member(session, data, actor=SYSTEM, at=tickets[0].moment)
            found[regular] = member.id
    return found
