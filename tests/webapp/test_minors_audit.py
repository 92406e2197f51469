"""未成年人审计: the yearly package of what is kept of minors, by the owner, without their names; and the reminder in January."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from services import wiring
from services.audit.models import AuditEntry
from services.identity import commands as identity
from services.members import commands as members
from services.members.models import Member
from services.members.rules.birthdays import Birthday
from services.privacy import queries
from services.privacy.commands import erase_member
from services.privacy.minors import Package, collect_minors_package, pseudonym
from services.privacy.models import MinorsAudit
from services.shared import clock, database
from services.shared.actors import SYSTEM, Actor
from services.shared.models import IdempotencyKey
from tests.browse import Browser, body
from tests.cast import Cast
from tests.selling import welcome_member

PAGE, API = "/staff/privacy/minors", "/api/v1/minors-audits"
NEW_YEAR = datetime(2027, 1, 2, 6, 0, tzinfo=UTC)
REMINDER = "去年的未成年人个人信息审计要在 1 月 31 日前报"


def born(shop: Cast, name: str, phone: str, year: int | None) -> Member:
    """A member who told their year of birth."""
    member = welcome_member(shop.at, name, phone)
    birthday = Birthday("solar", 12, 31, year).columns()
    with database.transaction() as session:
        members.change_member(session, member.id, birthday, actor=SYSTEM, at=shop.at)
    return member


@pytest.fixture
def minors(shop: Cast) -> dict[int, Member]:
    """By age at the end of 2026: two minors, somebody who came of age in the year, somebody grown up, and one who told no year."""
    phones = {13: "01", 14: "02", 18: "03", 40: "04", 0: "05"}
    return {
        age: born(shop, f"甲{age}子", f"+86139001390{end}", 2026 - age if age else None) for age, end in phones.items()
    }


@pytest.fixture
def january(shop: Cast, minors: dict[int, Member]) -> Iterator[None]:
    """The second of January; before that a manager had looked at three numbers."""
    for age in (13, 18, 40):
        assert shop.browser("cashier").api("POST", f"/api/v1/members/{minors[age].id}/reveals", {}).status_code < 300
    shop.at = NEW_YEAR
    with clock.stand_at(NEW_YEAR):
        yield


def package(answer: TestResponse) -> tuple[str, dict[str, list[tuple[Any, ...]]]]:
    """The page and the sheets of a zip."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip"), answer.text[:300]
    with ZipFile(io.BytesIO(answer.data)) as packed:
        assert packed.namelist() == ["index.html", "tables.xlsx"]
        book = load_workbook(io.BytesIO(packed.read("tables.xlsx")))
        return packed.read("index.html").decode(), {sheet.title: list(sheet.values) for sheet in book}


def acts(action: str) -> list[Any]:
    """What the log says of it."""
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry.changes).where(AuditEntry.action == action)))


@pytest.mark.usefixtures("january")
def test_the_package_counts_and_names_no_minor(shop: Cast, minors: dict[int, Member]) -> None:
    answer = shop.browser("owner").post(PAGE, year="2026", incidents="五月有一次投诉，已处理")
    page, sheets = package(answer)
    counts = {row[0]: row[1] for row in sheets["有多少"]}
    assert (counts["未满 14 岁的会员"], counts["14 到 17 岁的会员"], counts["家里记下的孩子"]) == (1, 1, 0)
    assert counts["没有填出生年份的会员（不知道年龄）"] == 1
    assert "五月有一次投诉，已处理" in page
    seen = {row[3] for row in sheets["谁看过"][1:]}
    assert seen == {pseudonym(minors[13].id), pseudonym(minors[18].id)}  # who came of age in the year was a minor in it
    assert {row[1] for row in sheets["谁看过"][1:]} == {"小林"}
    assert sheets["监护人的同意"] == [("没有记录",)]
    assert {"阿满", "小林"} <= {row[0] for row in sheets["谁能看"]}
    told = page + str(sheets)
    assert not [each.name for each in minors.values() if each.name in told]
    assert "13900139" not in told
    assert acts("minors:export") == [{"year": 2026}]
    again = shop.browser("owner").get(PAGE).text
    assert "下载过" in again
    assert (
        "<ck-busy>" not in again[again.index("<main") : again.index("下载审计包</button>")]
    )  # it stays after a download


@pytest.mark.usefixtures("january")
def test_guardians_consents_deletions_and_exports_of_the_year_are_told(shop: Cast, minors: dict[int, Member]) -> None:
    token, browser = shop.token("minors:export"), Browser(shop.app)
    with database.transaction() as session:
        for age in (40, 0):
            members.give_consent(session, minors[age].id, "children", paper=True, actor=shop.cashier, at=NEW_YEAR)
        members.withdraw_consent(session, minors[40].id, "children", actor=shop.cashier, at=NEW_YEAR)
        erase_member(session, minors[0].id, reason="本人要求", actor=shop.owner, at=NEW_YEAR)

    def make(year: int) -> Any:
        return browser.client.post(API, json={"year": year}, headers=token)

    made = body(make(2027))
    assert made["until"] == "2027-01-02"
    assert made["tables"]["consents"] == [{"version": "1", "given": 2, "withdrawn": 1, "erased": 1, "holding": 0}]
    assert made["tables"]["deletions"] == [{"what": "members", "count": 1}, {"what": "with_children", "count": 1}]
    assert [each["what"] for each in made["tables"]["exports"]] == ["minors:export"]  # this one
    assert body(make(2026))["tables"]["consents"] == [
        {"version": "1", "given": 0, "withdrawn": 0, "erased": 0, "holding": 0}
    ]
    for wrong in (2019, 2028):
        assert list(body(make(wrong))["errors"]) == ["year"]
    assert [each["year"] for each in body(browser.client.get(API, headers=token))["items"]] == [2026, 2027]


