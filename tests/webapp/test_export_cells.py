"""What stands in each cell of an export: by an oracle that reads the tables itself; and that none of them is a formula."""

import io
import tracemalloc
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from services.exports import jobs, sheets
from services.exports.rules import CHOICE, DATE, MONEY, NUMBER, TEXT, TIME, Column
from services.fields import commands as asking
from services.fields.schemas import FieldIn
from services.loyalty import commands as loyalty
from services.loyalty.schemas import TierIn
from services.members import commands as members
from services.shared import database
from services.shared.actors import SYSTEM
from tests.browse import body
from tests.cast import Cast
from tests.couponing import free_item, give_coupon
from tests.exporting import all_columns, made, sheet, table, take
from tests.oracles import exports as oracle
from tests.selling import Till, open_till, welcome_member
from tests.tilling import close, open_shift
from tests.topping import offer, pay_in

RISKY = ["=1+1", "+1", "-1", "@A1", "\t=1", "＝1", "＋1", "－1", "＠A1"]
TASTES = {"subject": "member", "kind": "choices", "label_zh": "口味", "key": "tastes"}
OWN = (
    TASTES | {"choices": [{"key": "a", "zh": "抹茶", "en": "matcha"}, {"key": "b", "zh": "芋泥", "en": "taro"}]},
    {"subject": "member", "kind": "number", "label_zh": "几口人", "key": "people"},
    {"subject": "member", "kind": "money", "label_zh": "预算", "key": "budget"},
    {"subject": "member", "kind": "yes_no", "label_zh": "住附近", "key": "near", "seen_by": "private"},
    {"subject": "order", "kind": "text", "label_zh": "送到", "key": "delivery"},
)
ANSWERS = {"tastes": ["a", "b"], "people": "2.5", "budget": "88.80", "near": "1"}


@pytest.fixture
def till(shop: Cast) -> Till:
    """林小满 tops up, buys with a coupon, gives back, answers what the shop asks; 王芳 only has a card; a shift is counted."""
    till = open_till(shop)
    for field in OWN:
        with database.transaction() as session:
            asking.create_field(session, FieldIn().load(field), actor=SYSTEM, at=shop.at)
    with database.transaction() as session:
        tier = TierIn().load({"name": "甜品师", "threshold": "0.00"})
        loyalty.create_tier(session, tier, actor=SYSTEM, at=shop.at)
    shift = open_shift(shop)
    pay_in(till, plan=str(offer(till).id))
    order = till.sell(
        till.line("6寸蛋糕", options={"size": "8"}), till.line("拿铁", 2), member=till.member, note="少糖"
    )
    till.sell(till.line("曲奇"))
    manager = shop.browser("manager")
    back = {"amount": "20.00", "reason": "做错了"}
    assert manager.api("POST", f"/api/v1/orders/{order['id']}/refunds", back).status_code == 201
    assert manager.api("PATCH", f"/api/v1/orders/{order['id']}", {"fields": {"delivery": "三楼"}}).status_code == 200
    told = {
        "fields": ANSWERS,
        "gender": "female",
        "birthday": {"calendar": "solar", "month": 5, "day": 2, "year": 1993},
    }
    assert manager.api("PATCH", f"/api/v1/members/{till.member.id}", told | {"note": "怕甜"}).status_code == 200
    manager.api("POST", "/api/v1/tags", {"name": "常客"})
    manager.api("POST", f"/api/v1/members/{till.member.id}/tags", {"tag": "1"})
    give_coupon(shop, till.member)
    give_coupon(shop, till.member, free_item(till.products["拿铁"]), ends_on="2026-11-30")
    close(shop, shift, {"cash": 30100}, reason="多了一块")
    welcome_member(shop.at, "王芳", "+8613900139000")
    return till


def expected(name: str, at: datetime, *, whole: bool = False) -> list[dict[str, Any]]:
    with database.reading() as session:
        own: dict[str, dict[str, Any]] = {"members": {"whole": whole}, "coupons": {"at": at}}
        told: list[dict[str, Any]] = getattr(oracle, name)(session, **own.get(name, {}))
        return told


