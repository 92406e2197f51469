"""The command line of a shop, called as a person calls it (in this process)."""

import contextlib
import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from services.audit.queries import get_chain
from services.demo import history, lapsed
from services.identity import queries as identity
from services.loyalty.models import PointsAccount
from services.members.models import Member
from services.messaging.models import Message
from services.orders.models import Order, Tender
from services.privacy.queries import list_proposals
from services.shared import clock, database, migrations
from services.signin.errors import WrongPassword
from services.signin.queries import check_password, list_faces
from services.stores.queries import is_set_up, load_settings
from tests.cast import PASSWORD, USERNAMES, Cast
from tests.conftest import NOON, Template
from tests.kit.shop import Shop
from tests.selling import open_till
from webapp.cli import COMMANDS, main

OTHERS = ("DATABASE_URL", "REDIS_URL", "PORT", "HOST", "DEMO", "TLS", "PUBLIC_ORIGIN", "CHANGKE_PASSPHRASE")


@dataclass
class Terminal:
    """Calls `changke` on one shop's data."""

    environ: dict[str, str]

    def run(self, *arguments: str, typed: str = "", **environ: str) -> Result:
        """Run a command; at NOON, so that what it makes is the same every time."""
        clean: dict[str, str | None] = dict.fromkeys(OTHERS)
        with contextlib.suppress(RuntimeError):  # no shop was open before
            database.close()
        with clock.stand_at(NOON):
            return CliRunner().invoke(main, arguments, input=typed, env={**clean, **self.environ, **environ})

    def ok(self, *arguments: str, typed: str = "", **environ: str) -> str:
        """Run a command that has to end well; what it says."""
        answer = self.run(*arguments, typed=typed, **environ)
        assert answer.exit_code == 0, answer.output
        return answer.output


@pytest.fixture
def empty(template: Template, tmp_path: Path) -> Iterator[Terminal]:
    """An installation with a migrated database and nothing in it."""
    yield Terminal(template.copy("empty", tmp_path / "data"))
    database.close()


@pytest.fixture
def here(environ: dict[str, str], shop: Cast) -> Terminal:
    """The shop of the cast."""
    return Terminal(environ)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_help(name: str) -> None:
    answer = CliRunner().invoke(main, [name, "--help"])
    assert answer.exit_code == 0
    assert len(answer.output.splitlines()) > 4


def test_the_list_of_commands_says_what_each_is_for() -> None:
    listed = CliRunner().invoke(main, []).output
    assert all(f"\n  {name} " in listed for name in COMMANDS)


def test_all_mistakes_in_the_configuration_are_listed_at_once(tmp_path: Path) -> None:
    wrong = {"PORT": "many", "TLS": "magic", "DEMO": "perhaps", "PUBLIC_ORIGIN": "shop.example", "WEB_THREADS": "0"}
    answer = Terminal({"DATA": str(tmp_path)}).run("doctor", **wrong)
    assert answer.exit_code == 2
    assert [line.split("=")[0] for line in answer.output.splitlines()] == [
        "PORT",
        "TLS",
        "PUBLIC_ORIGIN",
        "DEMO",
        "WEB_THREADS",
    ]


def test_setup_makes_a_shop_unattended(empty: Terminal) -> None:
    empty.ok(
        "setup", "--shop", "小满", "--industry", "both", "--owner", "aman", "--password-stdin", typed="a-good-one\n"
    )
    with database.reading() as session:
        assert is_set_up(session)
        assert load_settings(session)["shop.industry"] == "both"
        owner = identity.find_staff(session, "aman")
        assert owner is not None
        assert owner.all_stores


def test_setup_is_refused_a_second_time_and_says_what_is_wrong(empty: Terminal) -> None:
    arguments = ("setup", "--shop", "小满", "--owner", "aman", "--password-stdin")
    assert "password: 密码 8 到 128 位" in empty.run(*arguments, typed="short\n").output
    empty.ok(*arguments, typed="a-good-one\n")
    again = empty.run(*arguments, typed="a-good-one\n")
    assert again.exit_code == 1
    assert "店铺已经建好了" in again.output


