"""Families: told under consent, masked for staff, revealed on record, stopped gently, forgotten whole."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from services.audit.models import AuditEntry
from services.family.jobs import ask_about_births
from services.family.models import Child, DoseRecord, Pregnancy
from services.members.models import Consent, Member
from services.messaging.models import Message
from services.privacy.commands import erase_member
from services.shared import clock, database
from services.shared.actors import SYSTEM
from services.shared.days import local_day
from tests.browse import Browser, body
from tests.cast import Cast
from tests.selling import welcome_member

BORN = "2026-08-16"


@pytest.fixture
def xiaoman(shop: Cast) -> Member:
    return welcome_member(shop.at)


def own(browser: Browser, rest: str, sent: Any = None, method: str = "POST") -> Any:
    return browser.api(method, f"/api/v1/me/{rest}", sent)


def told(shop: Cast, member: Member) -> Browser:
    """The member's phone, with 豆豆 and a pregnancy on record."""
    phone = shop.phone(member)
    child = {"name": "豆豆", "sex": "girl", "born_on": BORN, "allergies": "花生"}
    assert own(phone, "children", child | {"children_consent": True, "health_consent": True}).status_code == 201
    due = local_day(shop.at, "Asia/Shanghai") + timedelta(days=100)
    assert own(phone, "pregnancies", {"due_on": due.isoformat()}).status_code == 201
    return phone


