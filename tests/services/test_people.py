"""Who works here: what holds when things happen at once, and where guesses are counted."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from services.audit.models import AuditEntry
from services.identity import commands as identity
from services.identity.models import Role, Staff
from services.shared import database, limits
from services.shared.actors import SYSTEM, Actor
from services.shared.refusals import Invalid, NotFound, Refusal, TooMany
from services.signin import commands as signin
from services.signin.models import StaffSession
from services.stores import commands as stores
from tests.cast import PASSWORD, Cast
from tests.webapp.test_orders_at_once import at_once

TWICE = limits.Rule("test", most=2, seconds=60)


def second_owner(shop: Cast) -> Staff:
    with database.transaction() as session:
        data = {"username": "xiaoman", "name": "小满", "password": PASSWORD, "role": "owner", "stores": None}
        return identity.create_staff(session, data, actor=SYSTEM, at=shop.at)


def test_two_owners_cannot_let_each_other_go_at_the_same_moment(shop: Cast) -> None:
    ids = [shop.staff["owner"].id, second_owner(shop).id]

    def let_go(number: int) -> bool:
        other = Actor("staff", ids[1 - number], "owner", frozenset({"all"}), None)
        try:
            with database.transaction() as session:
                signin.disable_staff(session, ids[number], actor=other, at=shop.at)
        except Refusal:
            return False
        return True

    assert sorted(at_once(let_go, 2)) == [False, True]
    with database.reading() as session:
        owners = select(func.count(Staff.id)).join(Role).where(Role.name == "owner", Staff.disabled_at.is_(None))
        assert session.scalar(owners) == 1


@pytest.mark.parametrize("chosen", [[4711], "closed", "other"])
def test_only_open_stores_of_ones_own_are_handed_out(shop: Cast, chosen: object) -> None:
    east = Actor("staff", 2, "小周", frozenset({"staff:change"}), frozenset({shop.east.id}))
    with database.transaction() as session:
        session.get_one(Role, shop.staff["kitchen"].role_id).permissions = ["staff:change"]
        closed = stores.create_store(session, {"code": "A3", "name": "西湖店"}, actor=SYSTEM, at=shop.at)
        stores.archive_store(session, closed.id, actor=SYSTEM, at=shop.at)
        picked = {"closed": [closed.id], "other": [shop.south.id]}.get(str(chosen), chosen)
        data = {"username": "xin", "name": "新人", "password": PASSWORD, "role": "kitchen", "stores": picked}
        with pytest.raises(Invalid) as told:
            identity.create_staff(session, data, actor=east, at=shop.at)
        assert list(told.value.errors) == ["stores"]


def test_the_same_store_twice_is_one_store(shop: Cast) -> None:
    with database.transaction() as session:
        data = {"name": "小林", "role": "cashier", "stores": [shop.east.id, shop.east.id]}
        identity.change_staff(session, shop.staff["cashier"].id, data, actor=shop.owner, at=shop.at)


def test_a_program_with_the_number_of_a_person_is_not_that_person(shop: Cast) -> None:
    shop.browser("cashier")
    program = Actor("token", shop.staff["cashier"].id, "erp", frozenset({"members:read"}), None)
    with database.transaction() as session:
        own = session.scalars(select(StaffSession.id)).one()
        with pytest.raises(NotFound):
            signin.revoke_staff_session(session, own, actor=program, at=shop.at)


def test_a_try_taken_back_counts_no_more(shop: Cast) -> None:
    limits.spend(TWICE, "x", at=shop.at)
    limits.give_back(TWICE, "x", at=shop.at)
    assert limits.spend(TWICE, "x", at=shop.at) == 1
    limits.spend(TWICE, "x", at=shop.at)
    with pytest.raises(TooMany) as told:
        limits.spend(TWICE, "x", at=shop.at + timedelta(seconds=30))
    assert told.value.retry_after == 30
    limits.give_back(TWICE, "never seen", at=shop.at)


def test_a_window_slides_with_the_clock_and_no_turn_of_an_hour_gives_twice_as_many(shop: Cast) -> None:
    for seconds in (0, 50):
        limits.spend(TWICE, "x", at=shop.at + timedelta(seconds=seconds))
    for seconds, wait in ((50, 10), (59, 1)):
        with pytest.raises(TooMany) as told:
            limits.spend(TWICE, "x", at=shop.at + timedelta(seconds=seconds))
        assert told.value.retry_after == wait
    limits.spend(TWICE, "x", at=shop.at + timedelta(seconds=60))
    with pytest.raises(TooMany) as told:
        limits.require_room(TWICE, "x", at=shop.at + timedelta(seconds=61))
    assert told.value.retry_after == 49


def test_the_right_answer_clears_the_way(shop: Cast) -> None:
    for _ in range(2):
        limits.spend(TWICE, "x", at=shop.at)
    limits.clear(TWICE, "x")
    assert limits.spend(TWICE, "x", at=shop.at) == 1


def test_sixty_four_tries_at_once_are_as_many_as_the_rule_allows(shop: Cast) -> None:
    def try_once(_number: int) -> bool:
        try:
            limits.spend(limits.Rule("many", most=10, seconds=900), "x", at=shop.at)
        except TooMany:
            return False
        return True

    assert sum(at_once(try_once)) == 10


def test_the_twentieth_wrong_member_code_of_a_till_is_an_alarm_on_record(shop: Cast) -> None:
    for number in range(20):
        signin.note_wrong_code(f"no code {number}", actor=shop.cashier, at=shop.at)
    with database.reading() as session:
        alarm = session.scalars(select(AuditEntry).where(AuditEntry.action == "scans:alarm")).one()
        misses = session.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.action == "scans:miss"))
    assert (alarm.actor_name, misses) == ("小林", 19)
    with pytest.raises(TooMany):
        signin.require_room_for_guess("no code", actor=shop.cashier, at=shop.at)
