"""Whole phones are for who may see them; everybody else sees `138 **** 8000`, finds by the end, and reveals one at a time, written down.

That no page and no answer tells a whole phone is also asked of every route (test_access.py).
"""

import pytest
from sqlalchemy import select

from services.audit.models import AuditEntry
from services.members.commands import REVEALS
from services.shared import database
from tests.browse import body
from tests.cast import Cast
from tests.couponing import make_template
from tests.webapp.test_staff_members import card_of, open_card

WHOLE = ("13800138000", "138 0013 8000", "1993")
BIRTHDAY = {"calendar": "solar", "month": 5, "day": 20, "year": 1993}


def reveals() -> list[int | None]:
    """Whose numbers were revealed, as the log tells."""
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry.member_id).where(AuditEntry.action == "members:reveal")))


@pytest.mark.parametrize(
    "page", ["/staff/members", "/staff/members/{}", "/staff/members/{}/edit", "/api/v1/members/{}"]
)
def test_a_cashier_sees_neither_the_whole_phone_nor_the_year_of_birth(shop: Cast, page: str) -> None:
    member = open_card(shop, birthday=BIRTHDAY)
    told = shop.browser("cashier").get(page.format(member.id)).text
    assert not [word for word in WHOLE if word in told]
    assert "138 **** 8000" in told


def test_programs_see_whole_phones_with_their_own_scope(shop: Cast) -> None:
    member = open_card(shop, birthday=BIRTHDAY)
    for scopes, phone, year in (
        (("members:read",), "138 **** 8000", None),
        (("members:read", "members:phones"), "+8613800138000", 1993),
    ):
        told = body(shop.client().get(f"/api/v1/members/{member.id}", headers=shop.token(*scopes)))
        assert (told["phone"], told["birthday"]["year"]) == (phone, year)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        *((typed, True) for typed in ("13800138000", "+86 138 0013 8000", "8000", "000", "知夏", "lzx")),
        *((typed, False) for typed in ("0013", "00138", "1380013", "13800138")),
    ],
)
def test_a_cashier_finds_by_the_whole_number_or_its_end_and_not_by_the_middle(
    shop: Cast, typed: str, found: bool
) -> None:
    member, cashier = open_card(shop), shop.browser("cashier")
    named = f"/staff/members/{member.id}"
    assert (named in cashier.get("/staff/members", query_string={"q": typed}).text) is found
    assert ("林知夏" in cashier.get("/staff/counter/members", query_string={"q": typed}).text) is found
    told = body(cashier.api("GET", f"/api/v1/members?q={typed.replace('+', '%2B')}"))["items"]
    assert bool(told) is found


def test_a_cashier_reveals_one_number_and_it_is_written_down(shop: Cast) -> None:
    member, cashier = open_card(shop, birthday=BIRTHDAY), shop.browser("cashier")
    answer = cashier.post(f"/staff/members/{member.id}/reveal")
    assert all(word in answer.text for word in ("138 0013 8000", "1993年5月20日", "还能看 19 次"))
    assert answer.headers["Cache-Control"] == "no-store"
    assert reveals() == [member.id]
    assert "查看完整手机号" in shop.browser("owner").get("/staff/audit").text


def test_twenty_an_hour_and_no_more(shop: Cast) -> None:
    member, cashier = open_card(shop), shop.browser("cashier")
    path = f"/api/v1/members/{member.id}/reveals"
    first = cashier.api("POST", path, {})
    assert (first.status_code, body(first)["phone"], body(first)["left"]) == (201, "+8613800138000", 19)
    for _ in range(REVEALS.most - 1):
        assert cashier.api("POST", path, {}).status_code == 201
    assert cashier.api("POST", path, {}).status_code == 429
    refused = cashier.post(f"/staff/members/{member.id}/reveal")
    assert (refused.status_code, "这一小时看得太多了" in refused.text) == (429, True)
    assert "138 0013 8000" not in refused.text
    assert len(reveals()) == REVEALS.most


def test_who_may_not_reveal_does_not_and_nothing_is_written(shop: Cast) -> None:
    member, browser = open_card(shop), shop.browser_that_may("members:read")
    assert "看完整号码" not in browser.get(f"/staff/members/{member.id}").text
    assert browser.post(f"/staff/members/{member.id}/reveal").status_code == 403
    assert browser.api("POST", f"/api/v1/members/{member.id}/reveals", {}).status_code == 403
    assert reveals() == []


def test_what_a_cashier_does_not_see_stays_when_the_card_is_changed(shop: Cast) -> None:
    member, cashier = open_card(shop, birthday=BIRTHDAY), shop.browser("cashier")
    path, kept = f"/staff/members/{member.id}/edit", {"source": "friend", "birthday_calendar": "solar"}
    day = {"birthday_month": "5", "birthday_day": "20", "birthday_year": ""}
    assert cashier.post(path, phone="", name="林小夏", **kept, **day).status_code == 303
    card = card_of(member.id)
    assert (card.name, card.phone, card.birthday and card.birthday.year) == ("林小夏", "+8613800138000", 1993)
    told = body(cashier.api("GET", f"/api/v1/members/{member.id}"))["birthday"]
    cashier.api("PATCH", f"/api/v1/members/{member.id}", {"birthday": told})
    assert card_of(member.id).birthday == card.birthday
    assert cashier.post(path, phone="139 0013 9000", name="林小夏", **kept, **day).status_code == 422, "not like this"


def test_a_list_of_typed_phones_is_masked_like_any_other(shop: Cast) -> None:
    open_card(shop)
    template = make_template(shop)
    manager = shop.browser("manager")
    sent = {"way": "lines", "lines": "13800138000\n13912345678", "reason": "谢谢"}
    there = manager.post(f"/staff/coupons/{template}/issue", **sent).headers["Location"]
    assert "13912345678" in manager.get(there).text
    told = shop.browser_that_may("coupons:read", "coupons:issue").get(there)
    assert told.status_code == 200
    assert not [word for word in ("13800138000", "13912345678") if word in told.text]
