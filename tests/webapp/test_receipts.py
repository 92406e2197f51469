"""Receipts: on paper at the till, behind a link for whoever holds it, and the invoice from there, from the member's app and by staff."""

import re
from datetime import timedelta

import pytest

from services.orders import queries
from services.orders.models import LineShare, OrderLine, Tender
from services.shared import clock, database
from tests.browse import Browser, body
from tests.cast import Cast
from tests.selling import Till, open_till

COMPANY = {"kind": "company", "title": "小满贸易有限公司", "tax_number": "91350100M000100Y43", "email": "a@example.com"}


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


@pytest.fixture
def anyone(shop: Cast) -> Browser:
    return shop.browser()


def link_of(order: dict[str, str]) -> str:
    """The path of the receipt's link, as the answer to the sale tells it."""
    return re.sub(r"^https?://[^/]+", "", order["receipt_url"])


def test_the_link_shows_the_receipt_and_nothing_of_the_member(till: Till, anyone: Browser) -> None:
    order = till.sell(till.line("提拉米苏", 2), member=till.member)
    answer = anyone.get(link_of(order))
    assert answer.status_code == 200
    for words in ("提拉米苏", "64.00", order["number"], order["receipt_code"], "+6", "东湖店"):
        assert words in answer.text
    for private in ("林小满", "小林", "13800138000", "138*", "积分余额"):
        assert private not in answer.text
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert 'name="robots" content="noindex' in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_link_ends_and_a_forged_one_is_no_page(till: Till, anyone: Browser) -> None:
    path = link_of(till.sell(till.line("拿铁")))
    assert anyone.get(path[:-1] + ("A" if path[-1] != "A" else "B")).status_code == 404
    assert anyone.get("/r/%E2%82%AC").status_code == 404
    with clock.stand_at(till.shop.at + timedelta(days=91)):
        late = anyone.get(path)
    assert (late.status_code, "过期" in late.text) == (410, True)
    till.shop.browser("owner").api("PATCH", "/api/v1/settings", {"receipts.days": 1})
    with clock.stand_at(till.shop.at + timedelta(days=2)):
        assert anyone.get(path).status_code == 410


def test_what_was_taken_off_stands_step_by_step(till: Till, anyone: Browser) -> None:
    order = till.sell(till.line("提拉米苏", 2), member=till.member)
    with database.transaction() as session:
        line = session.query(OrderLine).filter_by(order_id=int(order["id"])).one()
        line.amount = 5000
        session.add_all(
            LineShare(line_id=line.id, kind=kind, amount=fen)
            for kind, fen in (("rounding", -40), ("member_price", -1360))
        )
        session.query(Tender).filter_by(order_id=int(order["id"])).update(
            {"kind": "wallet", "amount": 5000, "bonus": 800}
        )
    page = words_of(till.browser.get(f"/staff/orders/{order['id']}").text)
    assert page.index("64.00 会员价 −13.60 抹零 −0.40") > 0
    words = words_of(till.browser.get(f"/staff/orders/{order['id']}/receipt").text)
    assert words.index("×2 64.00") < words.index("会员价 −13.60") < words.index("抹零 −0.40") < words.index("储值")
    assert "本金 42.00" in words
    assert "赠送金 8.00" in words


def words_of(page: str) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_walk_ins_receipt_says_how_points_can_still_come(till: Till) -> None:
    walk_in, member = till.sell(till.line("拿铁")), till.sell(till.line("拿铁"), member=till.member)
    assert "凭小票码补登积分" in till.browser.get(f"/staff/orders/{walk_in['id']}/receipt").text
    assert "凭小票码补登积分" not in till.browser.get(f"/staff/orders/{member['id']}/receipt").text


def test_staff_see_the_link_on_the_orders_page_and_by_the_api(till: Till) -> None:
    order = till.sell(till.line("拿铁"))
    assert order["receipt_url"] in till.browser.get(f"/staff/orders/{order['id']}").text
    told = body(till.browser.get(f"/api/v1/orders/{order['id']}/receipt-link"))
    assert (told["url"], told["ends_at"]) == (order["receipt_url"], "2027-02-19T06:20:00Z")
    assert till.shop.browser("southern").get(f"/api/v1/orders/{order['id']}/receipt-link").status_code == 404


