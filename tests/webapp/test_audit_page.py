"""操作记录: who did what, when, where, in words, and only as far as it is one's business."""

import ast
import csv
import io
from datetime import timedelta

import pytest

from services.audit import commands as audit
from services.audit.jobs import chain_audit
from services.shared import database, vault
from services.shared.actors import SYSTEM, Actor
from services.shared.cells import safe_cell
from tests.architecture.source import dotted, modules
from tests.browse import body
from tests.cast import Cast
from tests.selling import welcome_member
from webapp.staff.audit_words import ACTIONS
from webapp.web.browsers import browser_name, is_phone

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 Version/18.4 Mobile/15E148 Safari/604.1"


def note(shop: Cast, action: str, actor: Actor, **more: object) -> None:
    with database.transaction() as session:
        audit.record(session, action, ("member", None), actor=actor, **{"at": shop.at, **more})  # type: ignore[arg-type]


def log(shop: Cast, role: str = "owner", /, **query: object) -> str:
    page = shop.browser(role).get("/staff/audit", query_string=query)
    assert page.status_code == 200
    return page.text.split('id="entries"')[1]


def test_every_act_of_the_product_has_its_words() -> None:
    """What `audit.record` is told in the source, and nothing else, stands in the table."""
    told = {
        text.value
        for module in modules("services", "webapp")
        for call in module.calls()
        if dotted(call.func) == "audit.record" and len(call.args) > 1
        for text in ast.walk(call.args[1])
        if isinstance(text, ast.Constant) and isinstance(text.value, str)
    }
    assert {action for action in told if ":" in action} == ACTIONS.keys()


def test_an_act_reads_as_a_sentence(shop: Cast) -> None:
    staff = Actor("staff", 4, "小林", origin=f"10.0.0.7 {IPHONE}")
    note(
        shop,
        "members:create",
        staff,
        store_id=shop.east.id,
        changes={"name": ["老名字", "新名字"], "source": "walk_in"},
    )
    page = log(shop, q="开卡")
    for words in (
        "开卡",
        "小林",
        "今天 14:20",
        "东湖店",
        "10.0.0.7",
        "iPhone · Safari",
        "名称 老名字 → 新名字",
        "来源 到店",
    ):
        assert words in page


def test_changes_of_every_shape_can_be_read(shop: Cast) -> None:
    changes = {"a": [None, 5], "b": {"deep": [1]}, "c": None, "d": 7, "e": True, "f": [1, 2], "g": "<b>bold</b>"}
    note(shop, "settings:change", shop.owner, changes=changes)
    page = log(shop, q="修改设置", day="2026-11-21")
    assert "a — → 5" in page
    assert "<b>bold" not in page


def test_what_a_new_phone_brought_reads_as_a_sentence(shop: Cast) -> None:
    note(shop, "cool_downs:create", shop.owner, changes={"why": "new_phone", "until": "2026-11-22T05:14:37+00:00"})
    assert "原因 新手机登录 · 到什么时候 2026-11-22 13:14" in log(shop)


@pytest.mark.parametrize("q", ["小周", "收款", "orders:", "10.9."])
def test_it_is_found_by_person_act_and_address(shop: Cast, q: str) -> None:
    note(shop, "orders:create", Actor("staff", 2, "小周", origin="10.9.8.7 till"))
    note(shop, "stores:sort", Actor("staff", 1, "阿满", origin="10.1.1.1 till"))
    page = log(shop, q=q)
    assert "小周" in page
    assert "调整门店顺序" not in page


def test_it_is_found_by_day_and_store(shop: Cast) -> None:
    note(shop, "orders:create", shop.owner, store_id=shop.east.id, at=shop.at - timedelta(days=2))
    note(shop, "points:adjust", shop.owner, store_id=shop.south.id, at=shop.at - timedelta(days=2))
    page = log(shop, day="2026-11-19", store=shop.south.id)
    assert "调整积分" in page
    assert "收款" not in page
    assert "店员登录" not in page


def test_what_is_not_there_is_said(shop: Cast) -> None:
    assert "没有找到" in log(shop, q="没有这回事")


@pytest.mark.parametrize(
    "query", [{"day": "gestern"}, {"store": "x"}, {"store": 10**30}, {"after": -1}, {"after": 10**30}, {"q": "a\x00%_"}]
)
def test_nonsense_breaks_nothing(shop: Cast, query: dict[str, object]) -> None:
    log(shop, **query)


def test_it_goes_on_where_the_page_ends(shop: Cast) -> None:
    for number in range(45):
        note(shop, "members:change", Actor("staff", 9, f"人{number:02d}"))
    browser = shop.browser("owner")
    first = browser.get("/staff/audit?q=人").text
    assert "人44" in first
    assert "人04" not in first
    following = first.split('hx-get="')[-1].split('"')[0].replace("&amp;", "&")
    second = browser.get(following).text
    assert "人04" in second
    assert "人44" not in second


def test_a_manager_sees_the_own_store_and_own_acts(shop: Cast) -> None:
    note(shop, "orders:create", Actor("staff", 5, "南姐"), store_id=shop.south.id)
    note(shop, "members:create", shop.cashier, store_id=shop.east.id)
    note(shop, "staff:set_password", shop.owner)
    page = log(shop, "manager", day="2026-11-21")
    assert "小林" in page
    assert "南姐" not in page
    assert "换密码" not in page


@pytest.mark.parametrize("role", ["cashier", "kitchen"])
def test_others_do_not_see_it(shop: Cast, role: str) -> None:
    assert shop.browser(role).get("/staff/audit").status_code == 403


