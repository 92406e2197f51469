"""Guessing a password, a one-time code or a member code gets nowhere, tells nothing, and is seen.

Limits are rows: a restart forgets none of them. What a guess costs is counted, not measured.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from services.audit.models import AuditEntry
from services.identity import rules as passwords
from services.shared import clock, database, ids
from services.signin import commands as signin
from services.signin import rules
from services.signin.models import OneTimeCode, Scan
from tests.browse import Browser, body
from tests.cast import PASSWORD, Cast
from tests.kit.pushservice import PushService, push_service
from tests.pushing import Device, admit, deliver, device
from tests.selling import Till, open_till, welcome_member
from tests.webapp.test_api_scans import Phone
from webapp import create_app

WINDOW = timedelta(minutes=15)
MANY = int(os.environ.get("CHANGKE_SCANS", "400"))  # 2,000 in the long form


class Counting:
    """The hasher itself, with a note of when it was asked and about which hash."""

    def __init__(self, hasher: Any) -> None:
        self._hasher = hasher
        self.asked: list[tuple[datetime, str]] = []

    def verify(self, known: str, typed: str) -> bool:
        """Do the work, and note it."""
        self.asked.append((clock.now(), known))
        return bool(self._hasher.verify(known, typed))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hasher, name)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counting:
    """Every argon2 check from now on."""
    made = Counting(passwords._hasher)
    monkeypatch.setattr(passwords, "_hasher", made)
    return made


@pytest.fixture
def service() -> Iterator[PushService]:
    with push_service() as running:
        yield running


@pytest.fixture
def environ(environ: dict[str, str], service: PushService) -> dict[str, str]:
    return admit(environ, service)


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def guess(app: Flask, username: str, password: str = "a guess") -> TestResponse:
    """A try at the door of the staff app, by a browser that nobody knows."""
    return Browser(app).post("/staff/sign-in", username=username, password=password)


def plain(answer: TestResponse) -> str:
    """A page without what is new in each answer, and without what was typed."""
    return re.sub(r'(nonce|value|content)="[^"]*"', "", answer.text)


@pytest.mark.parametrize("username", ["xiaolin", "nobody"])
def test_no_more_than_ten_guesses_in_any_quarter_of_an_hour_are_checked(
    shop: Cast, environ: dict[str, str], work: Counting, username: str
) -> None:
    """A guess each minute for half an hour, with a restart on the way: what argon2 was asked is counted."""
    app, said = shop.app, Counter[int]()
    for minute in range(30):
        if minute == 12:
            database.close()
            app = create_app(environ)
        with clock.stand_at(shop.at + timedelta(minutes=minute)):
            said[guess(app, username).status_code] += 1
    times = [at for at, _known in work.asked]
    assert said == {422: len(times), 429: 30 - len(times)}
    assert max(sum(since <= at < since + WINDOW for at in times) for since in times) == 10
    assert len(times) <= 20


def test_a_guess_too_many_is_not_checked_even_when_it_is_right(shop: Cast, work: Counting) -> None:
    for _ in range(10):
        guess(shop.app, "xiaolin")
    refused = guess(shop.app, "xiaolin", PASSWORD)
    assert (refused.status_code, len(work.asked), refused.headers["Retry-After"]) == (429, 10, "900")


def test_known_and_unknown_names_cost_the_same_and_look_the_same(shop: Cast, work: Counting) -> None:
    """Somebody who works here, somebody who no longer does, and nobody: one check each, of equal cost, the same page."""
    shop.browser("owner").post(f"/staff/people/{shop.staff['kitchen'].id}/disable")
    answers = {}
    for name in ("xiaolin", "laozhao", "nobody", "x" * 64, "名字"):
        before = len(work.asked)
        answers[name] = guess(shop.app, name)
        assert len(work.asked) == before + 1, name
    assert {answer.status_code for answer in answers.values()} == {422}
    assert len({plain(answer) for answer in answers.values()}) == 1
    assert len({tuple(sorted(answer.headers.keys())) for answer in answers.values()}) == 1
    costs = {known.rsplit("$", 2)[0] for _at, known in work.asked}
    assert len(costs) == 1, "the same memory, rounds and lanes"


def test_five_tries_at_a_one_time_code_are_five_across_a_restart(shop: Cast, environ: dict[str, str]) -> None:
    member = welcome_member(shop.at)
    with database.transaction() as session:
        code = signin.issue_signin_code(session, member.id, way="staff", actor=shop.cashier, at=shop.at).digits
    wrong = [f"{(int(code) + each) % 10**6:06d}" for each in range(1, 6)]
    app = shop.app
    for number, digits in enumerate(wrong):
        if number == 3:
            database.close()
            app = create_app(environ)
        assert Browser(app).post("/member/sign-in", phone="13800138000", code=digits).status_code == 422
    assert Browser(app).post("/member/sign-in", phone="13800138000", code=code).status_code == 422
    with database.reading() as session:
        (row,) = session.scalars(select(OneTimeCode))
    assert (row.wrong_tries, row.used_at) == (5, None)


def test_new_codes_give_no_new_tries_beyond_ten_in_a_quarter_of_an_hour(shop: Cast) -> None:
    member, said = welcome_member(shop.at), Counter[int]()
    for _ in range(5):
        with database.transaction() as session:
            code = signin.issue_signin_code(session, member.id, way="staff", actor=shop.cashier, at=shop.at).digits
        for each in range(1, 4):
            wrong = f"{(int(code) + each) % 10**6:06d}"
            said[Browser(shop.app).post("/member/sign-in", phone="13800138000", code=wrong).status_code] += 1
    assert said == {422: 10, 429: 5}


def test_a_known_and_an_unknown_phone_look_the_same(shop: Cast) -> None:
    member = welcome_member(shop.at)
    with database.transaction() as session:
        code = signin.issue_signin_code(session, member.id, way="staff", actor=shop.cashier, at=shop.at).digits
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    answers = [
        Browser(shop.app).post("/member/sign-in", phone=phone, code=wrong) for phone in ("13800138000", "13900139000")
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert plain(answers[0]) == plain(answers[1])


# ---- member codes


def scan(browser: Browser, code: str, store: Any) -> TestResponse:
    """Hold a code under the scanner."""
    return browser.api("POST", "/api/v1/scans", {"code": code, "store": str(store.id)})


def wrong_codes(handle: str, random: Random) -> Iterator[str]:
    """Codes with a right check digit that the phone of this handle never makes now."""
    while True:
        shown = f"{rules.PREFIX}{handle}{random.randrange(100):02d}{random.randrange(10**7):07d}"
        yield shown + ids.luhn_digit(shown)


def lines(action: str) -> int:
    """How many audit lines say so."""
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.action == action)) or 0


@pytest.mark.timeout(0)
def test_any_number_of_wrong_codes_freezes_the_phone_and_raises_the_alarm(till: Till, service: PushService) -> None:
    """All of one phone at first, then of any: 5 for the phone, 20 for the counter, the rest is not looked at."""
    owner = device(service, till.shop.browser("owner"), "staff")
    phone, random, said = Phone(till), Random(2026), Counter[tuple[int, str]]()
    codes = wrong_codes(phone.handle, random)
    for number in range(MANY):
        handle = phone.handle if number < 50 else f"{random.randrange(10**8):08d}"
        answer = scan(till.browser, next(codes) if number < 50 else next(wrong_codes(handle, random)), till.shop.east)
        said[answer.status_code, body(answer)["code"]] += 1
        if number == 49:
            assert said == {(404, "code_unknown"): 5, (429, "too_many"): 45}
    assert said == {(404, "code_unknown"): 20, (429, "too_many"): MANY - 20}
    assert (lines("scans:miss"), lines("scans:alarm"), lines("scans:create")) == (19, 1, 0)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Scan)) == 0
    tell_owner(till, owner)


def tell_owner(till: Till, owner: Device) -> None:
    """The alarm reaches the owner's phone, once; the cashier's counter is not told."""
    assert deliver() == {"sent": 1}
    (told,) = owner.told
    assert told["notification"]["body"] == "有人在猜会员码"
    assert told["notification"]["navigate"].endswith("/staff/audit")
    assert "有人在猜会员码，已拦下" in till.shop.browser("owner").get("/staff/audit").text


def test_a_frozen_phone_is_frozen_at_every_counter_for_ten_minutes(till: Till, environ: dict[str, str]) -> None:
    phone, codes = Phone(till), None
    codes = wrong_codes(phone.handle, Random(7))
    assert [scan(till.browser, next(codes), till.shop.east).status_code for _ in range(6)] == [404] * 5 + [429]
    south = till.shop.browser("southern")
    assert scan(south, phone.code(), till.shop.south).status_code == 429, "its own code, too"
    with clock.stand_at(till.shop.at + timedelta(minutes=9, seconds=59)):
        assert scan(south, phone.code(), till.shop.south).status_code == 429
    with clock.stand_at(till.shop.at + timedelta(minutes=10)):
        assert scan(south, phone.code(), till.shop.south).status_code == 200


def test_a_counter_that_guessed_rests_for_an_hour_and_the_others_sell_on(till: Till, environ: dict[str, str]) -> None:
    phone, random = Phone(till), Random(8)
    for _ in range(20):
        assert (
            scan(till.browser, next(wrong_codes(f"{random.randrange(10**8):08d}", random)), till.shop.east).status_code
            == 404
        )
    assert scan(till.browser, phone.code(), till.shop.east).status_code == 429
    assert scan(till.shop.browser("manager"), phone.code(), till.shop.east).status_code == 200
    database.close()
    app = create_app(environ)
    with database.transaction() as session:
        again = signin.open_staff_session(
            session,
            till.shop.staff["cashier"].id,
            store_id=till.shop.east.id,
            browser="x",
            actor=till.shop.cashier,
            at=till.shop.at,
        )
    restarted = Browser(app, ("ck_staff", again))
    assert scan(restarted, phone.code(timedelta(seconds=15)), till.shop.east).status_code == 429
    with clock.stand_at(till.shop.at + timedelta(hours=1)):
        assert scan(restarted, phone.code(), till.shop.east).status_code == 200
