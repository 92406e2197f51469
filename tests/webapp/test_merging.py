"""可能重复: 小周 looks at two cards of 林小满, merges them, and takes it back; programs do the same."""

import pytest

from services.members import commands as members
from services.members.models import Member
from services.shared import database
from services.shared.actors import SYSTEM
from tests.browse import body
from tests.cast import Cast
from tests.selling import welcome_member

BORN = {
    "birthday_calendar": "solar",
    "birthday_month": 5,
    "birthday_day": 20,
    "birthday_year": None,
    "birthday_leap": False,
}


@pytest.fixture
def pair(shop: Cast) -> tuple[Member, Member]:
    """Two cards of one name and birthday."""
    found = welcome_member(shop.at), welcome_member(shop.at, "林小满", "+8613900139000")
    with database.transaction() as session:
        for each in found:
            members.change_member(session, each.id, BORN, actor=SYSTEM, at=shop.at)
    return found


def test_a_pair_is_found_merged_and_parted_again(shop: Cast, pair: tuple[Member, Member]) -> None:
    first, second = pair
    manager = shop.browser("manager")
    assert "同名同生日" in manager.get("/staff/duplicates").text
    address = f"/staff/duplicates/{first.id}/{second.id}"
    assert "139 0013 9000" in manager.get(address).text
    done = manager.post(address, phone="loser")
    assert done.status_code == 303
    assert "已并入林小满" in manager.get(f"/staff/members/{second.id}").text
    assert "139 0013 9000" in manager.get(f"/staff/members/{first.id}").text
    assert manager.post(done.location).status_code == 303
    assert "撤销了" in manager.get(done.location).text
    assert "138 0013 8000" in manager.get(f"/staff/members/{first.id}").text


def test_who_is_said_to_be_two_is_not_proposed_again(shop: Cast, pair: tuple[Member, Member]) -> None:
    manager = shop.browser("manager")
    assert manager.post("/staff/duplicates", one=str(pair[1].id), other=str(pair[0].id)).status_code == 303
    assert "没有看着重复的会员" in manager.get("/staff/duplicates").text


def test_a_cashier_sees_none_of_it(shop: Cast, pair: tuple[Member, Member]) -> None:
    cashier = shop.browser("cashier")
    assert cashier.get("/staff/duplicates").status_code == 403
    assert "合并另一张卡" not in cashier.get(f"/staff/members/{pair[0].id}").text


def test_a_program_merges_and_takes_it_back(shop: Cast, pair: tuple[Member, Member]) -> None:
    manager, (first, second) = shop.browser("manager"), pair
    listed = body(manager.get("/api/v1/duplicates"))["items"]
    assert listed == [{"one": str(first.id), "other": str(second.id), "why": ["birthday"]}]
    sent = {"loser": str(second.id)}
    seen = body(manager.api("POST", f"/api/v1/members/{first.id}/merge-preview", sent))
    assert (seen["obstacle"], [each["field"] for each in seen["fields"] if each["differs"]]) == (None, ["phone"])
    done = body(manager.api("POST", f"/api/v1/members/{first.id}/merges", sent))
    again = manager.api("POST", f"/api/v1/members/{first.id}/merges", sent)
    assert (again.status_code, body(again)["code"]) == (409, "not_mergeable")
    back = manager.api("POST", f"/api/v1/merges/{done['id']}/undoings")
    assert (back.status_code, body(back)["undone_at"] is not None) == (201, True)
    assert body(manager.api("POST", f"/api/v1/merges/{done['id']}/undoings"))["code"] == "not_undoable"


def test_both_cards_are_told(shop: Cast, pair: tuple[Member, Member]) -> None:
    first, second = pair
    shop.browser("manager").post(f"/staff/duplicates/{first.id}/{second.id}")
    assert "合成一张了" in shop.phone(first).get("/member/inbox").text
