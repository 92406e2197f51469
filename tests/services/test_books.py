"""Copies of the books: taken while the shop sells, restored into an empty place, on either engine."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from services.identity import queries as identity
from services.identity.rules import password_matches
from services.orders.models import Order
from services.shared import clock, database, runtime
from services.shared.books import copies, nightly, tables
from tests.browse import Browser
from tests.cast import PASSWORD, Cast
from tests.conftest import NOON, Template
from tests.kit.postgres import temporary_postgres
from tests.selling import Till, open_till
from webapp import create_app
from webapp.cli import main
from webapp.cli.books import find_differences
from webapp.web.people import STAFF_COOKIE

SECRET = "three words to remember"


@dataclass
class Place:
    """Where a copy is restored to: an empty folder and, where the engine has one, an empty database."""

    data: Path
    environ: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, typed: str = "") -> Result:
        """Run a command of the shop that lies here."""
        database.close()
        nothing = {"CHANGKE_PASSPHRASE": None, "DATABASE_URL": None}
        return CliRunner().invoke(main, arguments, input=typed, env={**nothing, "DATA": str(self.data), **self.environ})


@pytest.fixture
def place(template: Template, tmp_path: Path) -> Place:
    """An empty place on the engine of this run."""
    found = Place(tmp_path / "restored")
    if template.server is not None:
        found.environ["DATABASE_URL"] = template.server.create_database()
    return found


def sell(shop: Cast, times: int) -> None:
    till = open_till(shop)
    for _ in range(times):
        till.sell(till.line("提拉米苏", 2), member=till.member)


def last_orders(count: int = 3) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Order.number).order_by(Order.id.desc()).limit(count)))


def take(path: Path, passphrase: str | None = None) -> copies.Story:
    return copies.take(path, passphrase=passphrase, at=NOON)


def test_a_restored_shop_has_the_same_books_people_keys_and_pictures(shop: Cast, tmp_path: Path, place: Place) -> None:
    sell(shop, 2)
    runtime.config().uploads.mkdir()
    (runtime.config().uploads / "roll.webp").write_bytes(b"picture")
    orders, keys = last_orders(), runtime.keys()
    story = take(tmp_path / "copy")
    answer = place.run("restore", str(tmp_path / "copy"))
    assert answer.exit_code == 0, answer.output
    assert last_orders() == orders
    assert runtime.keys() == keys
    assert (place.data / "uploads" / "roll.webp").read_bytes() == b"picture"
    assert (place.data / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert story.rows["orders"] == 2
    with database.reading() as session:
        owner = identity.find_staff(session, "aman")
        assert owner is not None
        assert password_matches(owner.password_hash, PASSWORD)


def test_a_restored_shop_goes_on_selling_to_who_is_signed_in(shop: Cast, tmp_path: Path, place: Place) -> None:
    till = open_till(shop)
    first = till.sell(till.line("巴斯克"), member=till.member)
    cookie = till.browser.client.get_cookie(STAFF_COOKIE)
    assert cookie is not None
    take(tmp_path / "copy")
    assert place.run("restore", str(tmp_path / "copy")).exit_code == 0
    database.close()
    with clock.stand_at(NOON):
        app = create_app({"DATA": str(place.data), "CHANGKE_TEST_CLOCK": "1", **place.environ})
        there = Till(shop, Browser(app, (STAFF_COOKIE, cookie.value)), till.products, till.member)
        second = there.sell(there.line("巴斯克"), member=till.member)
    assert int(second["id"]) > int(first["id"])
    assert find_differences() == []


def test_a_copy_taken_while_the_shop_sells_is_one_moment(shop: Cast, tmp_path: Path, place: Place) -> None:
    till, stop = open_till(shop), threading.Event()

    def serve_the_queue() -> None:
        with clock.stand_at(NOON):
            while not stop.is_set():
                till.sell(till.line("拿铁"), member=till.member)

    seller = threading.Thread(target=serve_the_queue)
    seller.start()
    try:
        stories = [take(tmp_path / f"copy-{number}") for number in range(3)]
    finally:
        stop.set()
        seller.join()
    final = last_orders(10_000)
    assert place.run("restore", str(tmp_path / "copy-2")).exit_code == 0
    restored = last_orders(10_000)
    assert len(restored) == stories[2].rows["orders"]
    assert final[len(final) - len(restored) :] == restored
    assert find_differences() == []


def test_a_sealed_copy_opens_with_its_passphrase_only(shop: Cast, tmp_path: Path, place: Place) -> None:
    sell(shop, 1)
    take(tmp_path / "copy", SECRET)
    assert b"secrets.json" not in (tmp_path / "copy").read_bytes()
    for typed, words in (("", "this copy is sealed"), ("a guess\n", "the passphrase is wrong")):
        answer = place.run("restore", "--passphrase-stdin", str(tmp_path / "copy"), typed=typed)
        assert answer.exit_code == 1
        assert words in answer.output
        assert not (place.data / "secrets.json").exists()
    answer = place.run("restore", "--passphrase-stdin", str(tmp_path / "copy"), typed=SECRET + "\n")
    assert answer.exit_code == 0, answer.output


@pytest.mark.parametrize("cut", [200, 2000])
@pytest.mark.parametrize("passphrase", [None, SECRET])
def test_a_copy_that_is_cut_off_restores_nothing(
    shop: Cast, tmp_path: Path, place: Place, cut: int, passphrase: str | None
) -> None:
    take(tmp_path / "copy", passphrase)
    whole = (tmp_path / "copy").read_bytes()
    (tmp_path / "copy").write_bytes(whole[:-cut])
    place.environ["CHANGKE_PASSPHRASE"] = SECRET
    answer = place.run("restore", str(tmp_path / "copy"))
    assert answer.exit_code == 1
    assert "Error" in answer.output
    assert not (place.data / "secrets.json").exists()
    take_again = tmp_path / "whole"
    take_again.write_bytes(whole)
    assert place.run("restore", str(take_again)).exit_code == 0


def test_something_else_is_no_copy(tmp_path: Path, place: Place, app: Flask) -> None:
    (tmp_path / "notes.txt").write_text("eggs, milk")
    answer = place.run("restore", str(tmp_path / "notes.txt"))
    assert answer.exit_code == 1
    assert "not a copy of the books" in answer.output


def test_a_shop_is_never_overwritten(shop: Cast, environ: dict[str, str], tmp_path: Path) -> None:
    sell(shop, 1)
    orders = last_orders()
    take(tmp_path / "copy")
    here = Place(Path(environ["DATA"]), {name: value for name, value in environ.items() if name == "DATABASE_URL"})
    assert "is not empty" in here.run("restore", str(tmp_path / "copy")).output
    elsewhere = Place(
        tmp_path / "elsewhere", {"DATABASE_URL": environ.get("DATABASE_URL", f"sqlite:///{environ['DATA']}/changke.db")}
    )
    assert "is not empty" in elsewhere.run("restore", str(tmp_path / "copy")).output
    database.close()
    create_app(environ)
    assert last_orders() == orders


@pytest.fixture
def postgres_url(template: Template) -> Iterator[str]:
    """An empty PostgreSQL database, whichever engine this run is about."""
    if template.server is not None:
        yield template.server.create_database()
        return
    with temporary_postgres() as server:
        yield server.create_database()


def test_a_shop_moves_from_one_engine_to_the_other_and_back(shop: Cast, tmp_path: Path, postgres_url: str) -> None:
    sell(shop, 2)
    orders = last_orders()
    take(tmp_path / "first")
    on_sqlite, on_postgres = Place(tmp_path / "lite"), Place(tmp_path / "grown", {"DATABASE_URL": postgres_url})
    way = (on_postgres, on_sqlite)
    for number, stop in enumerate(way):
        copy = tmp_path / ("first" if number == 0 else "second")
        answer = stop.run("restore", str(copy))
        assert answer.exit_code == 0, answer.output
        assert last_orders() == orders
        take(tmp_path / "second")
    with database.transaction() as session:
        assert not tables.is_empty(session.connection())


def test_every_column_can_be_carried(app: Flask) -> None:
    shapes = tables.shapes()
    assert len(shapes) > 20
    assert {"orders", "members", "staff", "outbox"} <= {shape.name for shape in shapes}


def test_backup_and_restore_have_their_commands(shop: Cast, environ: dict[str, str], tmp_path: Path) -> None:
    shop_here = Place(Path(environ["DATA"]), environ)
    said = shop_here.run("backup", "--passphrase-stdin", str(tmp_path / "copy"), typed=SECRET)
    assert said.exit_code == 0, said.output
    assert "sealed" in said.output
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600


def test_the_nightly_copy_is_taken_once_a_day_and_old_ones_go(shop: Cast) -> None:
    for days_ago in range(60, 0, -1):
        nightly.folder().mkdir(exist_ok=True)
        (nightly.folder() / f"{NOON.date() - timedelta(days=days_ago)}{nightly.ENDING}").touch()
    nightly.keep_nightly_copy()
    taken = sorted(nightly.folder().iterdir())
    first = taken[-1].stat().st_mtime_ns
    nightly.keep_nightly_copy()
    assert taken[-1].name == f"2026-11-21{nightly.ENDING}"
    assert taken[-1].stat().st_mtime_ns == first
    assert len(taken) == 7 + 2  # this week and the last one are among the seven days


def test_seven_days_and_four_weeks_are_kept() -> None:
    days = [date(2026, 11, 21) - timedelta(days=ago) for ago in range(100)]
    kept = nightly.to_keep(days)
    assert {day for day in days if (date(2026, 11, 21) - day).days < 7} <= kept
    assert len({day.isocalendar()[:2] for day in kept}) == 4
    assert len(kept) == 9


def test_a_process_that_shows_no_pages_knows_every_table(app: Flask) -> None:
    """The worker takes the nightly copy, and imports no view."""
    counting = "from services import wiring; from services.shared.books import tables; print(len(tables.shapes()))"
    alone = subprocess.run([sys.executable, "-c", counting], capture_output=True, text=True, check=True)
    assert int(alone.stdout) == len(tables.shapes())
