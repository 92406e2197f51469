"""自查: what stands out is explained in a sentence, an innocent month is praised, and what was looked at stays looked at."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from services.coupons import commands as coupons
from services.dealing import queries, rules
from services.dealing.rules import Act, Discounts, Sales
from services.identity.models import Role
from services.loyalty import commands as loyalty
from services.orders.models import Order
from services.shared import database
from services.shared.actors import SYSTEM
from services.signin import commands as signin
from services.signin.models import ShopDevice
from services.stores.queries import load_settings
from services.tills import commands as tills
from tests.browse import body
from tests.cast import Cast
from tests.couponing import free_item, give_coupon
from tests.selling import Till, open_till, welcome_member
from tests.tilling import open_shift

PAGE = "/staff/dealing"


def cash(till: Till, name: str = "提拉米苏", amount: str = "32.00") -> dict[str, str]:
    """A walk-in pays cash."""
    tender = {"kind": "cash", "amount": amount, "received": amount}
    answer = till.pay(till.quote(till.line(name)), tender)
    assert answer.status_code == 201, answer.text
    return dict(body(answer))


def sentences(shop: Cast) -> str:
    """The owner's page."""
    return shop.browser("owner").get(PAGE).text


def kinds(shop: Cast, role: str = "owner") -> list[str]:
    """What the API tells of this week."""
    answer = shop.browser(role).api("GET", "/api/v1/findings")
    return [each["kind"] for each in body(answer)["items"]]


def test_a_quiet_week_is_praised(shop: Cast) -> None:
    till = open_till(shop)
    till.sell(till.line("拿铁"), member=till.member)
    cash(till)
    assert "很好，这几天没有要看的" in sentences(shop)
    assert kinds(shop) == []


def test_a_member_of_the_cashiers_own_name_stands_out(shop: Cast) -> None:
    till = open_till(shop)
    till.sell(till.line("拿铁"), member=welcome_member(shop.at, "小林", "+8613900139000"))
    assert "小林 一周里给会员 小林 收了 1 次款，两人同名，可能就是本人" in sentences(shop)


def test_what_a_cashier_rings_up_for_the_own_card_stands_out(shop: Cast) -> None:
    till, owner = open_till(shop), shop.browser("owner")
    person = f"/staff/people/{shop.staff['cashier'].id}"
    till.sell(till.line("拿铁"), member=till.member)
    assert kinds(shop) == []
    assert "没有找到这位会员" in owner.post(f"{person}/own-card", card="13100000000").text
    assert owner.post(f"{person}/own-card", card=till.member.number).status_code == 303
    assert "不是这张了" in owner.get(person).text
    assert kinds(shop) == ["own_card"]
    assert "一周里自己收款、记在自己的会员卡" in sentences(shop)
    path = f"/api/v1/staff/{shop.staff['cashier'].id}/own-card"
    assert body(owner.api("GET", path))["member"] == str(till.member.id)
    assert owner.api("DELETE", path).status_code == 204
    assert body(owner.api("GET", path))["member"] is None
    assert kinds(shop) == []
    assert body(owner.api("PUT", path, {"card": "138 0013 8000"}))["member"] == str(till.member.id)


def test_a_regular_of_one_cashier_alone_stands_out_and_a_regular_of_all_does_not(shop: Cast) -> None:
    till, owner = open_till(shop), shop.browser("owner")
    assert owner.api("PATCH", "/api/v1/settings", {"dealing.sales": 3}).status_code == 200
    fang = welcome_member(shop.at, "王芳", "+8613900139001")
    manager = Till(shop, shop.browser("manager"), till.products, fang)
    for _ in range(3):
        till.sell(till.line("拿铁"), member=till.member)
        manager.sell(manager.line("拿铁"), member=fang)
        till.sell(till.line("拿铁"), member=fang)
    assert kinds(shop) == ["one_member"]
    assert "小林 一周里把 3 单记在 林小满 名下" in sentences(shop)