def count(model: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_nothing_is_kept_without_the_guardians_consent(shop: Cast, xiaoman: Member) -> None:
    phone = shop.phone(xiaoman)
    refused = own(phone, "children", {"born_on": BORN})
    assert (refused.status_code, body(refused)["code"]) == (422, "consent_needed")
    assert list(body(refused)["errors"]) == ["children_consent"]
    refused = own(phone, "children", {"born_on": BORN, "allergies": "花生", "children_consent": True})
    assert list(body(refused)["errors"]) == ["health_consent"]
    assert own(phone, "pregnancies", {}).status_code == 422
    assert (count(Child), count(Pregnancy), count(Consent)) == (0, 0, 0)


def test_a_member_sees_it_whole_and_staff_masked(shop: Cast, xiaoman: Member) -> None:
    phone = told(shop, xiaoman)
    (child,) = body(own(phone, "family", method="GET"))["children"]
    assert (child["name"], child["born_on"], child["allergies"]) == ("豆豆", BORN, "花生")
    assert child["next"]["kind"] in {"hundred_days", "first_birthday"}
    assert {each["code"] for each in child["doses"]} >= {"HEPB-1", "DTAP-1"}
    answer = shop.browser("cashier").api("GET", f"/api/v1/members/{xiaoman.id}/family")
    seen = body(answer)
    assert (seen["children"][0]["name"], seen["children"][0]["born_month"]) == ("豆*", "2026-08")
    assert seen["children"][0]["born_on"] is None
    assert seen["pregnancies"][0]["stage"] == "late" or seen["pregnancies"][0]["stage"] == "mid"
    for secret in (BORN, "豆豆", 'due_on":"20'):
        assert secret not in answer.text


def test_the_whole_is_shown_on_record_to_who_may(shop: Cast, xiaoman: Member) -> None:
    told(shop, xiaoman)
    path = f"/api/v1/members/{xiaoman.id}/family-reveals"
    assert shop.browser("cashier").api("POST", path).status_code == 403
    manager = shop.browser("manager")
    seen = body(manager.api("POST", path))
    assert (seen["children"][0]["born_on"], seen["left"]) == (BORN, 19)
    with database.reading() as session:
        acts = session.scalars(select(AuditEntry).where(AuditEntry.action == "children:reveal")).all()
    assert [(each.actor_name, each.member_id) for each in acts] == [("小周", xiaoman.id)]
    for _ in range(19):
        manager.api("POST", path)
    assert manager.api("POST", path).status_code == 429


def test_a_consent_that_is_taken_back_hides_it_at_once(shop: Cast, xiaoman: Member) -> None:
    phone = told(shop, xiaoman)
    assert own(phone, "consents/children", method="DELETE").status_code == 200
    seen = body(shop.browser("manager").api("POST", f"/api/v1/members/{xiaoman.id}/family-reveals"))
    assert (seen["children"], seen["children_consent"]) == ([], False)
    mine = body(own(phone, "family", method="GET"))
    assert [each["name"] for each in mine["children"]] == ["豆豆"]
    assert own(phone, f"children/{mine['children'][0]['id']}", method="DELETE").status_code == 200
    assert count(Child) == 0


def test_days_that_cannot_be_are_told_beside_their_field(shop: Cast, xiaoman: Member) -> None:
    phone = told(shop, xiaoman)
    for sent in ({"born_on": "2027-01-01"}, {"born_on": "1899-12-31"}, {"born_on": "31.8.2026"}, {}):
        refused = own(phone, "children", sent)
        assert (refused.status_code, list(body(refused)["errors"])) == (422, ["born_on"])
    for due in ("2028-01-01", "2026-01-01"):
        refused = own(phone, "pregnancies", {"due_on": due})
        assert (refused.status_code, list(body(refused)["errors"])) == (422, ["due_on"])


def test_nobody_reaches_into_another_family(shop: Cast, xiaoman: Member) -> None:
    told(shop, xiaoman)
    stranger = shop.phone(welcome_member(shop.at, "王芳", "+8613900139000"))
    with database.reading() as session:
        child_id, pregnancy_id = session.scalars(select(Child.id)).one(), session.scalars(select(Pregnancy.id)).one()
    assert own(stranger, f"children/{child_id}", {"name": "别人"}, "PATCH").status_code == 404
    assert own(stranger, f"children/{child_id}", method="DELETE").status_code == 404
    assert own(stranger, f"pregnancies/{pregnancy_id}/births", {}).status_code == 404
    assert own(stranger, f"children/{child_id}/doses/IPV-1", {"state": "done"}, "PUT").status_code == 404


def test_a_birth_is_one_tap(shop: Cast, xiaoman: Member) -> None:
    phone = told(shop, xiaoman)
    (pregnancy,) = body(own(phone, "family", method="GET"))["pregnancies"]
    family = body(own(phone, f"pregnancies/{pregnancy['id']}/births", {}))
    today = local_day(shop.at, "Asia/Shanghai").isoformat()
    assert [each["born_on"] for each in family["children"]] == [BORN, today]
    assert (family["pregnancies"][0]["stage"], family["postpartum"]) == ("born", True)
    again = own(phone, f"pregnancies/{pregnancy['id']}/births", {})
    assert (again.status_code, body(again)["code"]) == (409, "pregnancy_ended")


def test_stopping_gently_ends_it_for_good(shop: Cast, xiaoman: Member) -> None:
    phone = told(shop, xiaoman)
    older = {"name": "大宝", "born_on": "2019-05-01"}
    assert own(phone, "children", older).status_code == 201
    assert own(phone, "family-stops").status_code == 201
    family = body(own(phone, "family", method="GET"))
    assert {each["name"]: each["quiet"] for each in family["children"]} == {"大宝": False, "豆豆": True}
    assert [each["stage"] for each in family["pregnancies"]] == ["stopped"]
    seen = body(shop.browser("cashier").api("GET", f"/api/v1/members/{xiaoman.id}/family"))
    assert {each["quiet"]: each["age"] is None for each in seen["children"]} == {False: False, True: True}
    pregnancy = family["pregnancies"][0]["id"]
    due = (local_day(shop.at, "Asia/Shanghai") + timedelta(days=90)).isoformat()
    assert own(phone, f"pregnancies/{pregnancy}", {"due_on": due}, "PATCH").status_code == 409


def test_after_the_due_date_it_is_asked_once(shop: Cast, xiaoman: Member) -> None:
    told(shop, xiaoman)
    for days, asked in ((99, 0), (100, 0), (101, 1), (102, 1), (160, 1)):
        with clock.stand_at(shop.at + timedelta(days=days)):
            ask_about_births()
        with database.reading() as session:
            messages = session.scalars(select(Message).where(Message.key.startswith("family:"))).all()
        assert len(messages) == asked, days
    assert "产" not in messages[0].push_title + messages[0].push_body + messages[0].title


def test_whoever_stopped_is_not_asked(shop: Cast, xiaoman: Member) -> None:
    phone = told(shop, xiaoman)
    own(phone, "family-stops")
    with clock.stand_at(shop.at + timedelta(days=101)):
        ask_about_births()
    assert count(Message) == 0


def test_what_was_vaccinated(shop: Cast, xiaoman: Member) -> None:
    phone = told(shop, xiaoman)
    child = body(own(phone, "family", method="GET"))["children"][0]["id"]
    path = f"children/{child}/doses/IPV-1"
    family = body(own(phone, path, {"state": "done", "given_on": "2026-10-20"}, "PUT"))
    doses = {each["code"]: each for each in family["children"][0]["doses"]}
    assert (doses["IPV-1"]["state"], doses["IPV-1"]["given_on"]) == ("done", "2026-10-20")
    early = own(phone, path, {"state": "done", "given_on": "2026-08-01"}, "PUT")
    assert list(body(early)["errors"]) == ["given_on"]
    assert own(phone, f"children/{child}/doses/NOPE", {"state": "done"}, "PUT").status_code == 404
    family = body(own(phone, path, {"state": "open"}, "PUT"))
    assert {each["code"]: each["state"] for each in family["children"][0]["doses"]}["IPV-1"] == "late"


def test_the_owner_publishes_another_plan(shop: Cast, xiaoman: Member) -> None:
    owner = shop.browser("owner")
    plan = body(owner.api("GET", "/api/v1/vaccination-plan"))
    sent = {"source": "社区医院的表", "over": plan["version"], "doses": plan["doses"][:3]}
    assert shop.browser("manager").api("PUT", "/api/v1/vaccination-plan", sent).status_code == 403
    answer = owner.api("PUT", "/api/v1/vaccination-plan", sent)
    assert (answer.status_code, body(answer)["version"]) == (200, "2")
    again = owner.api("PUT", "/api/v1/vaccination-plan", sent | {"source": "又一张"})
    assert (again.status_code, body(again)["code"]) == (409, "plan_changed")
    twice = sent | {"over": "2", "doses": [plan["doses"][0], plan["doses"][0]]}
    assert owner.api("PUT", "/api/v1/vaccination-plan", twice).status_code == 422
    family = body(own(told(shop, xiaoman), "family", method="GET"))
    assert len(family["children"][0]["doses"]) == 3


def test_an_erased_member_leaves_no_family(shop: Cast, xiaoman: Member) -> None:
    phone = told(shop, xiaoman)
    child = body(own(phone, "family", method="GET"))["children"][0]["id"]
    own(phone, f"children/{child}/doses/IPV-1", {"state": "done"}, "PUT")
    with database.transaction() as session:
        erase_member(session, xiaoman.id, reason="本人要求", actor=SYSTEM, at=shop.at)
    assert (count(Child), count(DoseRecord), count(Pregnancy)) == (0, 0, 0)


def strip(shop: Cast, member: Member) -> str:
    return shop.browser("cashier").get(f"/staff/counter/members/{member.id}").text


def test_the_counter_is_warned_of_allergies_and_knows_the_stage_and_no_day(shop: Cast, xiaoman: Member) -> None:
    told(shop, xiaoman)
    said = strip(shop, xiaoman)
    assert "孩子过敏：花生" in said
    assert "孕中期" in said
    assert "宝宝百天就在这一两周" in said
    assert not any(words in said for words in ("豆豆", "08-16", "11月23日"))


def test_after_stopping_gently_the_counter_shows_no_stage(shop: Cast, xiaoman: Member) -> None:
    phone = told(shop, xiaoman)
    assert own(phone, "family-stops").status_code == 201
    said = strip(shop, xiaoman)
    assert "孩子过敏：花生" in said
    assert "孕中期" not in said
    assert "百天" not in said