def test_programs_members_and_the_system_have_names_too(shop: Cast) -> None:
    member = welcome_member(shop.at)
    for actor in (
        SYSTEM,
        Actor("token", 1, "erp"),
        Actor("member", member.id, member.name),
        Actor("public", name="public"),
    ):
        note(shop, "messages:send", actor)
    page = log(shop, q="发消息")
    for words in ("系统", "接口 erp", "顾客 林小满", "未登录的人"):
        assert words in page


def test_a_member_is_found_by_name_as_who_acted_and_as_whom_it_was_done_to(shop: Cast) -> None:
    member = welcome_member(shop.at)
    note(shop, "points:adjust", shop.owner)
    for subject, actor in ((("coupon", 3), Actor("member", member.id)), (("member", member.id), shop.owner)):
        with database.transaction() as session:
            audit.record(session, "coupons:offer", subject, actor=actor, at=shop.at, changes={"reason": "找她"})
    page = log(shop, q="林小满")
    assert (page.count("做转赠的链接"), "调整积分" in page) == (2, False)
    other = body(shop.browser("owner").api("GET", f"/api/v1/audit?member={member.id}"))
    assert {each["action"] for each in other["items"]} == {"members:create", "coupons:offer"}


def test_the_chain_is_told_and_what_was_erased_says_so(shop: Cast) -> None:
    member = welcome_member(shop.at)
    assert "已封存" not in shop.browser("owner").get("/staff/audit").text
    chain_audit()
    with database.transaction() as session:
        vault.destroy(session, member.id, at=shop.at)
    page, told = shop.browser("owner").get("/staff/audit").text, body(shop.browser("owner").api("GET", "/api/v1/audit"))
    assert f"{told['chained']} 条已封存" in page
    assert f"{told['chained']}-{told['end']}" in page
    assert "会员已注销，内容按本人要求清除" in page
    erased = [each["changes"] for each in told["items"] if each["subject"] == {"kind": "member", "id": str(member.id)}]
    assert erased == [None]


def test_the_table_holds_what_the_page_shows_and_no_formula_and_is_on_record(shop: Cast) -> None:
    clerk = Actor("staff", 4, "=HYPERLINK(1)", origin="10.0.0.7 phone")
    note(shop, "points:adjust", clerk, store_id=shop.east.id, changes={"reason": "补"})
    note(shop, "orders:create", clerk)
    owner = shop.browser("owner")
    assert "/staff/audit/export" in owner.get("/staff/audit").text
    assert "调整积分" in owner.get("/staff/audit/export?q=调整积分").text
    answer = owner.post("/staff/audit/export?q=调整积分")
    head, line = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert head[:3] == ["时间", "做了什么", "谁"]
    assert line[:5] == ["2026-11-21 14:20:00", "调整积分", "'=HYPERLINK(1)", "10.0.0.7 phone", "东湖店"]
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "导出操作记录" in log(shop)
    manager = shop.browser("manager")
    assert "/staff/audit/export" not in manager.get("/staff/audit").text
    assert manager.get("/staff/audit/export").status_code == 403
    assert manager.post("/staff/audit/export").status_code == 403


def test_a_table_that_is_not_whole_says_so(shop: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        note(shop, "points:adjust", Actor("staff", number, "小林"))
    table, owner = "/staff/audit/export?q=调整积分", shop.browser("owner")
    whole = list(csv.reader(io.StringIO(owner.post(table).data.decode("utf-8-sig"))))
    monkeypatch.setattr("webapp.staff.audit.MOST", 2)
    cut = list(csv.reader(io.StringIO(owner.post(table).data.decode("utf-8-sig"))))
    assert (len(whole), len(cut), cut[:3] == whole[:3]) == (4, 4, True)
    assert "一次最多 2 条" in cut[3][1]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A1", "\t=1", "\r=1", "＝1", "\n=1"])
def test_what_a_spreadsheet_would_compute_is_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_programs_read_the_log_page_by_page_and_by_day(shop: Cast) -> None:
    token, narrow = shop.token("audit:read"), shop.token("orders:read")
    note(shop, "points:adjust", shop.owner, store_id=shop.south.id)
    first = body(shop.app.test_client().get("/api/v1/audit?limit=1", headers=token))
    assert (first["items"][0]["action"], first["items"][0]["actor"]["name"]) == ("points:adjust", shop.owner.name)
    second = body(shop.app.test_client().get(f"/api/v1/audit?limit=1&cursor={first['next']}", headers=token))
    assert int(second["items"][0]["id"]) < int(first["items"][0]["id"])
    assert body(shop.app.test_client().get("/api/v1/audit?day=2026-11-20", headers=token))["items"] == []
    south = body(shop.app.test_client().get(f"/api/v1/audit?store={shop.south.id}", headers=token))["items"]
    assert {each["store"] for each in south} == {str(shop.south.id)}
    assert shop.app.test_client().get("/api/v1/audit?member=1", headers=token).status_code == 403
    assert shop.app.test_client().get("/api/v1/audit?day=tomorrow", headers=token).status_code == 422
    assert shop.app.test_client().get("/api/v1/audit", headers=narrow).status_code == 403


@pytest.mark.parametrize(
    ("agent", "name", "phone"),
    [
        (IPHONE, "iPhone · Safari", True),
        (
            "Mozilla/5.0 (Linux; Android 14) Chrome/131.0 Mobile Safari/537.36 MicroMessenger/8.0",
            "Android · 微信",
            True,
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0 Safari/537.36 Edg/131.0", "Windows · Edge", False),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Linux · Firefox", False),
        ("python-requests/2.32", "python-requests", False),
        ("", "", False),
    ],
)
def test_a_browser_has_the_name_people_know(agent: str, name: str, phone: bool) -> None:
    assert (browser_name(agent), is_phone(agent)) == (name, phone)
