"""Facts stay what the books say, whatever happens; working them out from scratch changes nothing."""

import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, update

from services.catalog import commands as catalog
from services.checkout.commands import claim_order, complete_order, reassign_order, refund_order
from services.checkout.queries import get_sale, load_counter
from services.checkout.rules.pricing import Cart, CartLine
from services.checkout.rules.refunds import Wish
from services.family import commands as families
from services.family.models import Child
from services.members import commands as members
from services.members.models import Member, MemberFacts
from services.orders.queries import OrderView, TenderView
from services.segments import jobs
from services.segments.models import MemberProduct
from services.shared import clock, database
from services.shared.actors import SYSTEM
from services.shared.days import local_day
from services.shared.models import OutboxEntry
from services.shared.refusals import Refusal
from tests.cast import Cast
from tests.conftest import ENGINE
from tests.oracles.facts import facts_of, products_of
from tests.selling import fill_shelf, welcome_member
from webapp.cli import main

OPERATIONS = int(os.environ.get("CHANGKE_OPERATIONS", "5000" if ENGINE == "sqlite" else "600"))
PEOPLE, COMPARED = 12, 250
LEFT_OUT = {"member_id", "seen_at", "due_at", "rfm_before"}


class Life:
    """A shop in which things happen at random."""

    def __init__(self, shop: Cast, seed: int) -> None:
        self.shop, self.dice, self.now = shop, Random(seed), shop.at
        self.products = list(fill_shelf(shop.at).values())[:4]
        with database.transaction() as session:
            shelf = catalog.create_category(session, {"name": "蛋糕", "sort": 1}, actor=SYSTEM, at=shop.at)
            catalog.change_product(session, self.products[0], {"category_id": shelf.id}, actor=SYSTEM, at=shop.at)
        self.people = [welcome_member(shop.at, f"会员{n}", f"+86138001380{n:02d}").id for n in range(PEOPLE)]
        self.orders: list[OrderView] = []
        self.done: Counter[str] = Counter()

    def step(self) -> None:
        """One thing happens; what the shop refuses does not."""
        act = self.dice.choices((self.sell, self.refund, self.claim, self.reassign, self.family, self.profile, self.archive,
                                 self.wait, self.work), (12, 4, 3, 3, 3, 2, 1, 2, 2))[0]  # fmt: skip
        self.try_to(act)

    def try_to(self, act: Callable[[], None]) -> None:
        """Do it, unless the shop says no or there is nothing to do it to."""
        with clock.stand_at(self.now), suppress(Refusal, IndexError):
            act()
            self.done[act.__name__] += 1

    def sell(self) -> None:
        """To somebody, or a walk-in; now and then a sale from long ago arrives."""
        who = self.dice.choice((None, self.anybody(), self.anybody()))
        lines = tuple(
            CartLine(product, {}, self.dice.randint(1, 3))
            for product in self.dice.sample(self.products, self.dice.randint(1, 3))
        )
        cart = Cart(self.dice.choice((self.shop.east, self.shop.south)).id, who, lines)
        at = self.now - timedelta(hours=self.dice.choice((0, 0, 0, 5, 30, 4000, 8700, 9000)))
        with database.transaction() as session:
            counter = load_counter(session, cart)
            due = get_sale(session, counter, cart, None, at=at).price.due
            sale = get_sale(session, counter, cart, [TenderView("wechat", due)], at=at)
            order = complete_order(session, sale, origin="counter", completed_at=at, actor=SYSTEM, at=self.now)
        self.orders.append(order)

    def refund(self) -> None:
        """All of an order, some pieces, or some money."""
        order = self.dice.choice(self.orders[-40:])
        wish = self.dice.choice((Wish("whole"), Wish("lines", pieces=((1, 1),)), Wish("amount", amount=500)))
        with database.transaction() as session:
            refund_order(session, order.id, wish, "口味不对", actor=self.shop.owner, at=self.now)

    def claim(self) -> None:
        """A walk-in says who they are."""
        order = self.dice.choice([order for order in self.orders[-40:] if order.member_id is None])
        with database.transaction() as session:
            claim_order(session, order.receipt_code, self.anybody(), actor=self.shop.owner, at=self.now)

    def reassign(self) -> None:
        """It was somebody else's."""
        order = self.dice.choice([order for order in self.orders[-20:] if order.member_id is not None])
        with database.transaction() as session:
            reassign_order(session, order.id, self.anybody(), "扫错了", actor=self.shop.owner, at=self.now)

    def family(self) -> None:
        """A child more, one that is spoken of no more or again, a consent less."""
        who, dice = self.anybody(), self.dice
        with database.transaction() as session:
            child = session.scalars(select(Child).where(Child.member_id == who)).first()
            if child is None:
                born = self.today - timedelta(days=dice.randrange(900))
                data = {"name": "", "sex": "girl", "born_on": min(born, born.replace(day=28)), "calendar": None, "allergies": "",
                        "children_consent": True}  # fmt: skip
                families.add_child(session, who, data, actor=SYSTEM, at=self.now)
            else:
                act = dice.choice((families.stop_child, families.resume_child, families.remove_child, None))
                if act is None:
                    members.withdraw_consent(session, who, "children", actor=SYSTEM, at=self.now)
                else:
                    act(session, who, child.id, actor=SYSTEM, at=self.now)

    def profile(self) -> None:
        """Another birthday."""
        calendar, month, day = self.dice.choice(("solar", "lunar")), self.dice.randint(1, 12), self.dice.randint(1, 28)
        birthday = {"calendar": calendar, "month": month, "day": day, "year": None, "leap": False}
        data = {f"birthday_{name}": value for name, value in birthday.items()}
        with database.transaction() as session:
            members.change_member(session, self.anybody(), data, actor=SYSTEM, at=self.now)

    def archive(self) -> None:
        """A card is put away, or comes back."""
        who = self.anybody()
        with database.transaction() as session:
            gone = session.get_one(Member, who).archived_at is not None
            act = members.restore_member if gone else members.archive_member
            act(session, who, actor=SYSTEM, at=self.now)

    def wait(self) -> None:
        """Time passes; each night the worker is there."""
        self.now += timedelta(hours=self.dice.choice((1, 5, 20, 60)))
        with clock.stand_at(self.now):
            jobs.keep_day()

    def work(self) -> None:
        """The worker does what is due."""
        jobs.follow_facts()

    def anybody(self) -> int:
        """Somebody with a card."""
        return self.dice.choice(self.people)

    @property
    def today(self) -> date:
        """The shop's day."""
        return local_day(self.now, "Asia/Shanghai")

    def differences(self) -> dict[str, Any]:
        """Where what is kept is not what the books say."""
        with clock.stand_at(self.now):
            jobs.keep_day()
            jobs.follow_facts()
        kept, rolled = kept_facts(), kept_products()
        with database.reading() as session:
            expected, bought = facts_of(session, self.today), products_of(session)
        wrong: dict[str, Any] = {
            f"{member}.{name}": (kept[member][name], value)
            for member, facts in expected.items()
            for name, value in facts.items()
            if kept[member][name] != value
        }
        return wrong if rolled == bought else wrong | {"products": (rolled, bought)}


