"""登录的设备: who is signed in where, and how it ends: by the person, by whoever may, by idling, by age."""

from datetime import timedelta

import pytest

from services.identity import commands as identity
from services.identity.queries import actor_of_staff
from services.members.models import Member
from services.messaging.models import PushSubscription
from services.messaging.queries import list_subscriptions
from services.shared import clock, database
from services.shared.actors import SYSTEM
from services.signin.models import MemberSession, StaffSession
from tests.browse import Browser, body
from tests.cast import PASSWORD, Cast
from tests.selling import welcome_member


@pytest.fixture
def xiaoman(shop: Cast) -> Member:
    return welcome_member(shop.at)


def member_sessions(member: Member) -> list[MemberSession]:
    with database.reading() as session:
        return session.query(MemberSession).filter_by(member_id=member.id).order_by(MemberSession.id).all()


def is_in(browser: Browser, path: str = "/member/me") -> bool:
    with browser.get(path) as answer:  # closed: only then it is noted that somebody was here
        return answer.status_code == 200


def test_a_member_ends_one_session_and_stays_in_with_the_others(shop: Cast, xiaoman: Member) -> None:
    here, lost, third = (shop.phone(xiaoman) for _ in range(3))
    page = here.get("/member/me/sessions").text
    assert (page.count("退出</button>"), page.count("这台"), "退出其他所有设备" in page) == (2, 1, True)
    gone = member_sessions(xiaoman)[1]
    assert here.post(f"/member/me/sessions/{gone.id}/revoke").headers["Location"] == "/member/me/sessions"
    assert [is_in(each) for each in (here, lost, third)] == [True, False, True]


def test_a_member_ends_all_others_at_once_and_their_codes_with_them(shop: Cast, xiaoman: Member) -> None:
    here, there = shop.phone(xiaoman), shop.phone(xiaoman)
    handles = [body(each.api("POST", "/api/v1/me/devices", {"name": "phone"}))["handle"] for each in (here, there)]
    assert here.post("/member/me/sessions/revoke").status_code == 303
    assert [is_in(here), is_in(there)] == [True, False]
    left = [each["handle"] for each in body(here.api("GET", "/api/v1/me/devices"))["items"]]
    assert (left, "退出其他所有设备" in here.get("/member/me/sessions").text) == (handles[:1], False)


def test_a_lost_phone_is_not_told_codes_any_more(shop: Cast, xiaoman: Member) -> None:
    """Whose subscription is whose nobody knows: all end, and the phones that stay subscribe anew when their app is opened."""
    here, _lost = shop.phone(xiaoman), shop.phone(xiaoman)
    with database.transaction() as session:
        session.add(
            PushSubscription(
                app="member", member_id=xiaoman.id, endpoint="https://fcm.googleapis.com/fcm/send/abc", p256dh="B", auth="A",
                name="phone", created_at=shop.at, seen_at=shop.at,
            )
        )  # fmt: skip
    here.api("DELETE", "/api/v1/me/sessions")
    with database.reading() as session:
        assert list_subscriptions(session, app="member", owner_id=xiaoman.id) == []


def test_nobody_ends_the_session_of_another_member(shop: Cast, xiaoman: Member) -> None:
    fang = welcome_member(shop.at, "王芳", "+8613900139000")
    mine, theirs = shop.phone(xiaoman), shop.phone(fang)
    [session] = member_sessions(xiaoman)
    for answer in (
        theirs.post(f"/member/me/sessions/{session.id}/revoke"),
        theirs.api("DELETE", f"/api/v1/me/sessions/{session.id}"),
        shop.browser("owner").api("DELETE", f"/api/v1/sessions/{session.id + 999}"),
    ):
        assert answer.status_code == 404
    theirs.api("DELETE", "/api/v1/me/sessions")
    assert is_in(mine)


def test_members_do_it_by_the_api_as_well(shop: Cast, xiaoman: Member) -> None:
    here, there = shop.phone(xiaoman), shop.phone(xiaoman)
    items = body(here.api("GET", "/api/v1/me/sessions"))["items"]
    assert sorted(each["current"] for each in items) == [False, True]
    other = next(each["id"] for each in items if not each["current"])
    assert here.api("DELETE", f"/api/v1/me/sessions/{other}").status_code == 204
    assert [is_in(here), is_in(there)] == [True, False]


def test_whoever_hires_signs_a_lost_phone_out(shop: Cast) -> None:
    owner, lost = shop.browser("owner"), shop.browser("cashier")
    cashier = shop.staff["cashier"].id
    page = owner.get(f"/staff/people/{cashier}").text
    with database.reading() as session:
        row = session.query(StaffSession).filter_by(staff_id=cashier).one()
    path = f"/staff/people/{cashier}/sessions/{row.id}/revoke"
    assert path in page
    assert owner.post(path).status_code == 303
    assert lost.get("/staff/").status_code == 303


def test_programs_that_may_list_and_end_sessions_of_staff(shop: Cast) -> None:
    lost, client = shop.browser("cashier"), shop.app.test_client()
    may, may_not = shop.token("all"), shop.token("staff:read")
    path = f"/api/v1/sessions?staff={shop.staff['cashier'].id}"
    [found] = body(client.get(path, headers=may))["items"]
    assert (found["current"], found["browser"]) == (False, "tests")
    assert client.get(path, headers=may_not).status_code == 403
    assert client.get("/api/v1/sessions", headers=may).status_code == 422
    assert client.get("/api/v1/sessions?staff=4711", headers=may).status_code == 404
    key = {"Idempotency-Key": "end-of-a-session"}
    assert client.delete(f"/api/v1/sessions/{found['id']}", headers=may | key).status_code == 204
    assert lost.get("/staff/").status_code == 303


