"""Filling an empty shop, portion by portion; a portion is a transaction."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.coupons.models import Coupon, CouponTemplate
from services.demo.bulk import holdings, people, sales
from services.demo.bulk.opening import Opened, open_shop
from services.demo.bulk.people import Rows
from services.demo.bulk.plan import BEFORE, DAYS, Plan
from services.demo.bulk.rows import dress, lay_aside, make_room, put_in_order, strip
from services.members.models import Member
from services.members.queries import load_consent_texts
from services.segments.models import FollowMark
from services.shared.bulk import Sheet, write
from services.shared.database import reading, transaction
from services.shared.days import local_day
from services.shared.refusals import Refusal
from services.stores.queries import is_set_up, load_settings

MEMBERS, SALES = 20_000, 100_000  # in one transaction
ASIDE = Sheet("bulk_search_terms", people.TERMS.columns)
SHEETS = (*people.SHEETS, *holdings.SHEETS, *sales.SHEETS)
Tell = Callable[[str], None]


def fill(
    members: int, orders: int, seed: int, password: str, roles: Mapping[str, Iterable[str]], *, at: datetime, tell: Tell
) -> None:
    """Set up a shop and fill it with so many members and orders. Refuses a database that holds a shop or members already."""
    with transaction() as session:
        _require_empty(session)
        shop = open_shop(session, password, roles, at=at - BEFORE - timedelta(days=DAYS + 10))
        strip(session, SHEETS)
        lay_aside(session, people.TERMS, ASIDE)
    with reading() as session:
        settings, texts = load_settings(session), load_consent_texts(session)
    plan = Plan(members, orders, seed, at, settings.zone, len(shop.stores), len(shop.goods))
    today = local_day(at, settings.zone)
    who = people.People(plan, shop, texts, today)
    _fill_members(who, holdings.Holdings(plan, plan.bought(), shop, settings, today), tell)
    _fill_sales(plan, shop, tell)
    tell("search terms in order")
    with transaction() as session:
        make_room(session)
        put_in_order(session, people.TERMS, ASIDE)
    tell("indexes")
    with transaction() as session:
        make_room(session)
        for name in ("facts", "tags", "rfm"):
            session.add(FollowMark(name=name, day=today))
        issued = select(func.count()).where(Coupon.template_id == CouponTemplate.id).scalar_subquery()
        session.execute(update(CouponTemplate).values(issued=issued))
        session.flush()
        dress(session, SHEETS)


def _require_empty(session: Session) -> None:
    if is_set_up(session) or session.scalar(select(Member.id).limit(1)) is not None:
        raise Refusal("already_set_up", "this database holds a shop already: name an empty DATA folder or database")


def _fill_members(who: people.People, what: holdings.Holdings, tell: Tell) -> None:
    for first in range(0, who.plan.members, MEMBERS):
        last = min(first + MEMBERS, who.plan.members)
        rows: Rows = {each: [] for each in (*people.SHEETS, *holdings.SHEETS)}
        for number in range(first, last):
            what.add(rows, number, who.add(rows, number), who.parent(number))
        _write({ASIDE if each is people.TERMS else each: some for each, some in rows.items()})
        _tell(tell, last, first, "members", who.plan.members)


def _fill_sales(plan: Plan, shop: Opened, tell: Tell) -> None:
    for place, rows in enumerate(sales.Sales(plan, shop).portions(SALES), start=1):
        _write(rows)
        _tell(tell, min(place * SALES, plan.sales), (place - 1) * SALES, "orders", plan.sales)


def _write(rows: Rows) -> None:
    with transaction() as session:
        make_room(session)
        for to, some in rows.items():
            write(session, to, some)


def _tell(tell: Tell, done: int, before: int, what: str, most: int) -> None:
    step = max(most // 10, 1)
    if done // step > before // step:
        tell(f"{done} of {most} {what}")
