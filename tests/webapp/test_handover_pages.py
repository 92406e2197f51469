"""补登 and 改会员, by page and by API."""

import pytest

from services.loyalty.queries import get_balance
from services.members.models import Member
from services.shared import database
from tests.browse import body
from tests.cast import Cast
from tests.refunding import Desk, faults, open_desk
from tests.selling import welcome_member


@pytest.fixture
def desk(shop: Cast) -> Desk:
    return open_desk(shop)


@pytest.fixture
def other(desk: Desk) -> Member:
    return welcome_member(desk.now, "阿敏", "+8613900139000")


def balance(member: Member) -> int:
    with database.reading() as session:
        return get_balance(session, member.id)


def test_a_member_claims_with_the_code_on_the_receipt(desk: Desk, shop: Cast) -> None:
    order, phone = desk.sell(("提拉米苏", 2), walk_in=True), shop.phone(desk.member)
    assert "补登积分" in phone.get("/member/orders").text
    answer = phone.post("/member/orders/claim", receipt_code=order.receipt_code.lower().replace("-", " "))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/member/orders/{order.id}")
    page = phone.get(answer.headers["Location"]).text
    assert ("补登好了，得 6 积分" in page, desk.points) == (True, 6)
    again = phone.post("/member/orders/claim", receipt_code=order.receipt_code)
    assert (again.status_code, "已经记在会员名下" in again.text) == (409, True)
    assert not faults()


def test_ten_wrong_codes_are_enough(desk: Desk, shop: Cast) -> None:
    order, phone = desk.sell(("提拉米苏", 2), walk_in=True), shop.phone(desk.member)
    for _ in range(9):
        answer = phone.post("/member/orders/claim", receipt_code="AAAA-AAAA-AAAA")
        assert (answer.status_code, "没有找到这张小票" in answer.text) == (404, True)
    assert phone.api("POST", "/api/v1/me/claims", {"receipt_code": "AAAA-AAAA-AAAA"}).status_code == 404
    stopped = phone.post("/member/orders/claim", receipt_code=order.receipt_code)
    assert (stopped.status_code, "Retry-After" in stopped.headers) == (429, True)
    assert phone.api("POST", "/api/v1/me/claims", {"receipt_code": order.receipt_code}).status_code == 429


def test_a_right_code_sent_again_gives_no_guess_back(desk: Desk, shop: Cast) -> None:
    order, phone = desk.sell(("提拉米苏", 2), walk_in=True), shop.phone(desk.member)
    assert phone.post("/member/orders/claim", key="the-same-tap", receipt_code=order.receipt_code).status_code == 303
    for _ in range(10):
        assert phone.post("/member/orders/claim", receipt_code="AAAA-AAAA-AAAA").status_code == 404
        assert (
            phone.post("/member/orders/claim", key="the-same-tap", receipt_code=order.receipt_code).status_code == 303
        )
    assert phone.post("/member/orders/claim", receipt_code="AAAA-AAAA-AAAA").status_code == 429


def test_right_codes_are_no_guesses(desk: Desk, shop: Cast) -> None:
    phone = shop.phone(desk.member)
    orders = [desk.sell(("拿铁", 1), walk_in=True) for _ in range(11)]
    for order in orders:
        assert phone.api("POST", "/api/v1/me/claims", {"receipt_code": order.receipt_code}).status_code == 201
    assert desk.points == 22


def test_a_cashier_claims_for_who_shows_the_receipt(desk: Desk, other: Member, shop: Cast) -> None:
    order, cashier = desk.sell(("提拉米苏", 2), walk_in=True), shop.browser("cashier")
    assert f"/staff/orders/{order.id}/member" in cashier.get(f"/staff/orders/{order.id}").text
    page = cashier.get(f"/staff/orders/{order.id}/member?q=阿敏").text
    assert ("阿敏" in page, "+6 积分" in page, "原因" in page) == (True, True, False)
    assert cashier.post(f"/staff/orders/{order.id}/member").status_code == 422
    assert cashier.post(f"/staff/orders/{order.id}/member", member=str(other.id)).status_code == 303
    assert (balance(other), "补登到阿敏名下" in cashier.get(f"/staff/orders/{order.id}").text) == (6, True)
    assert cashier.get(f"/staff/orders/{order.id}/member").status_code == 403  # now it would be a correction


def test_a_manager_puts_the_member_right(desk: Desk, other: Member, shop: Cast) -> None:
    order, manager = desk.sell(("提拉米苏", 2)), shop.browser("manager")
    path = f"/staff/orders/{order.id}/member"
    page = manager.get(f"{path}?q=139").text
    assert ("积分和成长值从林小满转到选中的会员" in page, "扫错了会员码" in page) == (True, True)
    assert "请填写" in manager.post(path, member=str(other.id)).text
    assert manager.post(path, member=str(other.id), reason_chip="扫错了会员码").status_code == 303
    assert (balance(other), desk.points) == (6, 0)
    page = manager.get(f"/staff/orders/{order.id}").text
    assert ("改到阿敏名下（原来是林小满）：扫错了会员码" in page, f"/staff/members/{other.id}" in page) == (True, True)
    assert not faults()


def test_what_cannot_be_changed_says_why(desk: Desk, other: Member, shop: Cast) -> None:
    desk.top_up(10000)
    order, manager = desk.sell(("提拉米苏", 2), paid={"wallet": 6400}), shop.browser("manager")
    assert "这单用了原会员的储值" in manager.get(f"/staff/orders/{order.id}/member").text
    sent = {"member": str(other.id), "reason": "扫错了"}
    answer = manager.api("POST", f"/api/v1/orders/{order.id}/reassignments", sent)
    assert (answer.status_code, body(answer)["code"]) == (409, "order_spent_wallet")


def test_programs_claim_and_reassign(desk: Desk, other: Member, shop: Cast) -> None:
    order, manager = desk.sell(("提拉米苏", 2), walk_in=True), shop.browser("manager")
    claimed = manager.api(
        "POST", "/api/v1/claims", {"receipt_code": f"CK:R:{order.receipt_code}", "member": str(desk.member.id)}
    )
    assert (claimed.status_code, body(claimed)["kind"], body(claimed)["points"]) == (201, "claim", 6)
    path = f"/api/v1/orders/{order.id}/reassignments"
    moved = manager.api("POST", path, {"member": str(other.id), "reason": "代别人买的"})
    told = body(moved)
    assert (moved.status_code, told["before"], told["member"], told["points"], told["growth"]) == (
        201, str(desk.member.id), str(other.id), 6, "64.00",
    )  # fmt: skip
    assert [each["kind"] for each in body(manager.get(path))["items"]] == ["claim", "correction"]


@pytest.mark.parametrize(("role", "claim"), [("cashier", 201), ("kitchen", 403), ("southern", 403)])
def test_who_may(desk: Desk, other: Member, shop: Cast, role: str, claim: int) -> None:
    order, browser = desk.sell(("提拉米苏", 2), walk_in=True), shop.browser(role)
    sent = {"receipt_code": order.receipt_code, "member": str(other.id)}
    assert browser.api("POST", "/api/v1/claims", sent).status_code == claim
    mine = desk.sell(("提拉米苏", 2))
    sent = {"member": str(other.id), "reason": "扫错了"}
    assert browser.api("POST", f"/api/v1/orders/{mine.id}/reassignments", sent).status_code == 403
    assert browser.get(f"/staff/orders/{mine.id}/member").status_code in {403, 404}
