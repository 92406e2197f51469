"""Lists that leave the shop: who may, what stands in them, how they are kept; what is in each cell is asked in test_export_cells.py."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from services.audit.models import AuditEntry
from services.exports import commands, files, jobs
from services.exports.models import Export
from services.exports.rules import LEASE, LIFE
from services.identity.models import Role
from services.privacy.commands import erase_member
from services.shared import clock, database
from tests.browse import body
from tests.cast import Cast
from tests.exporting import ask, made, table, take
from tests.selling import Till, open_till, welcome_member


@pytest.fixture
def till(shop: Cast) -> Till:
    """林小满 bought a latte; 王芳 has a card."""
    till = open_till(shop)
    till.sell(till.line("拿铁"), member=till.member)
    welcome_member(shop.at, "王芳", "+8613900139000")
    return till


def acts(*names: str) -> list[tuple[str, Any]]:
    """These acts as the log has them, with what it says of them."""
    with database.reading() as session:
        found = (
            select(AuditEntry.action, AuditEntry.changes).where(AuditEntry.action.in_(names)).order_by(AuditEntry.id)
        )
        return [(action, changes) for action, changes in session.execute(found)]


def states() -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Export.state).order_by(Export.id)))


def test_from_the_button_to_the_file(till: Till) -> None:
    manager = till.shop.browser("manager")
    page = manager.get("/staff/members?q=小满").text
    assert "/staff/exports/new?list=members&amp;q=%E5%B0%8F%E6%BB%A1" in page
    form = manager.get("/staff/exports/new?list=members&q=小满").text
    assert 'name="filters.q" value="小满"' in form
    fields: dict[str, Any] = {"list": "members", "format": "csv", "columns[]": ["name", "phone"], "filters.q": "小满"}
    assert manager.post("/staff/exports/new", **fields).location.endswith("/staff/exports")
    assert "等着做" in manager.get("/staff/exports").text
    jobs.make_exports()
    assert "1 行" in manager.get("/staff/exports").text
    answer = take(manager, "1")
    assert answer.data.decode("utf-8-sig").splitlines() == ["姓名,手机号", "林小满,138 **** 8000"]
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_both_are_written_down_and_never_what_was_looked_for(till: Till) -> None:
    manager = till.shop.browser("manager")
    export_id = made(manager, "members", filters={"q": "小满", "state": "new"}, columns=["name"])
    take(manager, export_id)
    take(manager, export_id)
    told = acts("exports:create", "exports:download", "exports:reveal")
    assert told == [
        ("exports:create", {"list": "members", "format": "xlsx", "columns": ["name"], "state": "new"}),
        *[("exports:download", {"list": "members", "format": "xlsx", "lines": 1})] * 2,
    ]
    with database.reading() as session:
        assert session.get_one(Export, int(export_id)).filters == {"state": "new"}


def test_phones_are_whole_for_who_may_and_asks_and_it_is_an_act_of_its_own(till: Till) -> None:
    manager = till.shop.browser("manager")
    assert table(manager, "members", columns=["phone"])[1:] == [["139 **** 9000"], ["138 **** 8000"]]
    assert acts("exports:reveal") == []
    assert table(manager, "members", columns=["phone"], whole=True)[1:] == [["13900139000"], ["13800138000"]]
    assert len(acts("exports:reveal")) == 1
    cautious = till.shop.browser_that_may("exports:create", "members:read", "members:reveal")
    assert ask(cautious, "members", columns=["phone"], whole=True).status_code == 403
    assert table(cautious, "members", columns=["phone"])[1:] == [["139 **** 9000"], ["138 **** 8000"]]


@pytest.mark.parametrize(
    ("may", "asked", "status"),
    [
        (["members:read"], "members", 403),
        (["exports:create"], "members", 403),
        (["exports:create", "members:read"], "orders", 403),
        (["exports:create", "members:read"], "members", 202),
        (["exports:create", "members:read"], "nothing", 404),
    ],
)
def test_a_list_needs_its_own_permission_too(till: Till, may: list[str], asked: str, status: int) -> None:
    assert ask(till.shop.browser_that_may(*may), asked).status_code == status


def test_columns_need_their_own_permission(till: Till) -> None:
    clerk = till.shop.browser_that_may("exports:create", "members:read")
    refused = ask(clerk, "members", columns=["name", "principal"])
    assert (refused.status_code, list(body(refused)["errors"])) == (422, ["columns"])
    head = table(clerk, "members")[0]
    assert "姓名" in head
    assert not {"储值本金", "积分", "等级"} & set(head)


def test_only_the_maker_takes_the_file_and_only_while_they_may(till: Till) -> None:
    shop = till.shop
    manager, owner = shop.browser("manager"), shop.browser("owner")
    export_id = made(manager, "orders")
    assert take(owner, export_id).status_code == 404
    assert owner.api("GET", f"/api/v1/exports/{export_id}/file").status_code == 404
    assert manager.api("GET", f"/api/v1/exports/{export_id}/file").status_code == 200
    with database.transaction() as session:
        role = session.get_one(Role, shop.staff["manager"].role_id)
        role.permissions = [each for each in role.permissions if each != "orders:read"]
    assert take(manager, export_id).status_code == 403
    assert manager.api("GET", f"/api/v1/exports/{export_id}/file").status_code == 403


def test_who_lost_the_permission_before_the_worker_came_gets_nothing(till: Till) -> None:
    manager = till.shop.browser("manager")
    assert ask(manager, "orders").status_code == 202
    with database.transaction() as session:
        session.get_one(Role, till.shop.staff["manager"].role_id).permissions = ["exports:create"]
    jobs.make_exports()
    assert states() == ["failed"]


def test_rows_of_other_stores_are_absent(till: Till) -> None:
    shop = till.shop
    south = Till(shop, shop.browser("southern"), till.products, till.member)
    quote = body(south.ask(south.line("巴斯克"), member=south.member, store=shop.south))
    assert south.pay(quote).status_code == 201
    assert [row[0] for row in table(shop.browser("manager"), "orders", columns=["store"])[1:]] == ["东湖店"]
    everywhere = table(shop.browser("owner"), "orders", columns=["store"])[1:]
    assert [row[0] for row in everywhere] == ["南湖店", "东湖店"]
    assert [row[0] for row in table(shop.browser("manager"), "points", columns=["store"])[1:]] == ["东湖店"]
    named = ask(shop.browser("manager"), "orders", filters={"store": str(shop.south.id)})
    assert named.status_code == 422


@pytest.mark.parametrize(
    "asked", ["", "q=小满", "state=new", "state=unseen", "source=online", "tag=1", "segment=1", "q=小满&tag=1"]
)
def test_members_are_those_of_the_screen(till: Till, asked: str) -> None:
    manager = till.shop.browser("manager")
    rich = {"all": [{"kind": "spent", "at_least": "10.00"}]}
    assert manager.api("POST", "/api/v1/segments", {"name": "大户", "conditions": rich}).status_code == 201
    assert manager.api("POST", "/api/v1/tags", {"name": "常客"}).status_code == 201
    assert manager.api("POST", f"/api/v1/members/{till.member.id}/tags", {"tag": "1"}).status_code in {200, 201}
    shown = re.findall(r'href="/staff/members/(\d+)[?"]', manager.get(f"/staff/members?{asked}").text)
    with database.reading() as session:
        from services.members.models import Member

        names = dict(session.execute(select(Member.id, Member.name)).tuples().all())
    filters = dict(pair.split("=") for pair in asked.split("&") if pair)
    told = [row[0] for row in table(manager, "members", columns=["name"], filters=filters)[1:]]
    assert told == [names[int(each)] for each in dict.fromkeys(shown)]


@pytest.mark.parametrize("asked", ["", "q=小满", "tender=wechat", "tender=cash", "q=A1", "flagged=1"])
def test_orders_are_those_of_the_screen(till: Till, asked: str) -> None:
    manager = till.shop.browser("manager")
    till.sell(till.line("曲奇"))
    page = manager.get(f"/staff/orders?{asked}").text
    shown = list(dict.fromkeys(re.findall(r'<b class="num">(A1-\d{4}-\d{4})', page)))
    link = re.search(r'/staff/exports/new\?(list=orders[^"]*)', page)
    assert (link is not None) == bool(shown)
    filters = {"store": str(till.shop.east.id)} | dict(pair.split("=") for pair in asked.split("&") if pair)
    assert [row[0] for row in table(manager, "orders", columns=["number"], filters=filters)[1:]] == shown


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(till: Till) -> None:
    manager = till.shop.browser("manager")
    fields: dict[str, Any] = {
        "list": "orders",
        "columns[]": ["number"],
        "filters.first": "2026-11-22",
        "filters.last": "2026-11-20",
    }
    answer = manager.post("/staff/exports/new", **fields)
    assert answer.status_code == 422
    assert "结束的一天不能早于开始" in answer.text
    assert 'value="2026-11-22"' in answer.text
    assert re.search(r'value="number" checked', answer.text)
    assert not re.search(r'value="due" checked', answer.text)


def test_the_file_is_sealed_on_the_disk_and_gone_after_a_week(till: Till) -> None:
    manager = till.shop.browser("manager")
    export_id = made(manager, "members", format="csv")
    (path,) = files.folder().iterdir()
    assert "林小满".encode() not in path.read_bytes()
    assert (path.stat().st_mode & 0o777, files.folder().stat().st_mode & 0o777) == (0o600, 0o700)
    with clock.stand_at(till.shop.at + LIFE):
        assert manager.api("GET", f"/api/v1/exports/{export_id}").status_code in {200, 401}
        jobs.forget_exports()
    assert (list(files.folder().iterdir()), states()) == ([], [])
    assert acts("exports:forget") == [("exports:forget", {"lines": 1})]


def test_a_file_in_which_somebody_erased_stands_can_be_taken_no_more(till: Till) -> None:
    owner = till.shop.browser("owner")
    export_id = made(owner, "members")
    with database.transaction() as session:
        erase_member(session, till.member.id, give_up=True, reason="来信", actor=till.shop.owner, at=till.shop.at)
    assert take(owner, export_id).status_code == 410
    jobs.make_exports()
    assert list(files.folder().iterdir()) == []


def test_a_worker_that_dies_in_the_middle_leaves_a_whole_file_to_the_next(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """As SIGKILL: nothing tidies up in the database."""

    def die(*_: Any, **__: Any) -> bool:
        raise Killed

    monkeypatch.setattr(jobs, "PAGE", 1)
    manager = till.shop.browser("manager")
    export_id = body(ask(manager, "members", format="csv", columns=["name"]))["id"]
    with monkeypatch.context() as patch:
        patch.setattr(commands, "note_progress", die)
        with pytest.raises(Killed):
            jobs.make_export(int(export_id))
    jobs.make_exports()
    assert states() == ["working"]  # somebody may be making it
    with clock.stand_at(till.shop.at + LEASE + timedelta(seconds=1)):
        jobs.make_exports()
    assert take(manager, export_id).data.decode("utf-8-sig").splitlines() == ["姓名", "王芳", "林小满"]


def test_a_worker_whose_claim_another_has_taken_leaves_its_own_behind(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = till.shop.browser("manager")
    export_id = int(body(ask(manager, "members"))["id"])
    finish = commands.finish_export

    def too_late(session: Any, *arguments: Any, **named: Any) -> bool:
        session.execute(update(Export).values(claim="another"))
        return finish(session, *arguments, **named)

    monkeypatch.setattr(commands, "finish_export", too_late)
    jobs.make_export(export_id)
    assert (states(), list(files.folder().iterdir())) == (["working"], [])


def test_what_breaks_three_times_is_given_up(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: Any, **__: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(files, "write", break_down)
    manager = till.shop.browser("manager")
    export_id = body(ask(manager, "members"))["id"]
    for _ in range(4):
        jobs.make_exports()
    assert states() == ["failed"]
    assert take(manager, export_id).status_code == 409
    assert "没做成" in manager.get("/staff/exports").text


def test_three_at_once_and_no_more(till: Till) -> None:
    manager = till.shop.browser("manager")
    told = [ask(manager, "members").status_code for _ in range(4)]
    assert told == [202, 202, 202, 409]
    jobs.make_exports()
    assert states() == ["ready"] * 3


def test_the_same_request_makes_one_export(till: Till) -> None:
    manager = till.shop.browser("manager")
    for _ in range(2):
        assert manager.api("POST", "/api/v1/exports", {"list": "members"}, "the-same-key").status_code == 202
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Export)) == 1


def test_a_program_exports_as_its_scopes_say(till: Till) -> None:
    client, headers = till.shop.client(), till.shop.token("exports:create", "orders:read")
    key = {"Idempotency-Key": "program-asks-once"}
    asked = client.post("/api/v1/exports", json={"list": "orders"}, headers=headers | key)
    assert (asked.status_code, body(asked)["state"]) == (202, "waiting")
    jobs.make_exports()
    here = f"/api/v1/exports/{body(asked)['id']}"
    assert body(client.get(here, headers=headers))["state"] == "ready"
    assert client.get(f"{here}/file", headers=headers).data.startswith(b"PK")
    assert client.get("/api/v1/exports/lists", headers=headers).get_json()["items"][0]["name"] == "orders"


def test_asking_and_taking_ask_who_is_there(till: Till) -> None:
    manager = till.shop.browser("manager")
    export_id = made(manager, "members")
    with clock.stand_at(till.shop.at + timedelta(minutes=40)):
        assert manager.get("/staff/exports").status_code == 200
        for refused in (ask(manager, "members"), manager.api("GET", f"/api/v1/exports/{export_id}/file")):
            assert (refused.status_code, body(refused)["code"]) == (403, "step_up_needed")
        assert take(manager, export_id).status_code == 403
    assert acts("exports:download") == []