@pytest.mark.usefixtures("january")
def test_programs_that_may_look_are_told_without_what_opens_for_them(shop: Cast) -> None:
    def create(name: str, scopes: list[str], stores: list[int] | None, actor: Actor) -> tuple[int, str]:
        with database.transaction() as session:
            row, clear = identity.create_token(
                session, name, scopes, stores, known=wiring.PERMISSIONS, actor=actor, at=shop.at
            )
            return row.id, clear

    _, secret = create("会员小程序", ["members:read", "minors:export", "orders:read"], [shop.east.id], shop.owner)
    create("财务软件", ["orders:read"], None, shop.owner)
    gone, _ = create("旧收银机", ["all"], None, shop.owner)
    create("备份程序", ["all"], None, SYSTEM)
    with database.transaction() as session:
        identity.revoke_token(session, gone, actor=shop.owner, at=shop.at)
    page, sheets = package(shop.browser("owner").post(PAGE, year="2026"))
    head, *rows = sheets["哪些接口令牌能看"]
    assert head == ("接口令牌", "能做什么", "门店", "谁新建的")
    assert [(row[0], row[2], row[3]) for row in rows] == [
        ("备份程序", "全部门店", "系统"),
        ("会员小程序", "东湖店", "阿满"),
    ]
    assert rows[1][1] == "看会员"  # whoever works in one store exports nothing of the whole shop
    assert "下载未成年人审计包" in rows[0][1]
    assert "哪些接口令牌能看" in page
    assert secret not in page + str(sheets)
    answer = body(Browser(shop.app).client.post(API, json={"year": 2026}, headers=shop.token("minors:export")))
    assert answer["tables"]["tokens"][-1] == {
        "token": "会员小程序", "may": ["members:read"], "stores": ["东湖店"], "made_by": "阿满",
    }  # fmt: skip


@pytest.mark.usefixtures("january")
def test_nobody_waits_while_it_is_read_and_it_is_kept_nowhere(shop: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, stored = [], stored_answers()

    def collect(*args: Any, **named: Any) -> Package:
        with database.transaction():  # raises where another one is open
            asked.append(args[1])
        return collect_minors_package(*args, **named)

    monkeypatch.setattr(queries, "collect_minors_package", collect)
    package(shop.browser("owner").post(PAGE, year="2026"))
    token, program = shop.token("minors:export"), Browser(shop.app)
    for again in (1, 2):
        answer = program.client.post(API, json={"year": 2026}, headers=token | {"Idempotency-Key": "the-same-key"})
        assert (answer.status_code, len(acts("minors:export"))) == (201, 1 + again)
    assert asked == [2026] * 3
    assert stored_answers() == stored


def stored_answers() -> int:
    """How many answers are kept for who asks again."""
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(IdempotencyKey)) or 0


@pytest.mark.usefixtures("january")
def test_in_january_the_owner_is_reminded_until_it_is_made(shop: Cast) -> None:
    owner = shop.browser("owner")
    assert REMINDER in owner.get("/staff/more").text
    assert REMINDER not in shop.browser("manager").get("/staff/more").text
    assert shop.browser("manager").get(PAGE).status_code == 403
    package(owner.post(PAGE, year="2026"))
    assert REMINDER not in owner.get("/staff/more").text


@pytest.mark.usefixtures("january")
def test_or_until_somebody_says_why_not(shop: Cast) -> None:
    owner = shop.browser("owner")
    refused = owner.post(f"{PAGE}/dismiss", year="2026", reason="")
    assert refused.status_code == 422
    assert REMINDER in owner.get("/staff/more").text
    assert owner.post(f"{PAGE}/dismiss", year="2026", reason="没有未成年会员").status_code == 303
    assert REMINDER not in owner.get("/staff/more").text
    page = owner.get(PAGE).text
    assert "不用报" in page
    assert "没有未成年会员" in page
    assert acts("minors:dismiss") == [{"year": 2026, "reason": "没有未成年会员"}]


@pytest.mark.usefixtures("january")
def test_a_package_from_before_the_year_was_over_does_not_count(shop: Cast) -> None:
    with database.transaction() as session:
        session.add(MinorsAudit(year=2026, made=True, note="", at=datetime(2026, 12, 1, tzinfo=UTC)))
    assert REMINDER in shop.browser("owner").get("/staff/more").text
    shop.at = datetime(2027, 2, 1, 6, 0, tzinfo=UTC)
    with clock.stand_at(shop.at):
        assert REMINDER not in shop.browser("owner").get("/staff/more").text


def test_taking_it_asks_who_is_there(shop: Cast) -> None:
    owner, year = shop.browser("owner"), str(date(2026, 1, 1).year)
    with clock.stand_at(shop.at.replace(hour=shop.at.hour + 1)):
        answer = owner.post(PAGE, year=year)
        assert answer.headers["Content-Type"].startswith("text/html")
        assert acts("minors:export") == []


def test_an_erased_member_is_named_in_no_note(shop: Cast) -> None:
    member = welcome_member(shop.at)
    assert shop.browser("owner").post(PAGE, year="2026", incidents="林小满的妈妈投诉").status_code == 200
    with database.transaction() as session:
        erase_member(session, member.id, reason="本人要求", actor=shop.owner, at=shop.at)
    with database.reading() as session:
        assert session.scalar(select(MinorsAudit.note)) == "已注销的妈妈投诉"