def test_large_and_frequent_adjustments_stand_out(shop: Cast) -> None:
    till = open_till(shop)
    with database.transaction() as session:
        for points in (3000, *[20] * 9):
            told = {"amount": points, "reason": "老顾客"}
            loyalty.adjust_points(session, till.member.id, told, actor=shop.manager, at=shop.at)
    assert sorted(kinds(shop)) == ["adjustments", "points"]
    page = sentences(shop)
    assert "小周 给 林小满 手工调了 3000 积分，原因写的是「老顾客」" in page
    assert "小周 一周里手工调了 10 次积分或储值" in page


def test_cash_back_and_then_cash_out_or_a_smaller_sale_stands_out(shop: Cast) -> None:
    till = open_till(shop, "manager")
    shift = open_shift(shop)
    order = cash(till)
    refund = {"reason": "口味不对", "way": "cash"}
    answer = till.browser.api("POST", f"/api/v1/orders/{order['id']}/refunds", refund)
    assert answer.status_code == 201, answer.text
    moment = datetime.fromisoformat(body(answer)["at"])
    with database.transaction() as session:
        told = {"kind": "out", "amount": 30_00, "reason": "买牛奶"}
        tills.create_entry(session, shift, told, actor=shop.manager, at=moment + timedelta(minutes=2))
    found = shop.browser("owner").get(PAGE).text
    assert "小周 退了 ¥32.00 现金，2 分钟后从钱箱取出 ¥30.00" in found
    again = cash(till, "拿铁", "22.00")
    with database.transaction() as session:
        session.get_one(Order, int(again["id"])).completed_at = moment + timedelta(minutes=3)
    assert "又收了一笔 ¥22.00 的现金，没有会员" in sentences(shop)


def test_coupons_of_many_members_without_a_sale_stand_out(shop: Cast) -> None:
    till = open_till(shop)
    for number in range(6):
        member = welcome_member(shop.at, f"客人{number}", f"+861390013911{number}")
        coupon_id, _ = give_coupon(shop, member, free_item(till.products["拿铁"]))
        with database.transaction() as session:
            coupons.redeem(
                session, coupon_id, member_id=member.id, saved=2200, store_id=shop.east.id, actor=shop.cashier,
                at=shop.at + timedelta(minutes=number),
            )  # fmt: skip
    assert kinds(shop) == ["unbought"]
    assert "小林 在一小时里给 6 位会员核销了券，都没有消费" in sentences(shop)


def test_it_is_the_owners_alone_and_of_own_stores(shop: Cast) -> None:
    till = open_till(shop)
    till.sell(till.line("拿铁"), member=welcome_member(shop.at, "小林", "+8613900139000"))
    for role in ("manager", "cashier", "kitchen"):
        assert shop.browser(role).get(PAGE).status_code == 403
    assert "自查" not in shop.browser("manager").get("/staff/more").text
    assert PAGE in shop.browser("owner").get("/staff/more").text


def test_what_was_looked_at_says_so_once_and_is_written_down(shop: Cast) -> None:
    till, owner = open_till(shop), shop.browser("owner")
    till.sell(till.line("拿铁"), member=welcome_member(shop.at, "小林", "+8613900139000"))
    key = body(owner.api("GET", "/api/v1/findings"))["items"][0]["finding"]
    assert owner.post(f"{PAGE}/reviews", finding=key, note="").status_code == 422
    assert owner.post(f"{PAGE}/reviews", finding=key, note="同名的老顾客").status_code == 303
    page = sentences(shop)
    assert "都看过了" in page
    assert "：同名的老顾客" in page
    again = owner.api("POST", "/api/v1/finding-reviews", {"finding": key, "note": "又看"})
    assert (again.status_code, body(again)["look"]["note"]) == (201, "同名的老顾客")
    for wrong in ("one_member.2026-11-16.1-1", "x", "x.9999-99-99.1", "same_name.0001-01-01.1"):
        assert owner.api("POST", "/api/v1/finding-reviews", {"finding": wrong, "note": "?"}).status_code == 422
    assert "自查：看过，没问题" in owner.get("/staff/audit").text


