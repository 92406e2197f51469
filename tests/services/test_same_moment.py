"""What two people do at the same moment, engine by engine: the second waits, or hears that somebody was first."""

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlalchemy import func, select

from services.loyalty import commands as loyalty
from services.shared import database
from services.shared.actors import SYSTEM
from services.shared.refusals import Refusal
from services.signin import commands as signin
from services.signin import queries
from services.stores import commands as stores
from services.stores.models import Store
from tests.cast import PASSWORD, Cast
from tests.selling import welcome_member
from tests.webapp.test_orders_at_once import at_once

AWHILE = 0.4  # seconds: who does not have to wait is done by then


def meanwhile(act: Callable[[], object]) -> threading.Thread:
    """Let somebody else do `act` now, and wait until it is done or has to wait for us."""
    thread = threading.Thread(target=act)
    thread.start()
    thread.join(AWHILE)
    return thread


def change_password(shop: Cast) -> None:
    with database.transaction() as session:
        signin.set_password(session, shop.staff["cashier"].id, "another-password", actor=shop.owner, at=shop.at)


def test_a_sign_in_with_the_old_password_does_not_outlive_the_new_one(shop: Cast) -> None:
    with database.reading() as session:
        known = queries.check_password(session, "xiaolin", PASSWORD)
    with database.transaction() as session:
        signin.sign_in_staff(session, known, browser="tests", actor=SYSTEM, at=shop.at)
        boss = meanwhile(lambda: change_password(shop))
    boss.join()
    with database.reading() as session:
        assert queries.list_staff_sessions(session, known.id, at=shop.at) == []


def test_the_last_two_stores_are_not_closed_at_the_same_moment(shop: Cast) -> None:
    def close(store: Store) -> None:
        with suppress(Refusal), database.transaction() as session:
            stores.archive_store(session, store.id, actor=shop.owner, at=shop.at)

    with database.transaction() as session:
        stores.archive_store(session, shop.east.id, actor=shop.owner, at=shop.at)
        other = meanwhile(lambda: close(shop.south))
    other.join()
    with database.reading() as session:
        assert session.scalar(select(func.count(Store.id)).where(Store.archived_at.is_(None))) == 1


def test_a_manager_in_a_hurry_adjusts_no_more_points_than_a_day_allows(shop: Cast) -> None:
    member = welcome_member(shop.at)

    def adjust(_number: int) -> bool:
        data = {"amount": 10_000, "reason": "活动"}
        with suppress(Refusal), database.transaction() as session:
            loyalty.adjust_points(session, member.id, data, actor=shop.manager, at=shop.at)
            return True
        return False

    assert sum(at_once(adjust, 8)) == 5


@pytest.mark.parametrize(
    ("path", "unique"),
    [
        ("/api/v1/products", {"price": "1.00", "sku": "SAME"}),
        ("/api/v1/categories", {}),
        ("/api/v1/stores", {"code": "S1"}),
    ],
)
def test_what_must_be_unique_is_taken_once_and_nothing_breaks(shop: Cast, path: str, unique: dict[str, str]) -> None:
    token, same = shop.token(), {"name": "同一个"} | unique

    def create(number: int) -> int:
        headers = token | {"Idempotency-Key": f"number-{number:04d}"}
        return shop.client().post(path, json=same, headers=headers).status_code

    answers = at_once(create, 6)
    assert answers.count(201) == 1
    assert set(answers) <= {201, 409, 422}