def test_an_invoice_is_asked_for_by_the_link_and_issued(till: Till, anyone: Browser) -> None:
    order = till.sell(till.line("拿铁"))
    path, manager = link_of(order), till.shop.browser("manager")
    assert "要发票" in anyone.get(path).text
    assert anyone.post(f"{path}/invoice", **COMPANY).headers["Location"] == path
    page = anyone.get(path).text
    assert "等着开" in page
    assert "贸易" not in anyone.get(f"{path}/invoice").text  # whoever else has the link learns nothing
    assert "小满贸易有限公司" in manager.get("/staff/invoices").text
    shown = manager.get(f"/staff/invoices/{order['id']}").text
    for words in ("91350100M000100Y43", "a@example.com", "¥22.00", order["number"]):
        assert words in shown
    assert manager.post(f"/staff/invoices/{order['id']}", state="issued", note="已发到邮箱").status_code == 303
    page = anyone.get(path).text
    assert "已开" in page
    assert "已发到邮箱" not in page  # what the shop wrote is for who asked
    assert anyone.post(f"{path}/invoice", **COMPANY).status_code == 409


def test_who_holds_the_link_changes_only_what_the_link_asked_and_nobody_answered(till: Till, anyone: Browser) -> None:
    members, walk_ins = till.sell(till.line("拿铁"), member=till.member), till.sell(till.line("拿铁"))
    phone, manager, other = till.shop.phone(till.member), till.shop.browser("manager"), COMPANY | {"title": "别人公司"}
    phone.post(f"/member/orders/{members['id']}/invoice", kind="personal", title="林小满")
    refused = anyone.post(f"{link_of(members)}/invoice", **other)
    assert (refused.status_code, "已经申请过发票了" in refused.text) == (409, True)
    assert "改发票信息" not in anyone.get(link_of(members)).text
    path = f"/api/v1/orders/{members['id']}/invoice-request"
    assert body(manager.get(path))["title"] == "林小满"
    assert anyone.post(f"{link_of(walk_ins)}/invoice", **COMPANY).status_code == 303
    assert anyone.post(f"{link_of(walk_ins)}/invoice", **other).status_code == 303
    assert till.browser.post(f"/staff/orders/{walk_ins['id']}/invoice", **COMPANY).status_code == 303
    assert anyone.post(f"{link_of(walk_ins)}/invoice", **other).status_code == 409
    manager.post(f"/staff/invoices/{walk_ins['id']}", state="declined", note="抬头不对")
    assert anyone.post(f"{link_of(walk_ins)}/invoice", **other).status_code == 409
    assert "重新申请也请联系店里" in anyone.get(link_of(walk_ins)).text


def test_a_shared_receipt_leaves_out_what_staff_noted(till: Till, anyone: Browser) -> None:
    order = till.sell(till.line("拿铁", note="少冰，老赵的亲戚"), note="上次吵过架")
    till.browser.post(f"/staff/orders/{order['id']}/invoice", **COMPANY)
    till.shop.browser("manager").post(f"/staff/invoices/{order['id']}", state="declined", note="先别给他开")
    shared, paper = anyone.get(link_of(order)).text, till.browser.get(f"/staff/orders/{order['id']}/receipt").text
    for note in ("老赵的亲戚", "上次吵过架", "先别给他开"):
        assert note not in shared
    assert "少冰" in paper


def test_mistakes_come_back_with_what_was_typed(till: Till, anyone: Browser) -> None:
    path = link_of(till.sell(till.line("拿铁")))
    answer = anyone.post(f"{path}/invoice", **COMPANY | {"tax_number": "91350100M000100Y44", "email": "nowhere"})
    assert answer.status_code == 422
    for words in ("91350100M000100Y44", "nowhere", "请对照营业执照", "邮箱不对", "小满贸易有限公司"):
        assert words in answer.text