def test_migrate_builds_the_database_and_may_run_again(tmp_path: Path) -> None:
    fresh = Terminal({"DATA": str(tmp_path / "data")})
    assert "(new)" in fresh.ok("migrate")
    assert "(new)" not in fresh.ok("migrate")
    assert stat.S_IMODE((tmp_path / "data" / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    database.close()


def test_nothing_runs_on_a_database_that_is_not_up_to_date(tmp_path: Path) -> None:
    answer = Terminal({"DATA": str(tmp_path)}).run("work")
    assert answer.exit_code == 1
    assert "changke migrate" in answer.output
    database.close()
    with pytest.raises(RuntimeError, match="changke migrate"):
        Shop(tmp_path, {}).run("serve")


def test_a_token_stands_alone_on_the_line_and_opens_the_api(here: Terminal, shop: Cast) -> None:
    clear = here.ok("token", "create", "--name", "till", "--scopes", "stores:read,settings:read").strip()
    answer = shop.client().get("/api/v1/stores", headers={"Authorization": f"Bearer {clear}"})
    assert answer.status_code == 200
    assert len(clear.split()) == 1


def test_a_token_that_is_taken_back_opens_nothing_any_more(here: Terminal, shop: Cast) -> None:
    headers = [
        {"Authorization": f"Bearer {here.ok('token', 'create', '--name', name, '--scopes', 'stores:read').strip()}"}
        for name in ("till", "till", "website")
    ]
    here.ok("token", "revoke", "--name", "till")
    answers = [shop.client().get("/api/v1/stores", headers=each).status_code for each in headers]
    assert answers == [401, 401, 200]
    assert here.run("token", "revoke", "--name", "till").exit_code != 0


def test_an_unknown_scope_is_refused(here: Terminal) -> None:
    answer = here.run("token", "create", "--name", "till", "--scopes", "stores:burn")
    assert answer.exit_code == 1
    assert "scopes" in answer.output


def test_verify_holds_a_noted_end_of_the_audit_log_against_the_one_there(here: Terminal) -> None:
    here.ok("work", "--until-idle")
    with clock.stand_at(NOON), database.reading() as session:
        chain = get_chain(session)
    assert "adds up" in here.ok("verify", "--end", f"{chain.position}-{chain.end}")
    gone = here.run("verify", "--end", f"{chain.position + 1}-{chain.end}")
    assert (gone.exit_code, "there are fewer now" in gone.output) == (1, True)
    assert here.run("verify", "--end", "what?").exit_code == 2


def test_verify_says_that_all_is_well(here: Terminal, shop: Cast) -> None:
    till = open_till(shop)
    till.sell(till.line("提拉米苏", 2), member=till.member)
    assert "adds up" in here.ok("verify")


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (update(PointsAccount).values(balance=999), "points of"),
        (update(Tender).values(amount=1), "Σ tenders 1 ≠ due 6400"),
        (update(Order).values(due=1, paid=1), "Σ lines 6400 ≠ due 1"),
        (update(Order).values(list_total=1), "≠ list total 1"),
        (update(Order).values(paid=1), "paid 1 ≠ due 6400"),
        (update(Order).values(sequence=7), "the counter says 1, the highest number is 7"),
    ],
    ids=["balance", "tenders", "lines", "list total", "paid", "numbers"],
)
def test_verify_finds_what_does_not_add_up(here: Terminal, shop: Cast, broken: Any, words: str) -> None:
    till = open_till(shop)
    till.sell(till.line("提拉米苏", 2), member=till.member)
    with database.transaction() as session:
        session.execute(broken)
    answer = here.run("verify")
    assert answer.exit_code == 1
    assert words in answer.output


def test_doctor_is_content_but_for_the_worker(here: Terminal) -> None:
    answer = here.run("doctor")
    wrong = [line for line in answer.output.splitlines() if line.startswith("✗")]
    assert wrong == ["✗ no worker: start `changke work` (make serve does)"]
    assert answer.exit_code == 1


def test_doctor_warns_of_what_is_for_tests_only(here: Terminal) -> None:
    said = here.run(
        "doctor",
        CHANGKE_PUSH_EXTRA_HOSTS="127.0.0.1:9",
        CHANGKE_SMS_TEST_HOST="127.0.0.1:9",
        CHANGKE_TEST_CLOCK="1",
        DEMO="1",
    ).output
    assert "CHANGKE_PUSH_EXTRA_HOSTS" in said
    assert "CHANGKE_SMS_TEST_HOST" in said
    assert "CHANGKE_TEST_CLOCK" in said
    assert "DEMO is on" in said


