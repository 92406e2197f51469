"""How often a PIN may be guessed, over days and devices; and that a shared phone is one from the moment it is enrolled."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import event, select

from services.audit.models import AuditEntry
from services.shared import clock, database, runtime
from services.signin.models import ShopDevice, StaffPin
from tests.browse import Browser
from tests.cast import PASSWORD, Cast
from tests.webapp.test_second_step import codes_of, recover
from tests.webapp.test_shared_phones import OTHER, choose, code_for, come, enrolled, is_in
from webapp.web.people import STAFF_COOKIE

MINUTES = timedelta(minutes=1)


@contextmanager
def told() -> Iterator[list[str]]:
    """Everything that the database is told meanwhile."""
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        heard.append(statement)

    engine = runtime.current().engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def guess(phone: Browser, shop: Cast, times: int) -> list[int]:
    return [come(phone, shop, "cashier", f"90{number:02d}").status_code for number in range(times)]


def test_that_somebody_unlocks_in_between_gives_nobody_more_guesses(shop: Cast) -> None:
    choose(shop, "cashier")
    phone, looked_at = enrolled(shop), 0
    for round_ in range(8):  # a colleague, each time 小林 is back
        with clock.stand_at(shop.at + round_ * 16 * MINUTES):
            looked_at += guess(phone, shop, 3).count(422)
            if round_ < 6:
                assert come(phone, shop, "cashier").status_code == 303
    assert looked_at == 20


def test_a_right_pin_takes_no_try_away(shop: Cast) -> None:
    choose(shop, "cashier")
    phone = enrolled(shop)
    for number in range(40):
        with clock.stand_at(shop.at + number * MINUTES):
            assert come(phone, shop, "cashier").status_code == 303
    with clock.stand_at(shop.at + 41 * MINUTES):
        assert guess(phone, shop, 6) == [422] * 5 + [429]


def test_whoever_enrols_many_devices_guesses_no_more_often(shop: Cast) -> None:
    choose(shop, "cashier")
    phones = [enrolled(shop, f"第 {number} 台") for number in range(8)]
    looked_at = [status for phone in phones for status in guess(phone, shop, 5)].count(422)
    assert looked_at == 30
    assert come(enrolled(shop, "新的一台"), shop, "cashier").status_code == 429
    with clock.stand_at(shop.at + timedelta(days=1)):
        assert come(phones[0], shop, "cashier").status_code == 303


def test_enrolling_leaves_nobody_in(shop: Cast) -> None:
    choose(shop, "manager", OTHER)
    digits, tablet = code_for(shop), shop.browser("manager")
    cookie = tablet.client.get_cookie(STAFF_COOKIE)
    assert tablet.post("/staff/devices/enrol", code=digits).headers["Location"] == "/staff/sign-in"
    assert tablet.client.get_cookie(STAFF_COOKIE) is None
    assert not is_in(Browser(shop.app, (STAFF_COOKIE, cookie.value if cookie else "")))
    assert "小周" in tablet.get("/staff/sign-in").text
    assert come(tablet, shop, "manager", OTHER).status_code == 303
    assert "<ck-lock" in tablet.get("/staff/more").text


def test_a_wrong_code_signs_nobody_out(shop: Cast) -> None:
    tablet = shop.browser("manager")
    assert tablet.post("/staff/devices/enrol", code="00000000").status_code == 422
    assert is_in(tablet)


def test_no_browser_poses_as_a_device_of_the_shop(shop: Cast) -> None:
    enrolled(shop)
    with database.reading() as session:
        device = session.scalars(select(ShopDevice.id)).one()
    for agent in (f"#{device} Mozilla", f"# #{device} Mozilla"):
        private = shop.browser("cashier")
        private.client.environ_base["HTTP_USER_AGENT"] = agent
        private.post("/staff/members/new", phone=f"1380013800{len(agent) % 10}", name="小米")
    with database.reading() as session:
        origins = session.scalars(select(AuditEntry.origin).where(AuditEntry.action == "members:create")).all()
    assert [origin.partition(" ")[2] for origin in origins] == [f"{device} Mozilla"] * 2


def test_a_device_is_held_before_its_sessions_whoever_comes_in(shop: Cast) -> None:
    choose(shop, "cashier")
    choose(shop, "manager", OTHER)
    phone = enrolled(shop)
    come(phone, shop, "cashier")
    for door, fields in (
        ("/staff/sign-in/pin", {"who": str(shop.staff["manager"].id), "pin": OTHER}),
        ("/staff/sign-in", {"username": "xiaolin", "password": PASSWORD}),
    ):
        with told() as statements:
            assert phone.post(door, **fields).status_code == 303
        first = next(at for at, words in enumerate(statements) if words.startswith("UPDATE staff_sessions"))
        assert not [words for words in statements[first:] if "shop_devices" in words]


def test_a_way_back_in_on_paper_takes_the_pin_away(shop: Cast) -> None:
    choose(shop, "owner", OTHER)
    assert recover(shop.browser(), codes_of(shop.browser("owner"))[0]).status_code == 303
    with database.reading() as session:
        assert session.get(StaffPin, shop.staff["owner"].id) is None
