"""/orders/{id}/refunds and /orders/{id}/refund-preview."""

from typing import Any

import pytest

from tests.browse import body
from tests.cast import Cast
from tests.refunding import Desk, faults, open_desk
from tests.webapp.test_orders_at_once import at_once


@pytest.fixture
def desk(shop: Cast) -> Desk:
    return open_desk(shop)


def test_a_preview_and_its_refund_say_the_same(desk: Desk) -> None:
    # domain.md, worked case 14: 27.00 back, 2 points of 10 taken back.
    desk.give_coupon("threshold_off", value=2000, threshold=10000)
    order = desk.sell(*(("提拉米苏", 1),) * 4)
    manager, path = desk.shop.browser("manager"), f"/api/v1/orders/{order.id}"
    wish = {"lines": [{"line": "1", "quantity": 1}]}
    told = body(manager.api("POST", f"{path}/refund-preview", wish))
    assert (told["amount"], told["points_taken_back"], told["points_after"], told["seen"]) == ("27.00", 2, 8, 0)
    assert told["effects"][0] == "收回得到的 2 积分"
    assert (told["complete"], told["coupons"]) == (False, [])
    answer = manager.api("POST", f"{path}/refunds", {**wish, "reason": "做错了", "seen": told["seen"]})
    done = body(answer)
    assert (answer.status_code, done["number"], done["amount"]) == (201, f"{order.number}-R1", "27.00")
    assert done["lines"] == [{"line": "1", "name": "提拉米苏", "quantity": 1, "amount": "27.00"}]
    assert done["tenders"] == [{"kind": "wechat", "origin": "wechat", "amount": "27.00", "bonus": "0.00"}]
    assert (done["points_taken_back"], done["debt"], done["growth_taken_back"]) == (2, 0, "27.00")
    assert body(manager.get(f"{path}/refunds")) == {"items": [done], "next": None}
    sold = body(manager.get(path))
    assert (sold["state"], sold["refunded"], sold["lines"][0]["refunded_quantity"]) == ("part_refunded", "27.00", 1)
    assert not faults()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"lines": [{"line": "1", "quantity": 3}]}, "lines.0.quantity"),
        ({"lines": [{"line": "7", "quantity": 1}]}, "lines.0.line"),
        ({"lines": [{"line": "1", "quantity": 0}]}, "lines.0.quantity"),
        ({"lines": []}, "lines"),
        ({"amount": "64.01"}, "amount"),
        ({"amount": "0.00"}, "amount"),
        ({"amount": "-1.00"}, "amount"),
        ({"amount": "10.00", "void": True}, "amount"),
        ({"amount": "10.00", "lines": [{"line": "1", "quantity": 1}]}, "amount"),
        ({"reason": " "}, "reason"),
        ({"seen": "x"}, "seen"),
    ],
)
def test_what_makes_no_sense_is_told_beside_its_field(desk: Desk, sent: dict[str, Any], field: str) -> None:
    order = desk.sell(("提拉米苏", 2))
    answer = desk.shop.browser("manager").api("POST", f"/api/v1/orders/{order.id}/refunds", {"reason": "做错了"} | sent)
    assert (answer.status_code, list(body(answer)["errors"])) == (422, [field])


def test_conflicts_have_their_codes(desk: Desk) -> None:
    order, manager = desk.sell(("提拉米苏", 2)), desk.shop.browser("manager")
    path = f"/api/v1/orders/{order.id}/refunds"
    assert manager.api("POST", path, {"amount": "10.00", "reason": "做错了"}).status_code == 201
    late = manager.api("POST", path, {"amount": "10.00", "reason": "做错了", "seen": 0})
    void = manager.api("POST", path, {"void": True, "reason": "录错了"})
    assert manager.api("POST", path, {"reason": "做错了"}).status_code == 201
    again = manager.api("POST", path, {"reason": "做错了"})
    codes = [(answer.status_code, body(answer)["code"]) for answer in (late, void, again)]
    assert codes == [(409, "refund_moved"), (409, "void_too_late"), (409, "order_refunded")]


def test_it_asks_for_the_permission_in_the_store(desk: Desk) -> None:
    order = desk.sell(("提拉米苏", 2))
    path, sent = f"/api/v1/orders/{order.id}", {"reason": "做错了"}
    for role, status in (("cashier", 403), ("kitchen", 403), ("southern", 403), ("owner", 201)):
        assert desk.shop.browser(role).api("POST", f"{path}/refunds", sent).status_code == status
    assert desk.shop.browser("southern").get(f"{path}/refunds").status_code == 404
    assert desk.shop.browser("manager").api("POST", "/api/v1/orders/4711/refunds", sent).status_code == 404
    assert desk.shop.browser("manager").api("POST", "/api/v1/orders/4711/refund-preview", {}).status_code == 404


def test_one_key_is_one_refund(desk: Desk) -> None:
    order, headers = desk.sell(("提拉米苏", 2)), desk.shop.token()
    sent = {"amount": "10.00", "reason": "做错了"}

    def post(_number: int) -> Any:
        answer = desk.shop.client().post(
            f"/api/v1/orders/{order.id}/refunds", json=sent, headers=headers | {"Idempotency-Key": "refund-once"}
        )
        return answer.status_code, answer.data

    assert len(set(at_once(post, 16))) == 1
    assert desk.order(order).refunded == 1000


def test_many_refunds_at_once_never_exceed_what_was_paid(desk: Desk) -> None:
    # 64.00 of wallet, points and wechat; 54.00 paid; sixteen want 10.00 each at once: five get it, eleven are told that less is left.
    desk.give_points(2000)
    desk.top_up(3000, 500)
    order = desk.sell(("提拉米苏", 2), paid={"wallet": 2000}, points=1000)
    assert order.due == 5400
    headers, path = desk.shop.token(), f"/api/v1/orders/{order.id}/refunds"

    def post(number: int) -> int:
        sent = {"amount": "10.00", "reason": "做错了"}
        key = {"Idempotency-Key": f"refund-number-{number}"}
        return int(desk.shop.client().post(path, json=sent, headers=headers | key).status_code)

    answers = at_once(post, 16)
    assert (answers.count(201), answers.count(422)) == (5, 11)
    assert desk.order(order).refunded == 5000
    desk.whole(order)
    assert (desk.order(order).refunded, desk.wallet, desk.points) == (5400, (3000, 500), 2000)
    assert not faults()


def test_two_whole_refunds_at_once_are_one(desk: Desk) -> None:
    order, headers = desk.sell(("提拉米苏", 2)), desk.shop.token()

    def post(number: int) -> int:
        key = {"Idempotency-Key": f"whole-refund-{number}"}
        sent = {"reason": "做错了"}
        answer = desk.shop.client().post(f"/api/v1/orders/{order.id}/refunds", json=sent, headers=headers | key)
        return int(answer.status_code)

    assert sorted(at_once(post, 8)) == [201] + [409] * 7
    assert desk.order(order).refunded == 6400
    assert not faults()
