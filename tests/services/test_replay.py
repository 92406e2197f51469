"""A real bakery's tickets through our checkout: each once, at its own time, told to nobody."""

import csv
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from services import wiring
from services.demo import bread_basket, replay
from services.loyalty.queries import POINTS
from services.members.models import Member
from services.messaging.models import Message
from services.orders.checks import find_differences
from services.orders.models import Order, OrderLine
from services.orders.queries import OrderView, list_orders
from services.shared import database, ledger
from services.shared.actors import SYSTEM
from services.shared.refusals import Refusal
from services.stores.models import Store
from tests.cast import Cast
from tests.conftest import NOON
from tests.services.conftest import BREAD_BASKET

TICKETS = int(os.environ.get("CHANGKE_TICKETS", "2000"))  # `make soak`: all 9,531
ROWS = (
    ("30-10-2016", "09:58:11", "1", "Bread"),
    ("30-10-2016", "10:05:34", "2", "Scandinavian"),
    ("30-10-2016", "10:05:34", "2", "Scandinavian"),
    ("09-04-2017", "23:30:00", "9", "Coffee granules "),
    ("09-04-2017", "23:30:00", "9", "Something nobody priced"),
)


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """A small file of the same shape, made here."""
    path = tmp_path / "extract.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([replay.COLUMNS, *ROWS])
    return path


def play(path: Path) -> replay.Played:
    replay.set_up_if_empty(wiring.ROLES, at=NOON)
    return replay.play(replay.read_tickets(path, replay.shop_zone()), store_code=None, at=NOON)


def booked() -> Iterator[OrderView]:
    with database.reading() as session:
        yield from reversed(list_orders(session, actor=SYSTEM))


def test_an_empty_shop_gets_a_store_in_the_bakery_s_zone(empty_app: Flask, extract: Path) -> None:
    assert play(extract).new == 3
    first, second, last = booked()
    assert (first.number, first.completed_at) == ("BB-1030-0001", datetime(2016, 10, 30, 9, 58, 11, tzinfo=UTC))
    assert (last.number, last.completed_at) == ("BB-0409-0001", datetime(2017, 4, 9, 22, 30, tzinfo=UTC))
    assert [(line.name, line.quantity) for line in second.lines] == [("Scandinavian", 2)]
    assert [line.name for line in last.lines] == ["Coffee granules", "Something nobody priced"]
    assert last.lines[1].list_price == bread_basket.FALLBACK_PRICE


def test_playing_again_changes_nothing(empty_app: Flask, extract: Path) -> None:
    before = play(extract), list(booked())
    again = play(extract)
    assert (again.tickets, again.new, list(booked())) == (3, 0, before[1])


def test_a_shop_that_is_there_is_used_with_its_own_zone(shop: Cast, extract: Path) -> None:
    assert play(extract).new == 3
    first = next(booked())
    assert (first.store_id, first.completed_at) == (shop.east.id, datetime(2016, 10, 30, 1, 58, 11, tzinfo=UTC))
    with database.reading() as session:
        assert session.scalar(select(func.count(Store.id))) == 2


def test_nobody_is_told_of_sales_long_ago(empty_app: Flask, extract: Path) -> None:
    play(extract)
    with database.reading() as session:
        assert session.scalar(select(func.count(Message.id))) == 0


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "Date,Time,Transaction,Item\n30-10-2016,09:58:11,x,Bread\n"])
def test_another_file_is_refused(empty_app: Flask, tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.csv"
    path.write_text(text)
    with pytest.raises(Refusal, match=r"other\.csv"):
        replay.read_tickets(path, "UTC")


FIXED = [bread_basket.Fate(16, "wechat"), bread_basket.Fate(3, "cash"), bread_basket.Fate(391, "alipay")]


def test_the_rule_about_customers_never_changes() -> None:
    fates = [bread_basket.fate_of(number) for number in range(1, 10_001)]
    regulars = [fate.regular for fate in fates if fate.regular is not None]
    assert [fates[0], fates[1], fates[9998]] == FIXED
    assert 5_800 < len(regulars) < 6_200
    assert len(bread_basket.REGULARS) == len(set(bread_basket.REGULARS)) == 400 > max(regulars)
    assert regulars.count(0) > 5 * regulars.count(200) > 0


if BREAD_BASKET.is_file():

    def test_a_bakery_s_months_are_booked_and_the_books_add_up(empty_app: Flask, tmp_path: Path) -> None:
        path, tickets, pieces, products = first_tickets(tmp_path, TICKETS)
        played = play(path)
        assert (played.tickets, played.new) == (tickets, tickets)
        assert play(path).new == 0
        with database.reading() as session:
            assert session.scalar(select(func.count(Order.id))) == tickets
            assert session.scalar(select(func.sum(OrderLine.quantity))) == pieces
            assert session.scalar(select(func.count(func.distinct(OrderLine.product_id)))) == products
            assert (session.scalar(select(func.count(Member.id))) or 0) <= 400
            assert not list(ledger.differences(session, POINTS))
            assert not list(find_differences(session))

    def first_tickets(folder: Path, most: int) -> tuple[Path, int, int, int]:
        """A file of the first tickets; how many there are, of how many pieces and products. Nobody sells what is called NONE."""
        with BREAD_BASKET.open(newline="") as file:
            head, *rows = csv.reader(file)
        wanted = set(list(dict.fromkeys(row[2] for row in rows if row[3] != "NONE"))[:most])
        taken = [row for row in rows if row[2] in wanted and row[3] != "NONE"]
        path = folder / "first.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([head, *taken])
        return path, len(wanted), len(taken), len({row[3].strip() for row in taken})