def test_whoever_may_not_change_somebody_reads_and_ends_nothing_of_theirs(shop: Cast) -> None:
    shop.browser("owner")
    told = {"username": "nanfang", "name": "南方", "password": PASSWORD, "role": "owner", "stores": [shop.south.id]}
    with database.transaction() as session:
        staff = identity.create_staff(session, told, actor=SYSTEM, at=shop.at)
        shop.staff["partner"], shop.actors["partner"] = staff, actor_of_staff(session, staff, "tests")
    partner, owner = shop.browser("partner", store=shop.south), shop.staff["owner"].id
    assert partner.api("GET", f"/api/v1/sessions?staff={owner}").status_code == 404
    assert "/sessions/" not in partner.get(f"/staff/people/{owner}").text


@pytest.mark.parametrize(
    ("visits", "stays"),
    [
        ([7, 14], True),  # hours: never eight hours idle
        ([9], False),  # idle too long
        ([7, 14, 15.9], True),
        ([7, 14, 16.1], False),  # sixteen hours are the end, however busy
    ],
)
def test_a_day_at_the_till_ends_by_idling_and_by_itself(shop: Cast, visits: list[float], stays: bool) -> None:
    till, answers = shop.browser("cashier"), []
    for hours in visits:
        with clock.stand_at(shop.at + timedelta(hours=hours)):
            answers.append(is_in(till, "/staff/more"))
    assert answers == [True] * (len(visits) - 1) + [stays]


@pytest.mark.parametrize(("days", "stays"), [([179, 350], True), ([181], False), ([170, 340, 401], False)])
def test_a_members_phone_stays_in_while_it_is_used_and_ends_after_four_hundred_days(
    shop: Cast, xiaoman: Member, days: list[int], stays: bool
) -> None:
    phone, answers = shop.phone(xiaoman), []
    for day in days:
        with clock.stand_at(shop.at + timedelta(days=day)):
            answers.append(is_in(phone))
    assert answers == [True] * (len(days) - 1) + [stays]


def test_on_ones_own_page_only_ones_own_is_ended_and_on_somebodys_page_only_theirs(shop: Cast) -> None:
    owner, manager, cashier = shop.browser("owner"), shop.browser("manager"), shop.browser("cashier")
    with database.reading() as session:
        theirs = session.query(StaffSession).filter_by(staff_id=shop.staff["manager"].id).one().id
    assert owner.post(f"/staff/account/sessions/{theirs}/revoke").status_code == 404
    elsewhere = f"/staff/people/{shop.staff['cashier'].id}/sessions/{theirs}/revoke"
    assert owner.post(elsewhere).status_code == 404
    assert is_in(manager, "/staff/more")
    assert (
        owner.post(
            elsewhere.replace(f"people/{shop.staff['cashier'].id}", f"people/{shop.staff['manager'].id}")
        ).status_code
        == 303
    )
    assert (is_in(manager, "/staff/more"), is_in(cashier, "/staff/more")) == (False, True)


def test_staff_see_and_end_their_own_by_the_api(shop: Cast) -> None:
    here, lost = shop.browser("cashier"), shop.browser("cashier")
    others = shop.browser("manager")
    found = body(here.api("GET", "/api/v1/staff/sessions"))["items"]
    assert [each["current"] for each in found].count(True) == 1
    (gone,) = [each["id"] for each in found if not each["current"]]
    assert others.api("DELETE", f"/api/v1/staff/sessions/{gone}").status_code == 404
    assert here.api("DELETE", f"/api/v1/staff/sessions/{gone}").status_code == 204
    assert lost.api("GET", "/api/v1/staff/sessions").status_code == 401
    assert here.api("GET", "/api/v1/staff/sessions").status_code == 200


def test_staff_change_their_own_password_by_the_api(shop: Cast) -> None:
    here, elsewhere = shop.browser("cashier"), shop.browser("cashier")
    sent = {"present": "wrong", "password": "a-new-password", "again": "a-new-password"}
    refused = here.api("PUT", "/api/v1/staff/password", sent)
    assert (refused.status_code, list(body(refused)["errors"])) == (422, ["present"])
    assert here.api("PUT", "/api/v1/staff/password", sent | {"present": PASSWORD}).status_code == 204
    assert here.api("GET", "/api/v1/staff/sessions").status_code == 200
    assert elsewhere.api("GET", "/api/v1/staff/sessions").status_code == 401


def test_a_member_chooses_a_wallet_pin_by_the_api(shop: Cast, xiaoman: Member) -> None:
    phone, path = shop.phone(xiaoman), "/api/v1/me/wallet-pin"
    assert body(phone.api("GET", path)) == {"has_pin": False}
    assert phone.api("PUT", path, {"pin": "280617", "again": "280618"}).status_code == 422
    assert phone.api("PUT", path, {"pin": "280617", "again": "280617"}).status_code == 204
    assert body(phone.api("GET", path)) == {"has_pin": True}
    other = {"pin": "910364", "again": "910364"}
    refused = phone.api("PUT", path, other | {"current": "111222"})
    assert (refused.status_code, list(body(refused)["errors"])) == (422, ["current"])
    assert phone.api("PUT", path, other | {"current": "280617"}).status_code == 204