def kept_facts() -> dict[int, dict[str, Any]]:
    columns = [column for column in MemberFacts.__table__.columns if column.name not in LEFT_OUT]
    with database.reading() as session:
        rows = session.execute(select(MemberFacts.member_id, *columns)).mappings().all()
    return {row["member_id"]: dict(row) for row in rows}


def kept_products() -> dict[tuple[int, int, int], tuple[int, date, date]]:
    with database.reading() as session:
        return {
            (row.member_id, row.product_id, row.category_id): (row.pieces, row.first_on, row.last_on)
            for row in session.scalars(select(MemberProduct))
        }


@pytest.mark.timeout(0)
def test_facts_are_what_the_books_say_whatever_happens(
    shop: Cast, record_property: Callable[[str, object], None]
) -> None:
    life = Life(shop, 2026)
    while life.done.total() < OPERATIONS:
        life.step()
        if life.done.total() % COMPARED == 0:
            assert life.differences() == {}
    assert life.differences() == {}
    record_property("facts", f"{OPERATIONS} operations: {dict(sorted(life.done.items()))}")
    assert min(life.done.values()) >= OPERATIONS // 100


@pytest.fixture
def life(shop: Cast) -> Life:
    lived = Life(shop, 5)
    for _ in range(150):
        lived.step()
    assert not lived.differences()
    return lived


@pytest.fixture
def rebuild(life: Life, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """`changke rebuild-facts`, on this shop."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    def run() -> None:
        database.close()
        with clock.stand_at(life.now):
            main(["rebuild-facts"], standalone_mode=False)

    return run


def test_rebuilding_changes_nothing(life: Life, rebuild: Callable[[], None]) -> None:
    before = kept_facts(), kept_products()
    rebuild()
    assert (kept_facts(), kept_products()) == before


def test_rebuilding_puts_right_what_was_spoilt(life: Life, rebuild: Callable[[], None]) -> None:
    before = kept_facts()
    with database.transaction() as session:
        session.execute(update(MemberFacts).values(orders=77, spent=-1, visits=3, hour=None, last_order_at=None))
        session.execute(update(MemberProduct).values(pieces=1000))
    rebuild()
    assert kept_facts() == before
    assert life.differences() == {}


def test_a_sale_that_is_still_being_counted_is_not_counted_twice(
    life: Life, rebuild: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process died between the sale and its reactions."""
    with monkeypatch.context() as dead:
        dead.setattr("services.shared.events.perform_together", lambda ids: None)
        while not waiting():
            life.try_to(life.sell)
    rebuild()
    assert not waiting()
    assert life.differences() == {}


def waiting() -> list[datetime]:
    with database.reading() as session:
        undone = select(OutboxEntry.created_at).where(OutboxEntry.done_at.is_(None))
        return list(session.scalars(undone.where(OutboxEntry.reaction == "checkout.keep_facts")))
