"""Tills: one open shift a name, money in it added up, counted and closed once."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from services.checkout.queries.tills import get_expected, get_shift_sums, get_till_day
from services.shared import database
from services.shared.actors import SYSTEM
from services.shared.refusals import Forbidden, Invalid, NotFound, Refusal
from services.tills import queries, rules
from services.tills.errors import ShiftOver, TillClosed, TillOpen
from services.tills.models import TillShift
from services.wallet.models import Payout, TopUp, WalletLot
from tests.cast import Cast
from tests.selling import Till, open_till
from tests.services.test_same_moment import meanwhile
from tests.tilling import asked_of_the_tables, close, give_back, move_cash, open_shift, put_into
from tests.webapp.test_orders_at_once import at_once


@pytest.fixture
def till(shop: Cast) -> Till:
    return open_till(shop)


def expected_of(shift_id: int) -> dict[str, int]:
    with database.reading() as session:
        shift = session.get_one(TillShift, shift_id)
        return get_expected(session, shift_id, shift.opening_float)


def top_up(till: Till, shift_id: int | None, *tenders: tuple[str, int]) -> None:
    """A member paid in, straight into the tables."""
    paid = sum(amount for _kind, amount in tenders)
    at, member, store = till.shop.at, till.member.id, till.shop.east.id
    with database.transaction() as session:
        lot = WalletLot(member_id=member, principal=paid, bonus=0, principal_left=paid, bonus_left=0, created_at=at)
        session.add(lot)
        session.flush()
        row = TopUp(
            number=f"C{lot.id}", member_id=member, store_id=store, lot_id=lot.id, principal=paid, bonus=0,
            tenders=[{"kind": kind, "amount": amount} for kind, amount in tenders], shift_id=shift_id, at=at,
        )  # fmt: skip
        session.add(row)


def pay_out(till: Till, shift_id: int | None, amount: int) -> None:
    """Principal paid back in cash, straight into the tables."""
    with database.transaction() as session:
        row = Payout(
            member_id=till.member.id, store_id=till.shop.east.id, amount=amount, policy=amount, floor=amount, bonus_lost=0,
            tender="cash", reason="搬家", sheet={}, shift_id=shift_id, at=till.shop.at,
        )  # fmt: skip
        session.add(row)


def test_a_new_till_holds_its_float(shop: Cast) -> None:
    assert expected_of(open_shift(shop)) == rules.in_order({"cash": 30000})


def test_one_till_of_a_name_is_open_at_a_time(shop: Cast) -> None:
    open_shift(shop)
    with pytest.raises(TillOpen):
        open_shift(shop)
    open_shift(shop, name="2 号")


def test_a_till_opens_again_once_it_is_closed(shop: Cast) -> None:
    first = open_shift(shop)
    close(shop, first, {"cash": 30000})
    assert open_shift(shop) != first


def test_everything_that_passed_a_till_is_expected_in_it(till: Till) -> None:
    shift, cash = open_shift(till.shop), {"kind": "cash", "amount": "64.00", "received": "100.00"}
    mixed = till.pay(till.quote(till.line("提拉米苏", 2)), cash).get_json()
    wechat = till.sell(till.line("拿铁"))
    put_into(shift, mixed["id"], wechat["id"])
    put_into(None, till.sell(till.line("巴斯克"))["id"])  # before anybody opened
    give_back(mixed["id"], "cash", 1000, shift, till.shop.at)
    top_up(till, shift, ("cash", 20000), ("alipay", 10000))
    pay_out(till, shift, 5000)
    move_cash(till.shop, shift, "in", 4000)
    move_cash(till.shop, shift, "out", 1500, "快递费")
    expected = expected_of(shift)
    assert expected == rules.in_order(
        {"cash": 30000 + 6400 - 1000 + 20000 - 5000 + 4000 - 1500, "wechat": 2200, "alipay": 10000}
    )
    in_tables = asked_of_the_tables(shift)
    assert expected == in_tables | {"cash": in_tables["cash"] + 20000, "alipay": 10000}


def test_a_difference_needs_a_reason(shop: Cast) -> None:
    shift = open_shift(shop)
    with pytest.raises(Invalid) as refused:
        close(shop, shift, {"cash": 29900})
    assert set(refused.value.errors) == {"reason"}
    close(shop, shift, {"cash": 29900}, "找错了 1 元")
    with database.reading() as session:
        closed = queries.get_shift(session, shift, actor=shop.owner)
    assert (closed.state, closed.differences, closed.reason) == ("closed", {"cash": -100}, "找错了 1 元")


def test_kinds_do_not_make_up_for_each_other(shop: Cast) -> None:
    shift = open_shift(shop)
    with pytest.raises(Invalid):
        close(shop, shift, {"cash": 29900, "wechat": 100})


def test_what_should_be_there_is_for_auditors(shop: Cast) -> None:
    shift = open_shift(shop)
    close(shop, shift, {"cash": 29900}, "找错了")
    with database.reading() as session:
        cashier = queries.get_shift(session, shift, actor=shop.actors["cashier"])
        manager = queries.get_shift(session, shift, actor=shop.actors["manager"])
    assert (cashier.expected, cashier.differences) == (None, None)
    assert manager.differences == {"cash": -100}


def test_shifts_are_found_by_their_state(shop: Cast) -> None:
    right, wrong, still = (open_shift(shop, name=name) for name in ("甲", "乙", "丙"))
    close(shop, right, {"cash": 30000})
    close(shop, wrong, {"cash": 30100}, "多了")
    with database.reading() as session:
        found = {
            state: [each.id for each in queries.list_shifts(session, actor=shop.owner, state=state)]
            for state in ("", "open", "closed", "different")
        }
    assert found == {"": [still, wrong, right], "open": [still], "closed": [wrong, right], "different": [wrong]}


def test_another_stores_till_does_not_exist(shop: Cast) -> None:
    shift = open_shift(shop)
    with database.reading() as session, pytest.raises(NotFound):
        queries.get_shift(session, shift, actor=shop.actors["southern"])
    with pytest.raises(NotFound):
        close(shop, shift, {"cash": 30000}, role="southern")


def test_the_kitchen_opens_no_till(shop: Cast) -> None:
    with pytest.raises(Forbidden):
        open_shift(shop, role="kitchen")


def test_nothing_moves_in_a_closed_till(shop: Cast) -> None:
    shift = open_shift(shop)
    close(shop, shift, {"cash": 30000})
    with pytest.raises(ShiftOver):
        move_cash(shop, shift, "in", 100)


def test_money_goes_into_the_own_till_or_else_the_last_one(shop: Cast) -> None:
    mine = open_shift(shop)
    last = open_shift(shop, name="2 号", role="owner")

    def asked(role: str, store: Any = shop.east) -> int | None:
        with database.transaction() as session:
            return queries.find_shift_for(session, store.id, actor=shop.actors[role])

    assert (asked("cashier"), asked("manager"), asked("owner", shop.south)) == (mine, last, None)


def test_a_required_till_is_asked_of_staff_alone(shop: Cast) -> None:
    with database.transaction() as session:
        with pytest.raises(TillClosed):
            queries.find_shift_for(session, shop.east.id, actor=shop.actors["cashier"], required=True)
        assert queries.find_shift_for(session, shop.east.id, actor=SYSTEM, required=True) is None


def test_a_till_is_closed_once(shop: Cast) -> None:
    shift = open_shift(shop)

    def end(number: int) -> str:
        try:
            close(shop, shift, {"cash": 30000 + number}, "数了两遍")
        except Refusal as refusal:
            return refusal.code
        return "closed"

    assert sorted(at_once(end, 6)) == ["closed", *["shift_over"] * 5]


def test_one_till_is_opened_by_two_once(shop: Cast) -> None:
    def begin(_number: int) -> None:
        with suppress(Refusal):
            open_shift(shop)

    at_once(begin, 6)
    with database.reading() as session:
        assert session.scalar(select(func.count(TillShift.id))) == 1


def test_a_sale_that_is_being_written_is_in_the_count(till: Till) -> None:
    """The sale has its shift and is not committed yet: who closes now waits for it."""
    shift, order = open_shift(till.shop), till.sell(till.line("拿铁"))
    attempts: list[Callable[[], None]] = [lambda: close(till.shop, shift, {"cash": 30000, "wechat": 2200})]
    with database.transaction() as session:
        assert queries.find_shift_for(session, till.shop.east.id, actor=till.shop.actors["cashier"]) == shift
        from services.orders.models import Order

        session.get_one(Order, int(order["id"])).shift_id = shift
        session.flush()
        closing = meanwhile(attempts[0])
    closing.join()
    with database.reading() as session:
        closed = queries.get_shift(session, shift, actor=till.shop.owner)
    assert (closed.state, closed.differences) == ("closed", {})


def test_a_day_adds_up_its_shifts_and_what_is_in_none(till: Till) -> None:
    shift, cash = open_shift(till.shop), {"kind": "cash", "amount": "22.00"}
    inside = till.pay(till.quote(till.line("拿铁")), cash).get_json()
    put_into(shift, inside["id"])
    put_into(None, till.sell(till.line("提拉米苏"), member=till.member)["id"])
    give_back(inside["id"], "cash", 200, None, till.shop.at)
    top_up(till, None, ("wechat", 10000))
    with database.reading() as session:
        today = till.shop.at.date()
        day = get_till_day(session, till.shop.east.id, today, "Asia/Shanghai", actor=till.shop.owner)
        before = get_till_day(
            session, till.shop.east.id, today - timedelta(days=1), "Asia/Shanghai", actor=till.shop.owner
        )
        elsewhere = get_till_day(session, till.shop.south.id, today, "Asia/Shanghai", actor=till.shop.owner)
    assert day.all.sales.by_kind == {"cash": 2200, "wechat": 3200}
    assert (day.all.net, day.all.sales.count, day.all.refunds.count) == (5200, 2, 1)
    assert day.all.received == rules.in_order({"cash": 2000, "wechat": 13200})
    assert [(each.id, sums.sales.total) for each, sums in day.shifts] == [(shift, 2200)]
    assert (day.outside.sales.total, day.outside.refunds.total, day.outside.top_ups.total) == (3200, 200, 10000)
    assert (before.all.sales.count, elsewhere.all.sales.count) == (0, 0)


def test_stored_value_passes_no_till(till: Till) -> None:
    shift, order = open_shift(till.shop), till.sell(till.line("拿铁"))
    put_into(shift, order["id"])
    with database.transaction() as session:
        from services.orders.models import Tender

        session.query(Tender).filter_by(order_id=int(order["id"])).update({"kind": "wallet"})
    assert expected_of(shift) == rules.in_order({"cash": 30000})
    with database.reading() as session:
        assert get_shift_sums(session, shift).sales.total == 2200


def test_notes_and_coins_are_added_up() -> None:
    assert rules.worth({100_00: 3, 50: 2, 10: 5}) == 301_50