def test_doctor_says_when_nothing_is_set_up_or_migrated(empty: Terminal, tmp_path: Path) -> None:
    assert "nothing is set up yet" in empty.run("doctor").output
    assert "run `changke migrate`" in Terminal({"DATA": str(tmp_path / "other")}).run("doctor").output


def test_the_demo_shop_is_made_once(empty: Terminal, tmp_path: Path) -> None:
    first = empty.ok("demo", PUBLIC_ORIGIN="http://localhost:8123")
    told = json.loads((tmp_path / "data" / "demo.json").read_text())
    assert told["origin"] == "http://localhost:8123"
    assert {person["role"] for person in told["staff"]} == {"owner", "manager", "cashier", "kitchen"}
    assert all(person["password"] in first for person in told["staff"])
    pins = {person["name"]: person["pin"] for person in told["staff"] if "pin" in person}
    assert all(f"{name}  PIN {pin}" in first for name, pin in pins.items())
    with database.reading() as session:
        assert {face.name for face in list_faces(session, 1)} == set(pins) == {"小周", "小林"}
        orders = session.query(Order).count()
    assert 350 < orders < 600
    assert empty.ok("demo", PUBLIC_ORIGIN="http://localhost:8123") == first
    with database.reading() as session:
        assert session.query(Order).count() == orders
    assert "adds up" in empty.ok("verify")


@pytest.fixture
def short_history(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo shop sold for three days only."""
    monkeypatch.setattr(history, "DAYS", 3)


@pytest.mark.usefixtures("short_history")
def test_the_demo_member_finds_a_message_and_old_sales_tell_nobody(empty: Terminal) -> None:
    empty.ok("demo")
    with database.reading() as session:
        sales, told = session.query(Order).count(), session.query(Message).filter(Message.key.like("order:%")).count()
        first = session.query(Member).filter_by(name="林知夏").one()
        assert session.query(Message).filter_by(member_id=first.id).count() >= 1
    assert told < sales


@pytest.mark.usefixtures("short_history")
def test_somebody_waits_to_be_decided_about_in_the_demo_shop(empty: Terminal) -> None:
    empty.ok("demo")
    with database.reading() as session:
        proposed = [each.member_id for each in list_proposals(session, "proposed", at=clock.now())]
        assert [session.get_one(Member, each).name for each in proposed] == [name for name, _ in lapsed.GONE]


@pytest.mark.usefixtures("short_history")
def test_a_demo_that_was_cut_short_is_finished(empty: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def power_cut(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(history, "book", power_cut)
        assert empty.run("demo").exit_code != 0
    empty.ok("demo")
    with database.reading() as session:
        assert session.query(Order).count() > 10


def test_a_real_shop_is_never_filled_with_demo_data(here: Terminal) -> None:
    assert "left as it is" in here.ok("demo")
    with database.reading() as session:
        assert session.query(Order).count() == 0
    assert migrations.current() == migrations.head()


def test_an_owner_who_lost_everything_comes_back_in_from_the_server(shop: Cast, here: Terminal) -> None:
    lost = shop.browser("owner")
    told = here.ok("reset-owner", "--password-stdin", typed="back-again-2026\n")
    assert USERNAMES["owner"] in told
    with clock.stand_at(NOON), database.reading() as session:
        assert check_password(session, USERNAMES["owner"], "back-again-2026").username == USERNAMES["owner"]
        with pytest.raises(WrongPassword):
            check_password(session, USERNAMES["owner"], PASSWORD)
    assert lost.get("/staff/more").status_code == 303


def test_reset_owner_names_the_owners_when_it_is_nobodys_name(shop: Cast, here: Terminal) -> None:
    answer = here.run("reset-owner", "--username", "nobody", "--password-stdin", typed="back-again-2026\n")
    assert (answer.exit_code, USERNAMES["owner"] in answer.output) == (1, True)
    easy = here.run("reset-owner", "--password-stdin", typed="short\n")
    assert (easy.exit_code, "password" in easy.output) == (1, True)