def test_nobody_clears_what_is_about_themselves(shop: Cast) -> None:
    till = open_till(shop)
    till.sell(till.line("拿铁"), member=welcome_member(shop.at, "小林", "+8613900139000"))
    key = body(shop.browser("owner").api("GET", "/api/v1/findings"))["items"][0]["finding"]
    with database.transaction() as session:
        session.get_one(Role, shop.staff["cashier"].role_id).permissions = ["audit:dealing"]
    answer = shop.browser("cashier").api("POST", "/api/v1/finding-reviews", {"finding": key, "note": "我没事"})
    assert (answer.status_code, "finding" in body(answer)["errors"]) == (422, True)


@pytest.mark.parametrize("query", ["day=x", "weeks=9", "day=1000-01-01", "day=2026-11-02&weeks=4", "day=9999-12-31"])
def test_odd_weeks_break_nothing(shop: Cast, query: str) -> None:
    assert shop.browser("owner").get(f"{PAGE}?{query}").status_code == 200
    assert shop.browser("owner").api("GET", f"/api/v1/findings?{query}").status_code in {200, 422}


def test_more_findings_cost_no_more_questions(shop: Cast) -> None:
    def questions() -> int:
        asked: list[str] = []
        with database.reading() as session:
            engine = session.get_bind()
            event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
            queries.list_findings(session, shop.at.date(), 4, actor=shop.owner)
        return len(asked)

    till = open_till(shop)
    till.sell(till.line("拿铁"), member=welcome_member(shop.at, "小林", "+8613900139000"))
    few = questions()
    for number in range(5):
        till.sell(till.line("拿铁"), member=welcome_member(shop.at, "小林", f"+861390013920{number}"))
    assert len(kinds(shop)) == 6
    assert questions() <= few * 2  # the listener of before still counts too
    assert few <= 14


MONDAY = date(2026, 11, 16)


def innocent_month() -> Iterator[Sales]:
    """Four weeks of three cashiers and forty regulars who come when they come."""
    for number in range(4 * 7 * 60):
        day = MONDAY + timedelta(days=number % 28)
        at = datetime.combine(day, datetime.min.time()).astimezone() + timedelta(minutes=number)
        yield Sales(day, 1 + number % 3, 100 + number * 7 % 40, False, 1, at)


def test_an_innocent_month_raises_no_alarm(shop: Cast) -> None:
    with database.reading() as session:
        settings = load_settings(session)
    assert list(rules.judge_sales(innocent_month(), settings["dealing.sales"])) == []
    at = shop.at
    queue = [Act("redeem", n, MONDAY, at + timedelta(minutes=4 * n), 1, 1, n, n) for n in range(60)]
    assert list(rules.judge_redemptions(queue, settings["dealing.redemptions"], settings["dealing.unbought"])) == []
    usual = [Discounts(MONDAY + timedelta(days=n % 7), 1 + n % 3, 2000_00, 20_00 + n * 1_00) for n in range(21)]
    assert (
        list(rules.judge_discounts(usual, settings["dealing.discount_times"], settings["dealing.discount_least"])) == []
    )
    refunds = [Act("refund", 1, MONDAY, at, 1, 1, None, 9, 3200)]
    dearer = [Act("sold_again", 2, MONDAY, at + timedelta(minutes=3), 1, 1, amount=3800)]
    elses = [Act("taken_out", 3, MONDAY, at + timedelta(minutes=3), 2, 1, amount=3200)]
    assert list(rules.judge_cash(refunds, dearer + elses, 10)) == []


def test_discounts_far_above_those_of_colleagues_stand_out() -> None:
    given = [
        Discounts(MONDAY, 1, 5000_00, 800_00),
        Discounts(MONDAY, 2, 5000_00, 100_00),
        Discounts(MONDAY, 3, 5000_00, 50_00),
    ]
    (finding,) = rules.judge_discounts(given, 3, 200_00)
    assert (finding.staff_id, finding.figures) == (1, {"amount": 800_00, "share": 16, "usual": 1})


def test_a_busy_hour_is_counted_by_members_not_by_coupons() -> None:
    at = datetime.fromisoformat("2026-11-16T10:00:00+08:00")
    twice = [Act("redeem", n, MONDAY, at + timedelta(minutes=n), 1, 1, n % 15, n) for n in range(45)]
    assert list(rules.judge_redemptions(twice, 20, 5)) == []
    many = [Act("redeem", n, MONDAY, at + timedelta(minutes=n), 1, 1, n, n) for n in range(25)]
    (finding,) = rules.judge_redemptions(many, 20, 5)
    assert (finding.kind, finding.figures["count"]) == ("redemptions", 25)