@pytest.mark.parametrize("name", ["members", "orders", "wallet", "points", "coupons", "tills"])
def test_every_column_of_every_list_holds_what_the_books_hold(
    till: Till, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PAGE", 2)  # several pages of each
    owner, asked = till.shop.browser("owner"), all_columns(till.shop.browser("owner"), name)
    _head, *rows = sheet(owner, name, columns=asked)
    wanted = expected(name, till.shop.at)
    assert wanted
    assert [dict(zip(asked, row, strict=True)) for row in rows] == [
        {key: each[key] for key in asked} for each in wanted
    ]


def test_whole_phones_and_years_are_there_when_they_are_asked_for(till: Till) -> None:
    _head, *rows = sheet(till.shop.browser("owner"), "members", columns=["phone", "birthday"], whole=True)
    assert rows == [[each["phone"], each["birthday"]] for each in expected("members", till.shop.at, whole=True)]
    assert rows[1] == ["13800138000", "1993-05-02"]


def test_csv_says_the_same_in_text(till: Till) -> None:
    asked = ["number", "day", "completed_at", "due", "refunded", "units"]
    head, *rows = table(till.shop.browser("owner"), "orders", columns=asked)
    assert head == ["单号", "日期", "完成时间", "件数", "应收", "已退"]
    first = expected("orders", till.shop.at)[-1]
    number, moment = first["number"], f"{first['completed_at']:%Y-%m-%d %H:%M:%S}"
    assert rows[-1] == [number, "2026-11-21", moment, "3", f"{first['due']:.2f}", "20.00"]


def test_heads_and_choices_are_in_the_language_of_who_asks(till: Till) -> None:
    owner = till.shop.browser("owner")
    owner.client.set_cookie("ck_language", "en")
    head, _wang, xiaoman = table(owner, "members", columns=["gender", "field.tastes", "field.near"])
    assert (head[0], xiaoman) == ("Gender", ["Female", "matcha, taro", "yes"])


@pytest.mark.parametrize("risky", RISKY)
def test_no_cell_is_a_formula(shop: Cast, risky: str) -> None:
    with database.transaction() as session:
        made_of = {"name": risky, "phone": "+8613800138000", "note": f"{risky}\n<&>"}
        members.create_member(session, made_of, actor=SYSTEM, at=shop.at)
    owner = shop.browser("owner")
    file = take(owner, made(owner, "members", columns=["name", "note"])).data
    book = load_workbook(io.BytesIO(file)).active
    cells = [cell for row in book.iter_rows(min_row=2) for cell in row]
    assert [(cell.data_type, cell.quotePrefix) for cell in cells] == [("s", True)] * 2
    assert cells[0].value == risky
    (csv_name, csv_note) = table(owner, "members", columns=["name", "note"])[1]
    assert csv_name == f"'{risky}"
    assert csv_note.startswith("'")


def test_what_no_file_of_xml_can_hold_is_left_out() -> None:
    told = read_back([Column("a", "A")], [["a\x00\x0b\x1f\ud800b\ufffe]]>"]])
    assert told == [["A"], ["ab]]>"]]


def test_numbers_money_days_and_moments_are_what_they_are() -> None:
    columns = [Column(kind, kind, kind) for kind in (TEXT, MONEY, DATE, TIME, NUMBER, CHOICE)]
    moment = datetime(2026, 11, 21, 23, 59, 59)
    row = ["text", "-1234567.89", date(2026, 2, 28), moment, 7, "choice"]
    told = read_back(columns, [row, [None] * 6])
    assert told[1] == ["text", -1234567.89, datetime(2026, 2, 28), moment, 7, "choice"]
    assert told[2] == [None] * 6


def read_back(columns: list[Column], rows: list[list[Any]]) -> list[list[Any]]:
    out = io.BytesIO()
    sheets.write(out, "xlsx", sheets.Sheet("表 <&>\"'", columns, [each.label for each in columns]), rows)
    book = load_workbook(io.BytesIO(out.getvalue()))
    return [[cell.value for cell in row] for row in book.active.iter_rows()]


class Nowhere:
    """Where a file goes that nobody wants."""

    def write(self, data: bytes) -> int:
        return len(data)

    def flush(self) -> None:
        pass


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_hundred_thousand_rows_take_no_more_memory_than_a_few(form: str) -> None:
    columns = [Column(str(place), "列", kind) for place, kind in enumerate((TEXT, MONEY, DATE, TIME, NUMBER) * 2)]

    def rows(many: int) -> Iterator[list[Any]]:
        for each in range(many):
            yield ["提拉米苏", "32.00", date(2026, 1, 1), datetime(2026, 1, 1, 9), each] * 2

    def peak(many: int) -> int:
        tracemalloc.start()
        sheets.write(Nowhere(), form, sheets.Sheet("表", columns, ["列"] * 10), rows(many))  # type: ignore[arg-type]
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    few = peak(100)
    assert peak(100_000) < few + 200_000


def test_a_list_of_many_pages_is_whole_and_in_order(shop: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PAGE", 3)
    for number in range(10):
        welcome_member(shop.at, f"客人{number}", f"+86138001380{number:02}")
    owner = shop.browser("owner")
    told = [row[0] for row in table(owner, "members", columns=["name"])[1:]]
    assert told == [f"客人{number}" for number in reversed(range(10))]
    assert body(owner.api("GET", "/api/v1/exports/1"))["rows_total"] == 10