def test_a_member_asks_for_an_own_order_only(till: Till) -> None:
    mine, other = till.sell(till.line("拿铁"), member=till.member), till.sell(till.line("拿铁"))
    phone = till.shop.phone(till.member)
    assert f"/member/orders/{mine['id']}/invoice" in phone.get(f"/member/orders/{mine['id']}").text
    assert phone.post(f"/member/orders/{mine['id']}/invoice", kind="personal", title="林小满").status_code == 303
    assert "等着开" in phone.get(f"/member/orders/{mine['id']}").text
    assert 'value="林小满"' in phone.get(f"/member/orders/{mine['id']}/invoice").text
    assert phone.get(f"/member/orders/{other['id']}/invoice").status_code == 404
    assert phone.post(f"/member/orders/{other['id']}/invoice", kind="personal", title="x").status_code == 404


def test_staff_ask_for_a_customer_and_the_manager_says_no(till: Till) -> None:
    order = till.sell(till.line("拿铁"))
    path = f"/staff/orders/{order['id']}/invoice"
    assert till.browser.get(path).status_code == 200
    assert till.browser.post(path, **COMPANY).headers["Location"].endswith(f"/staff/orders/{order['id']}")
    assert "小满贸易有限公司" in till.browser.get(f"/staff/orders/{order['id']}").text
    manager = till.shop.browser("manager")
    refused = manager.post(f"/staff/invoices/{order['id']}", state="declined", note="")
    assert (refused.status_code, "写一句为什么开不了" in refused.text) == (422, True)
    assert manager.post(f"/staff/invoices/{order['id']}", state="declined", note="抬头不对").status_code == 303
    assert "没有等着开的发票" in manager.get("/staff/invoices").text
    assert "抬头" in manager.get("/staff/invoices?q=贸易").text
    assert till.browser.post(f"/staff/invoices/{order['id']}", state="issued").status_code == 403
    assert till.shop.browser("southern").get(path).status_code == 404


def test_the_api_asks_and_answers(till: Till) -> None:
    order = till.sell(till.line("拿铁"))
    path, manager = f"/api/v1/orders/{order['id']}/invoice-request", till.shop.browser("manager")
    assert till.browser.get(path).status_code == 404
    asked = till.browser.api("POST", path, COMPANY)
    assert (asked.status_code, body(asked)["state"]) == (201, "asked")
    bad = till.browser.api("POST", path, COMPANY | {"kind": "club"})
    assert (bad.status_code, list(body(bad)["errors"])) == (422, ["kind"])
    assert [each["order"] for each in body(manager.get("/api/v1/invoice-requests?state=asked"))["items"]] == [
        order["id"]
    ]
    assert till.browser.api("PATCH", path, {"state": "issued"}).status_code == 403
    assert body(manager.api("PATCH", path, {"state": "issued"}))["state"] == "issued"
    late = till.browser.api("POST", path, COMPANY)
    assert (late.status_code, body(late)["code"]) == (409, "invoice_settled")


def test_guessing_by_the_form_is_limited(till: Till, anyone: Browser) -> None:
    path = link_of(till.sell(till.line("拿铁")))
    answers = [anyone.post(f"{path}/invoice", kind="club").status_code for _ in range(61)]
    assert answers[:60] == [422] * 60
    assert answers[60] == 429


def test_a_refunded_order_has_no_invoice(till: Till, anyone: Browser) -> None:
    order = till.sell(till.line("拿铁"))
    manager = till.shop.browser("manager")
    assert manager.api("POST", f"/api/v1/orders/{order['id']}/refunds", {"reason": "不要了"}).status_code == 201
    path = link_of(order)
    assert "要发票" not in anyone.get(path).text
    assert "退款" in anyone.get(path).text
    answer = anyone.post(f"{path}/invoice", **COMPANY)
    assert (answer.status_code, "没有可以开票的金额" in answer.text) == (409, True)


def test_the_token_in_the_answer_is_the_orders(till: Till) -> None:
    order = till.sell(till.line("拿铁"))
    assert queries.read_receipt_token(order["receipt_url"].rsplit("/", 1)[1]) == int(order["id"])
