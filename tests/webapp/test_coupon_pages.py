"""优惠券 in the back office: the editor with its example, giving out, redeeming one with the member's agreement, the report."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from services.coupons import jobs, queries
from services.shared import clock, database
from tests.cast import Cast
from tests.conftest import NOON
from tests.couponing import OFF_20, free_item, give_coupon, make_template
from tests.selling import Till, open_till
from tests.webapp.test_api_scans import Phone

EDITOR: dict[str, Any] = {
    "name": "满100减20", "kind": "threshold_off", "threshold": "100", "value": "20", "validity": "days", "valid_days": "30",
    "with_tier": "1", "with_points": "1", "together": "all", "undo_minutes": "30", "per_member": "1",
}  # fmt: skip


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def state_of(coupon_id: int) -> str:
    with database.reading() as session:
        return queries.get_coupon(session, coupon_id).standing(clock.now())


def example(till: Till, **typed: Any) -> str:
    asked = urlencode(EDITOR | typed, doseq=True)
    answer = till.shop.browser("manager").get(f"/staff/coupons/example?{asked}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_the_example_is_what_the_till_would_charge(till: Till) -> None:
    shown = example(till)
    assert "提拉米苏 × 4" in shown
    assert "¥128.00" in shown
    assert "付 ¥108.00" in shown
    assert "买 3 件 ¥96.00：还差 ¥4.00，用不了" in shown


def test_each_kind_has_its_example(till: Till) -> None:
    cake = str(till.products["6寸蛋糕"])
    assert "付 ¥168.00" in example(till, kind="percentage", zhe="8", cap="30", threshold="", **{"products[]": [cake]})
    assert "付 ¥12.10" in example(till, kind="trial_price", value="12.10", threshold="", **{"products[]": [cake]})
    assert "付 ¥0.00" in example(till, kind="free_item", threshold="", **{"products[]": [cake]})
    assert "付 ¥0.00" not in example(till, kind="cash", value="10", threshold="")


def test_while_it_makes_no_sense_yet_there_is_no_example(till: Till) -> None:
    for typed in ({"value": ""}, {"value": "abc"}, {"kind": "free_item"}, {"value": "200"}, {"kind": "nothing"}):
        assert "马上用店里的商品算给您看" in example(till, **typed)


def test_a_template_is_written_shown_changed_and_copied(till: Till) -> None:
    manager = till.shop.browser("manager")
    made = manager.post("/staff/coupons/new", **EDITOR, public_code="cake88", claimable="1")
    assert made.status_code == 303
    page = manager.get(made.location).text
    assert "CAKE88" in page
    assert "付 ¥108.00" in page
    assert manager.post(f"{made.location}/edit", **EDITOR | {"name": "秋天的券", "value": "25"}).status_code == 303
    page = manager.get("/staff/coupons?q=秋天").text
    assert "秋天的券" in page
    assert "25" in page
    template_id = made.location.rsplit("/", 1)[1]
    assert 'value="25.00"' in manager.get(f"/staff/coupons/new?copy={template_id}").text


def test_mistakes_stand_beside_their_fields_and_nothing_typed_is_lost(till: Till) -> None:
    answer = till.shop.browser("manager").post("/staff/coupons/new", **EDITOR | {"value": "200", "how_to": "只写一次"})
    assert answer.status_code == 422
    assert "减的比满的还多" in answer.text
    assert "只写一次" in answer.text


def test_what_a_held_coupon_does_is_not_even_asked_again(till: Till) -> None:
    template_id = make_template(till.shop)
    with database.reading() as session:
        assert queries.get_template(session, template_id).value == 2000
    manager = till.shop.browser("manager")
    manager.post(f"/staff/members/{till.member.id}/coupons", template=str(template_id), reason="赔个不是")
    page = manager.get(f"/staff/coupons/{template_id}/edit").text
    assert "已经有人拿到这张券" in page
    assert 'name="value"' not in page
    answer = manager.post(
        f"/staff/coupons/{template_id}/edit", name="换个名字", validity="days", valid_days="7", undo_minutes="5"
    )
    assert answer.status_code == 303
    with database.reading() as session:
        template = queries.get_template(session, template_id)
        assert (template.name, template.value, template.valid_days, template.with_tier) == ("换个名字", 2000, 7, True)


def test_a_template_is_paused_archived_and_taken_back(till: Till) -> None:
    template_id, owner = make_template(till.shop), till.shop.browser("owner")
    path = f"/staff/coupons/{template_id}"
    for act, said in (("pause", "已停发"), ("resume", "怎么发"), ("archive", "已归档"), ("restore", "怎么发")):
        assert owner.post(f"{path}/{act}").status_code == 303
        assert said in owner.get(path).text


def test_a_member_gets_one_by_hand_and_by_the_word_on_the_poster(till: Till) -> None:
    manager, member = till.shop.browser("manager"), f"/staff/members/{till.member.id}"
    template_id = make_template(till.shop, per_member=1, public_code="CAKE88", name="海报券")
    assert manager.post(f"{member}/coupons/code", public_code="cake88").status_code == 303
    assert "海报券" in manager.get(member).text
    refused = manager.post(f"{member}/coupons", template=str(template_id))
    assert (refused.status_code, "每人限领的数量已领完" in refused.text) == (409, True)
    unknown = manager.post(f"{member}/coupons/code", public_code="CAKE99")
    assert (unknown.status_code, "没有这个口令" in unknown.text) == (404, True)
    assert till.browser.post(f"{member}/coupons", template=str(template_id)).status_code == 403


def test_a_pasted_list_and_a_filter_are_given_out_with_a_result_per_line(till: Till) -> None:
    template_id, manager = make_template(till.shop), till.shop.browser("manager")
    path = f"/staff/coupons/{template_id}/issue"
    done = manager.post(path, way="lines", lines="13800138000\n10086", reason="中秋")
    page = manager.get(done.location).text
    assert "发好了" in page
    assert "没有这位会员" in page
    jobs.issue_batches()
    everybody = manager.post(path, way="filter", state="unseen", source="", store="")
    assert "1" in manager.get(everybody.location).text
    assert manager.post(path, way="lines", lines=" ").status_code == 422


def test_a_scanned_code_opens_its_coupon_and_a_wrong_one_says_so(till: Till) -> None:
    coupon_id, code = give_coupon(till.shop, till.member)
    found = till.browser.get(f"/staff/coupons/scan?code=CK:C:{code}")
    assert found.location == f"/staff/coupons/held/{coupon_id}"
    assert "结账时用" in till.browser.get(found.location).text
    assert till.browser.get("/staff/coupons/scan?code=CK:C:AAAA-AAAA-AAAA").status_code == 404


def test_guessing_codes_ends(till: Till) -> None:
    answers = [till.browser.get(f"/staff/coupons/scan?code=wrong{n}").status_code for n in range(31)]
    assert (answers[0], answers[-1]) == (404, 429)


def test_a_free_item_is_redeemed_with_the_members_code_and_undone(till: Till) -> None:
    coupon_id, _code = give_coupon(till.shop, till.member, free_item(till.products["拿铁"]))
    path = f"/staff/coupons/held/{coupon_id}"
    alone = till.browser.post(f"{path}/redeem")
    assert (alone.status_code, "要会员本人同意" in alone.text) == (403, True)
    assert till.browser.post(f"{path}/redeem", code="88" + "0" * 18).status_code == 404
    assert till.browser.post(f"{path}/redeem", code=Phone(till).code()).status_code == 303
    assert state_of(coupon_id) == "redeemed"
    assert "22.00" in till.browser.get(path).text
    assert till.browser.post(f"{path}/undo").status_code == 403
    assert till.shop.browser("manager").post(f"{path}/undo").status_code == 303
    assert state_of(coupon_id) == "usable"


def test_the_member_agrees_on_the_phone_or_a_manager_answers_for_it(till: Till) -> None:
    first, _ = give_coupon(till.shop, till.member, free_item(till.products["拿铁"]))
    second, _ = give_coupon(till.shop, till.member, free_item(till.products["拿铁"]))
    asked = till.browser.post(f"/staff/coupons/held/{first}/ask").location
    assert "等会员点" in till.browser.get(asked).text
    proof = asked.rsplit("=", 1)[1]
    assert till.browser.post(f"/staff/coupons/held/{first}/redeem", proof=proof).status_code == 403
    phone = till.shop.phone(till.member)
    answered = phone.api("POST", f"/api/v1/me/confirmations/{proof.removeprefix('p_')}", {"agrees": True})
    assert answered.status_code == 200, answered.text
    assert "会员同意了" in till.browser.get(asked).text
    assert till.browser.post(f"/staff/coupons/held/{first}/redeem", proof=proof).status_code == 303
    assert till.browser.post(f"/staff/coupons/held/{second}/redeem", reason="手机没电").status_code == 403
    assert (
        till.shop.browser("manager").post(f"/staff/coupons/held/{second}/redeem", reason="手机没电").status_code == 303
    )
    assert (state_of(first), state_of(second)) == ("redeemed", "redeemed")


def test_somebody_elses_code_redeems_nothing(till: Till) -> None:
    from tests.selling import welcome_member

    fang = welcome_member(till.shop.at, "王芳", "+8613900139000")
    coupon_id, _ = give_coupon(till.shop, fang, free_item(till.products["拿铁"]))
    answer = till.browser.post(f"/staff/coupons/held/{coupon_id}/redeem", code=Phone(till).code())
    assert (answer.status_code, "另一位会员的码" in answer.text) == (409, True)
    assert state_of(coupon_id) == "usable"


def test_what_takes_off_a_cart_needs_one(till: Till) -> None:
    coupon_id, _ = give_coupon(till.shop, till.member)
    answer = till.browser.post(f"/staff/coupons/held/{coupon_id}/redeem", code=Phone(till).code())
    assert (answer.status_code, "要在结账时用" in answer.text) == (409, True)


def test_undoing_stops_with_its_window(till: Till) -> None:
    coupon_id, _ = give_coupon(till.shop, till.member, free_item(till.products["拿铁"]), undo_minutes=5)
    path, manager = f"/staff/coupons/held/{coupon_id}", till.shop.browser("manager")
    manager.post(f"{path}/redeem", reason="手机没电")
    with clock.stand_at(NOON + timedelta(minutes=6)):
        answer = manager.post(f"{path}/undo")
    assert (answer.status_code, "超过了可以撤销的时间" in answer.text) == (409, True)


def test_a_coupon_is_withdrawn_with_a_reason(till: Till) -> None:
    coupon_id, _ = give_coupon(till.shop, till.member)
    path, manager = f"/staff/coupons/held/{coupon_id}", till.shop.browser("manager")
    assert manager.post(f"{path}/revoke", reason="").status_code == 422
    assert manager.post(f"{path}/revoke", reason="发错人了").status_code == 303
    page = manager.get(path).text
    assert "已作废" in page
    assert "发错人了" in page


def test_the_report_counts_what_was_given_off_and_what_it_brought(till: Till) -> None:
    coupon_id, _ = give_coupon(till.shop, till.member, OFF_20)
    sent = {
        "store": str(till.shop.east.id), "member": str(till.member.id), "coupons": [str(coupon_id)],
        "lines": [till.line("提拉米苏", 4)],
    }  # fmt: skip
    quote = till.browser.api("POST", "/api/v1/quotes", sent).get_json()
    assert quote["due"] == "108.00"
    proof = till.browser.api("POST", "/api/v1/scans", {"code": Phone(till).code(), "store": sent["store"]}).get_json()
    assert till.pay(quote, proof=proof["id"]).status_code == 201
    page = till.shop.browser("manager").get("/staff/coupons/costs").text
    for figure in ("满100减20", "20.00", "108.00", "平均每单"):
        assert figure in page
    assert till.browser.get("/staff/coupons/costs").status_code == 403


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_opens_in_both_languages(till: Till, language: str) -> None:
    coupon_id, _ = give_coupon(
        till.shop, till.member, free_item(till.products["拿铁"]), transferable=True, claimable=True
    )
    owner, phone = till.shop.browser("owner"), till.shop.phone(till.member)
    for browser in (owner, phone):
        browser.client.set_cookie("ck_language", language)
    with database.reading() as session:
        template_id = queries.get_coupon(session, coupon_id).template_id
    staff = [
        "",
        "/new",
        "/costs",
        "/scan",
        f"/{template_id}",
        f"/{template_id}/edit",
        f"/{template_id}/issue",
        f"/held/{coupon_id}",
    ]
    for path in staff:
        assert owner.get(f"/staff/coupons{path}").status_code == 200, path
    for path in ("", "?coupons=used", "/centre", f"/{coupon_id}", f"/claim/{template_id}"):
        assert phone.get(f"/member/coupons{path}").status_code == 200, path
    assert owner.get(f"/claim/{template_id}").status_code == 200


def test_the_member_is_told_what_happens_to_a_coupon(till: Till) -> None:
    template_id = make_template(till.shop, free_item(till.products["拿铁"]))
    manager = till.shop.browser("manager")
    manager.post(f"/staff/members/{till.member.id}/consents", kind="marketing")
    manager.post(f"/staff/members/{till.member.id}/coupons", template=str(template_id))
    with database.reading() as session:
        coupon_id = queries.list_held(session, till.member.id, "usable", at=NOON)[0].id
    path = f"/staff/coupons/held/{coupon_id}"
    manager.post(f"{path}/redeem", reason="手机没电")
    manager.post(f"{path}/undo")
    manager.post(f"{path}/revoke", reason="发错人了")
    inbox = till.shop.phone(till.member).get("/member/inbox").text
    for told in ("送您一张券：请您喝拿铁", "券用掉了：请您喝拿铁", "券退回来了：请您喝拿铁", "券作废了：请您喝拿铁"):
        assert told in inbox
