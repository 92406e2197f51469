"""注销: asked for in the member app, at the counter, and by program."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from services.members.queries import get_member
from services.shared import clock, database
from tests.browse import Browser, body
from tests.cast import Cast
from tests.kit.authenticator import Authenticator
from tests.selling import Till, open_till
from tests.topping import pay_in
from webapp.web.own_data import TABLES


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


@pytest.fixture
def phone(till: Till) -> Browser:
    return till.shop.phone(till.member)


def is_erased(till: Till) -> bool:
    with database.reading() as session:
        return get_member(session, till.member.id).erased


def test_a_member_reads_what_is_lost_and_types_the_word(till: Till, phone: Browser) -> None:
    assert "/member/me/privacy" in phone.get("/member/me").text
    assert "/member/me/erase" in phone.get("/member/me/privacy").text
    assert "不能恢复" in phone.get("/member/me/erase").text
    for wrong in ("", "注", "delete"):
        refused = phone.post("/member/me/erase", word=wrong)
        assert refused.status_code == 422
    assert not is_erased(till)
    done = phone.post("/member/me/erase", word="注销")
    assert (done.status_code, done.location) == (303, "/member/sign-in")
    assert is_erased(till)
    assert phone.get("/member/me").location.startswith("/member/sign-in")
    assert "注销了" in phone.get("/member/sign-in").text


def test_money_that_was_paid_in_is_named_and_given_up_by_a_tick(till: Till, phone: Browser) -> None:
    pay_in(till)
    assert "¥300.00" in phone.get("/member/me/erase").text
    refused = phone.post("/member/me/erase", word="注销")
    assert refused.status_code == 422
    assert "¥300.00" in refused.text
    assert not is_erased(till)
    assert phone.post("/member/me/erase", word="注销", give_up="1").status_code == 303
    assert is_erased(till)


def test_a_cookie_alone_gives_no_stored_value_up(till: Till, phone: Browser) -> None:
    """With a PIN it takes the PIN; without one, or with one chosen on this sign-in, it takes a sign-in within the last hour."""
    pay_in(till)
    given, later = {"word": "erase", "give_up": "1"}, till.shop.at + timedelta(hours=2)
    with clock.stand_at(later):
        assert "请重新登录后再注销" in phone.post("/member/me/erase", **given).text
        phone.post("/member/me/pin", pin="482913", again="482913", current="")
        told = phone.api("POST", "/api/v1/me/erasure", {"word": "erase", "give_up": True, "pin": "482913"})
        assert (told.status_code, body(told)["code"]) == (422, "sign_in_again")
    till.shop.at = later + timedelta(minutes=1)
    mine = till.shop.phone(till.member)
    with clock.stand_at(till.shop.at + timedelta(hours=3)):
        assert 'name="pin"' in mine.get("/member/me/erase").text
        for wrong in ("", "111111"):
            refused = mine.post("/member/me/erase", pin=wrong, **given)
            assert (refused.status_code, "支付密码不对" in refused.text) == (422, True)
        assert mine.api("POST", "/api/v1/me/erasure", {"word": "erase", "give_up": True}).status_code == 422
        assert not is_erased(till)
        assert mine.post("/member/me/erase", pin="482913", **given).status_code == 303
    assert is_erased(till)


def test_staff_who_may_erase_for_a_reason_and_the_card_says_so(till: Till) -> None:
    owner, path = till.shop.browser("owner"), f"/staff/members/{till.member.id}"
    assert path + "/erase" in owner.get(path).text
    assert path + "/erase" not in till.shop.browser("manager").get(path).text
    assert till.shop.browser("manager").post(path + "/erase", reason="本人要求").status_code == 403
    assert owner.post(path + "/erase", reason="").status_code == 422
    assert owner.post(path + "/erase", reason="本人要求").status_code == 303
    page = owner.get(path).text
    assert "应本人要求注销了" in page
    assert path + "/restore" not in page
    assert "注销会员" in owner.get("/staff/audit").text


def test_programs_erase_too(till: Till, phone: Browser) -> None:
    pay_in(till)
    path, why = f"/api/v1/members/{till.member.id}/erasure", {"reason": "来信要求"}
    assert till.browser.api("POST", path, why).status_code == 403
    refused = till.shop.browser("owner").api("POST", path, why)
    assert (refused.status_code, body(refused)["code"]) == (409, "wallet_not_empty")
    assert phone.api("POST", "/api/v1/me/erasure", {"word": "no"}).status_code == 422
    assert phone.api("POST", "/api/v1/me/erasure", {"word": "erase", "give_up": True}).status_code == 204
    assert is_erased(till)
    assert till.shop.browser("owner").api("POST", path, why).status_code == 204
    assert till.shop.browser("owner").api("POST", "/api/v1/members/999/erasure", why).status_code == 404


def test_consent_is_taken_back_where_it_is_read(till: Till, phone: Browser) -> None:
    given = phone.post("/member/me/consents")
    assert given.location == "/member/me/privacy#consents"
    assert "在会员端同意" in phone.get("/member/me/privacy").text
    assert phone.post("/member/me/consents/withdraw").status_code == 303
    assert "撤回" in phone.get("/member/me/privacy").text


def test_a_member_takes_everything_along_as_tables_and_as_json(till: Till, phone: Browser) -> None:
    till.sell(till.line("提拉米苏", note="=1+1"), member=till.member)
    pay_in(till)
    options = body(phone.api("POST", "/member/me/passkeys/options", {"name": "我的手机"}))
    _, made = Authenticator("http://localhost:8000").make(options)
    assert phone.api("POST", "/member/me/passkeys", {"name": "我的手机", "credential": made}).status_code == 200
    answer = phone.post("/member/me/export", form="json")
    told = json.loads(answer.data)
    assert (told["profile"][0]["name"], told["profile"][0]["phone"]) == ("林小满", "+8613800138000")
    assert [each["principal"] for each in told["wallet"]] == ["300.00"]
    assert [each["note"] for each in told["lines"]] == ["=1+1"]
    assert told["messages"]
    assert told["sessions"]
    assert [each["name"] for each in told["passkeys"]] == ["我的手机"]
    assert set(told["passkeys"][0]) == {"name", "created_at", "used_at"}  # no key, no number of the device
    tables = phone.post("/member/me/export", form="csv")
    with zipfile.ZipFile(io.BytesIO(tables.data)) as packed:
        lines = packed.read("订单明细.csv").decode("utf-8-sig")
        assert {"资料.csv", "通行密钥.csv", "订单.csv", "储值.csv", "消息.csv"} <= set(packed.namelist())
    assert "'=1+1" in lines
    assert ",=1+1" not in lines
    assert body(phone.api("GET", "/api/v1/me/export"))["orders"][0]["due"] == "32.00"
    assert "会员导出自己的资料" in till.shop.browser("owner").get("/staff/audit").text


def test_the_spreadsheet_holds_every_value_of_the_json_and_no_formula(till: Till, phone: Browser) -> None:
    till.sell(till.line("提拉米苏", note="=1+1"), till.line("曲奇", note="@SUM(1)"), member=till.member, note="\t-2+3")
    pay_in(till)
    told = json.loads(phone.post("/member/me/export", form="json").data)
    answer = phone.post("/member/me/export", form="xlsx")
    assert answer.headers["Content-Disposition"].endswith(".xlsx")
    book = load_workbook(io.BytesIO(answer.data))
    assert book["订单"]["A1"].value == "编号"
    for table, rows in told.items():
        if not rows:
            continue
        sheet = book[TABLES[table]]
        found = [[as_json(cell) for cell in row] for row in sheet.iter_rows(min_row=2)]
        assert [row[: len(rows[0])] for row in found] == [
            [None if value == "" else value for value in row.values()] for row in rows
        ], table
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {
            "inlineStr",
            "s",
            "n",
            "d",
            "b",
        }  # and never f
    wallet = book["储值"]["B2"]
    assert (wallet.value, wallet.number_format) == (300, "#,##0.00")


def as_json(cell: Any) -> Any:
    """A cell's value as the JSON has it; the shop's zone is eight hours ahead."""
    if cell.data_type == "d":
        return (cell.value - timedelta(hours=8)).isoformat(timespec="seconds") + "+00:00"
    if cell.number_format == "#,##0.00" and cell.value is not None:
        return f"{cell.value:.2f}"
    return cell.value


def test_nobody_else_gets_it_and_not_all_the_time(till: Till, phone: Browser) -> None:
    assert till.browser.api("GET", "/api/v1/me/export").status_code in {401, 403}
    assert [phone.api("GET", "/api/v1/me/export").status_code for _ in range(11)] == [200] * 10 + [429]


def test_programs_of_a_member_read_give_and_withdraw_consent(till: Till, phone: Browser) -> None:
    assert body(phone.api("GET", "/api/v1/me/consents"))["items"] == []
    given = phone.api("POST", "/api/v1/me/consents")
    assert given.status_code == 201
    only = body(given)["items"]
    assert [(each["kind"], each["way"], each["withdrawn_at"]) for each in only] == [("membership", "member_app", None)]
    assert body(phone.api("DELETE", "/api/v1/me/consents"))["items"][0]["withdrawn_at"] is not None
    again = phone.api("DELETE", "/api/v1/me/consents")
    assert (again.status_code, body(again)["code"]) == (409, "consent_missing")
