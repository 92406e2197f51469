"""Who may change whom: nobody locks the shop out of its own stores, nobody rises through somebody else's account."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from services.identity import commands as identity
from services.identity import queries
from services.identity.models import Staff
from services.shared import database
from services.shared.actors import SYSTEM, Actor
from services.shared.refusals import Forbidden, Refusal
from services.signin import commands as signin
from tests.cast import PASSWORD, Cast


def southern_owner(shop: Cast) -> Actor:
    """小满, who owns 南湖 alone."""
    data = {"username": "xiaoman", "name": "小满", "password": PASSWORD, "role": "owner", "stores": [shop.south.id]}
    with database.transaction() as session:
        return queries.actor_of_staff(session, identity.create_staff(session, data, actor=SYSTEM, at=shop.at))


def test_the_only_owner_of_all_stores_cannot_give_one_away(session: Session, shop: Cast) -> None:
    data = {"name": "阿满", "role": "owner", "stores": [shop.east.id]}
    with pytest.raises(Refusal) as told:
        identity.change_staff(session, shop.staff["owner"].id, data, actor=shop.owner, at=shop.at)
    assert told.value.code == "last_owner"


def test_an_owner_of_one_store_is_no_other_owner(shop: Cast) -> None:
    southern_owner(shop)
    data = {"name": "阿满", "role": "manager", "stores": None}
    with database.transaction() as session, pytest.raises(Refusal) as told:
        identity.change_staff(session, shop.staff["owner"].id, data, actor=shop.owner, at=shop.at)
    assert told.value.code == "last_owner"


def disable(session: Session, staff: Staff, **who: Any) -> None:
    signin.disable_staff(session, staff.id, **who)


def set_password(session: Session, staff: Staff, **who: Any) -> None:
    signin.set_password(session, staff.id, "mine-from-now-on", **who)


def move(session: Session, staff: Staff, **who: Any) -> None:
    data = {"name": staff.name, "role": "kitchen", "stores": [next(iter(who["actor"].stores))]}
    identity.change_staff(session, staff.id, data, **who)


@pytest.mark.parametrize("act", [disable, set_password, move])
@pytest.mark.parametrize("who", ["owner", "cashier"])
def test_whoever_works_in_other_stores_is_out_of_reach(shop: Cast, who: str, act: Callable[..., None]) -> None:
    southern = southern_owner(shop)
    with database.transaction() as session, pytest.raises(Forbidden):
        act(session, shop.staff[who], actor=southern, at=shop.at)


def test_the_owner_of_one_store_looks_after_its_people(session: Session, shop: Cast) -> None:
    southern = Actor("staff", 4711, "小满", shop.owner.permissions, frozenset({shop.south.id}))
    set_password(session, shop.staff["southern"], actor=southern, at=shop.at)