def test_several_faces_on_one_device_are_one_device(shop: Cast) -> None:
    at = datetime.fromisoformat("2026-11-16T10:00:00+08:00")
    acts = [
        Act("redeem", n, MONDAY, at + timedelta(minutes=n), 1 + n % 2, 1, n, n, device_id=7 if n < 24 else 8)
        for n in range(30)
    ]
    assert list(rules.judge_redemptions(acts, 20, 5)) == []
    (finding,) = rules.judge_devices(acts, 20, 5)
    assert (finding.kind, finding.subject) == ("one_device", "7")
    assert finding.figures == {"count": 24, "device": 7, "people": 2}
    alone = [replace(act, staff_id=1) for act in acts]
    assert list(rules.judge_devices(alone, 20, 5)) == []  # that is told of the person


def test_a_device_is_called_by_its_name(shop: Cast) -> None:
    till = open_till(shop)
    with database.transaction() as session:
        device = ShopDevice(
            store_id=shop.east.id, name="收银台平板", key_hash="x", browser="", created_at=shop.at, seen_at=shop.at
        )
        session.add(device)
        session.flush()
        device_id = device.id
    for number in range(6):
        member = welcome_member(shop.at, f"客人{number}", f"+861390013911{number}")
        coupon_id, _ = give_coupon(shop, member, free_item(till.products["拿铁"]))
        who = replace((shop.cashier, shop.actors["manager"])[number % 2], device_id=device_id)
        with database.transaction() as session:
            coupons.redeem(
                session, coupon_id, member_id=member.id, saved=2200, store_id=shop.east.id, actor=who,
                at=shop.at + timedelta(minutes=number),
            )  # fmt: skip
    assert kinds(shop) == ["one_device"]
    assert "收银台平板 这台设备上，一小时里给 6 位会员核销了券，经了 2 个人的手" in sentences(shop)


def test_members_who_share_a_phone_and_all_redeem_stand_out(shop: Cast) -> None:
    till = open_till(shop)
    for number in range(5):
        member = welcome_member(shop.at, f"客人{number}", f"+861390013911{number}")
        coupon_id, _ = give_coupon(shop, member, free_item(till.products["拿铁"]))
        with database.transaction() as session:
            known = "one-phone" if number < 4 else "another-phone"
            signin.open_member_session(session, member.id, browser="", known=known, actor=SYSTEM, at=shop.at)
            told: dict[str, Any] = {"saved": 2200, "store_id": shop.east.id, "actor": shop.cashier, "at": shop.at}
            coupons.redeem(session, coupon_id, member_id=member.id, **told)
        if number == 2:
            assert kinds(shop) == []
    assert kinds(shop) == ["one_phone"]
    assert "同一台手机上登录过的 4 位会员，一周里都核销了券" in sentences(shop)


def test_what_a_program_of_theirs_does_is_theirs(shop: Cast) -> None:
    till, owner = open_till(shop), shop.browser("owner")
    asked = {"name": "自己的", "scopes": ["points:adjust"], "all_stores": True}
    token = body(owner.api("POST", "/api/v1/tokens", asked))["token"]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "five-thousand"}
    sent = {"amount": 5000, "reason": "补偿"}
    path = f"/api/v1/members/{till.member.id}/points/adjustments"
    assert shop.client().post(path, json=sent, headers=headers).status_code == 201
    assert kinds(shop) == ["points"]
    assert "阿满 给 林小满 手工调了 5000 积分，原因写的是「补偿」" in sentences(shop)


def test_stored_value_by_hand_stands_out(shop: Cast) -> None:
    till, owner = open_till(shop), shop.browser("owner")
    sent = {"store": str(shop.east.id), "principal": "0.00", "bonus": "200.00", "reason": "补偿"}
    answer = owner.api("POST", f"/api/v1/members/{till.member.id}/wallet/adjustments", sent)
    assert answer.status_code == 201, answer.text
    assert "阿满 给 林小满 手工调了储值 ¥200.00，原因写的是「补偿」" in sentences(shop)
