"""The pages about families: what the member writes down, what staff see of it, what the owner makes of the plan."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from services.audit.models import AuditEntry
from services.family.models import Child, DoseRecord, Pregnancy, VaccinationPlan
from services.fields.models import FieldValue
from services.members.models import Member
from services.shared import database
from services.shared.days import local_day
from tests.browse import Browser, body
from tests.cast import Cast
from tests.selling import welcome_member

BORN = "2026-08-16"
BOTH = {"children_consent": "1", "health_consent": "1"}


@pytest.fixture
def xiaoman(shop: Cast) -> Member:
    return welcome_member(shop.at)


def tell(browser: Browser, place: str, **more: Any) -> int:
    """豆豆, written on a page; the id."""
    sent = {"name": "豆豆", "sex": "girl", "born_on": BORN, "allergies": "花生", **BOTH, **more}
    assert browser.post(f"{place}/children/new", **sent).status_code == 303
    return newest(Child)


def newest(model: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.max(model.id))) or 0


def count(model: Any, *where: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def test_a_member_writes_a_child_down_and_ticks_doses(shop: Cast, xiaoman: Member) -> None:
    phone = shop.phone(xiaoman)
    child = tell(phone, "/member/me/family")
    page = phone.get(f"/member/me/family/children/{child}").text
    assert "第 98 天" in page
    assert "百白破疫苗 第 1 剂" in page
    assert phone.post(f"/member/me/family/children/{child}/doses/IPV-1", state="done", given_on="").status_code == 303
    with database.reading() as session:
        assert session.scalars(select(DoseRecord.code)).all() == ["IPV-1"]
    assert "百天" in phone.get("/member/").text


def test_everything_up_to_today_is_one_tap_and_leaves_what_was_said(shop: Cast, xiaoman: Member) -> None:
    phone = shop.phone(xiaoman)
    child = tell(phone, "/member/me/family")
    phone.post(f"/member/me/family/children/{child}/doses/IPV-1", state="not_needed", given_on="")
    assert phone.post(f"/member/me/family/children/{child}/due-doses").status_code == 303
    assert "可以接种了" not in phone.get(f"/member/me/family/children/{child}").text
    with database.reading() as session:
        states = dict(session.execute(select(DoseRecord.code, DoseRecord.state)).tuples().all())
    due = {"HEPB-1", "BCG-1", "HEPB-2", "DTAP-1", "IPV-2"}
    assert states == {"IPV-1": "not_needed"} | dict.fromkeys(due, "done")


def test_what_was_typed_stays_where_a_consent_is_missing(shop: Cast, xiaoman: Member) -> None:
    refused = shop.phone(xiaoman).post("/member/me/family/children/new", name="豆豆", born_on=BORN, sex="girl")
    assert refused.status_code == 422
    assert 'value="豆豆"' in refused.text
    assert "要监护人先同意" in refused.text
    assert count(Child) == 0


def test_a_dose_before_the_birth_is_refused_beside_its_day(shop: Cast, xiaoman: Member) -> None:
    phone = shop.phone(xiaoman)
    child = tell(phone, "/member/me/family")
    wrong = phone.post(f"/member/me/family/children/{child}/doses/IPV-1", state="done", given_on="2026-08-01")
    assert wrong.status_code == 422
    assert "那时还没出生" in wrong.text
    assert 'value="2026-08-01"' in wrong.text


def test_the_child_is_there_and_the_pregnancy_over(shop: Cast, xiaoman: Member) -> None:
    phone, due = shop.phone(xiaoman), local_day(shop.at, "Asia/Shanghai") + timedelta(days=3)
    phone.post("/member/me/family/pregnancies/new", due_on=due.isoformat(), **BOTH)
    one = newest(Pregnancy)
    assert "孕晚期" in phone.get("/member/me/family").text
    refused = phone.post(f"/member/me/family/pregnancies/{one}/birth", name="糖糖", born_on="", sex="unknown")
    assert (refused.status_code, "要监护人先同意" in refused.text, 'value="糖糖"' in refused.text) == (422, True, True)
    phone.post(f"/member/me/family/pregnancies/{one}/birth", name="糖糖", born_on="", sex="unknown", **BOTH)
    assert count(Child, Child.name == "糖糖") == 1
    assert "孕晚期" not in phone.get("/member/me/family").text


def test_stopping_is_one_tap(shop: Cast, xiaoman: Member) -> None:
    phone = shop.phone(xiaoman)
    tell(phone, "/member/me/family")
    assert phone.post("/member/me/family/stop").status_code == 303
    assert "百天" not in phone.get("/member/").text
    assert "已停止提醒" in phone.get("/member/me/family").text


def test_staff_see_it_masked_and_whole_only_on_record(shop: Cast, xiaoman: Member) -> None:
    family, cashier, manager = f"/staff/members/{xiaoman.id}/family", shop.browser("cashier"), shop.browser("manager")
    child = tell(cashier, family)
    masked = cashier.get(family).text
    assert "豆*" in masked
    assert not any(words in masked for words in ("豆豆", "8月16日", "看完整资料"))
    assert cashier.post(f"{family}/reveal").status_code == 403
    whole = manager.post(f"{family}/reveal")
    assert all(words in whole.text for words in ("豆豆", "8月16日", "还能看 19 次"))
    assert whole.headers["Cache-Control"] == "no-store"
    assert 'value="2026-08-16"' in manager.post(f"{family}/reveal", child=str(child)).text
    assert count(AuditEntry, AuditEntry.action == "children:reveal") == 2


def test_too_many_looks_are_refused_on_the_masked_page(shop: Cast, xiaoman: Member) -> None:
    family, manager = f"/staff/members/{xiaoman.id}/family", shop.browser("manager")
    tell(manager, family)
    looks = [manager.post(f"{family}/reveal") for _ in range(21)]
    assert [look.status_code for look in looks] == [200] * 20 + [429]
    assert "豆*" in looks[-1].text
    assert "豆豆" not in looks[-1].text


def test_a_manager_changes_and_forgets_a_child(shop: Cast, xiaoman: Member) -> None:
    family, manager = f"/staff/members/{xiaoman.id}/family", shop.browser("manager")
    child = tell(manager, family)
    assert shop.browser("cashier").post(f"{family}/children/{child}", name="别人", born_on=BORN).status_code == 403
    wrong = manager.post(f"{family}/children/{child}", name="小豆", born_on="2030-01-01", sex="girl")
    assert (wrong.status_code, 'value="小豆"' in wrong.text) == (422, True)
    assert manager.post(f"{family}/children/{child}", name="小豆", born_on=BORN, sex="girl").status_code == 303
    assert count(Child, Child.name == "小豆") == 1
    assert manager.post(f"{family}/children/{child}/remove").status_code == 303
    assert count(Child) == 0


def test_staff_note_a_dose_without_seeing_the_others(shop: Cast, xiaoman: Member) -> None:
    family, cashier = f"/staff/members/{xiaoman.id}/family", shop.browser("cashier")
    doses = f"{family}/children/{tell(cashier, family)}/doses"
    assert cashier.post(doses, code="DTAP-1", state="done", given_on="2026-10-20").status_code == 303
    assert "10月20日" not in cashier.get(doses).text
    wrong = cashier.post(doses, code="", state="done", given_on="2026-10-20")
    assert (wrong.status_code, 'value="2026-10-20"' in wrong.text) == (422, True)
    assert count(DoseRecord) == 1


def test_the_owner_changes_one_dose_and_it_is_a_new_version(shop: Cast) -> None:
    owner, plan = shop.browser("owner"), "/staff/settings/vaccination-plan"
    sent = {"name_zh": "流感疫苗", "code": "FLU-9", "number": "1", "months": "7", "over": "", "optional": "1"}
    assert owner.post(f"{plan}/doses/new", **sent).status_code == 303
    page = owner.get(plan).text
    assert "FLU-9" in page
    assert "第 2 版" in page
    stale = owner.post(f"{plan}/doses/new", **sent | {"code": "FLU-8", "over": "1"})
    assert (stale.status_code, "刚刚更新了" in stale.text, "FLU-8" in stale.text) == (409, True, True)
    wrong = owner.post(f"{plan}/doses/0", **sent | {"months": "绝对", "over": ""})
    assert (wrong.status_code, "请填整数" in wrong.text, 'value="绝对"' in wrong.text) == (422, True, True)
    assert owner.post(f"{plan}/optional", with_optional="1").status_code == 303
    assert count(VaccinationPlan) == 2
    assert shop.browser("manager").post(f"{plan}/optional", with_optional="").status_code == 403


def test_a_child_has_the_shops_own_fields_masked_for_staff(shop: Cast, xiaoman: Member) -> None:
    made = {"subject": "child", "kind": "text", "label_zh": "幼儿园", "label_en": "Nursery", "shown_member": True}
    key = body(shop.browser("owner").api("POST", "/api/v1/fields", made))["key"]
    phone, family = shop.phone(xiaoman), f"/staff/members/{xiaoman.id}/family"
    assert "幼儿园" in phone.get("/member/me/family/children/new").text
    child = tell(phone, "/member/me/family", **{f"fields.{key}": "小太阳"})
    assert "小太阳" in phone.get(f"/member/me/family/children/{child}").text
    assert body(phone.api("GET", "/api/v1/me/family"))["children"][0]["fields"] == {key: "小太阳"}
    manager = shop.browser("manager")
    assert "小太阳" not in manager.get(family).text
    assert body(manager.api("GET", f"/api/v1/members/{xiaoman.id}/family"))["children"][0]["fields"] == {}
    assert "小太阳" in manager.post(f"{family}/reveal").text
    changed = {"name": "豆豆", "born_on": BORN, "sex": "girl", f"fields.{key}": ""}
    assert manager.post(f"{family}/children/{child}", **changed).status_code == 303
    assert count(FieldValue) == 0
    with database.reading() as session:
        told = session.scalars(select(AuditEntry.changes).where(AuditEntry.action == "children:change")).all()
    assert told


def test_what_is_refused_tells_no_day_of_birth_to_whoever_sees_it_masked(shop: Cast, xiaoman: Member) -> None:
    child = tell(shop.phone(xiaoman), "/member/me/family")
    doses, cashier = f"/staff/members/{xiaoman.id}/family/children/{child}/doses", shop.browser("cashier")
    asked = [
        cashier.post(doses, code="IPV-1", state="done", given_on=f"2026-08-{day:02}").status_code for day in (1, 15, 16)
    ]
    assert asked == [303] * 3
    assert cashier.post(doses, code="IPV-1", state="done", given_on="2026-07-31").status_code == 422
    assert shop.browser("manager").post(doses, code="IPV-1", state="done", given_on="2026-08-15").status_code == 422


def test_the_log_says_that_a_family_was_changed_and_not_what(shop: Cast, xiaoman: Member) -> None:
    tell(shop.phone(xiaoman), "/member/me/family")
    page = shop.browser("owner").get(f"/staff/audit?member={xiaoman.id}").text
    assert "记下孩子" in page
    assert not any(words in page for words in ("豆豆", "2026-08-16", "花生"))
    assert not any(
        words in body(shop.app.test_client().get("/api/v1/audit", headers=shop.token())).__str__()
        for words in ("豆豆", BORN)
    )


def test_masked_months_do_not_tell_on_which_day_they_turn(shop: Cast, xiaoman: Member) -> None:
    tell(shop.phone(xiaoman), "/member/me/family", born_on="2026-09-30")
    assert (
        "2 个月" in shop.browser("cashier").get(f"/staff/members/{xiaoman.id}/family").text
    )  # counted from 1 September
