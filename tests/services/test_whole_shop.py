"""What is the same in every store is changed by who works in all of them, whatever a role says."""

import pytest

from services import wiring
from services.identity import permissions as identity
from services.identity.queries import list_people_who_may
from services.shared import database
from services.shared.actors import EVERYTHING, Actor, is_for_whole_shop
from services.shared.refusals import Forbidden
from services.stores import commands
from services.stores.permissions import SETTINGS_CHANGE, STORES_CHANGE, STORES_CREATE
from tests.cast import Cast


def test_an_owner_of_one_store_changes_nothing_that_counts_in_others(shop: Cast) -> None:
    partner = Actor("staff", 1, permissions=frozenset({EVERYTHING}), stores=frozenset({shop.south.id}))
    assert partner.may(STORES_CHANGE, shop.south.id)
    for permission in (identity.ROLES_CHANGE, SETTINGS_CHANGE, STORES_CREATE):
        assert not partner.may(permission)
    with pytest.raises(Forbidden), database.transaction() as session:
        commands.create_store(session, {"code": "A9", "name": "西湖店"}, actor=partner, at=shop.at)


def test_whoever_is_told_of_the_whole_shop_may_use_what_they_are_told_of(shop: Cast) -> None:
    with database.transaction() as session:
        assert shop.staff["owner"].id in {person.id for person in list_people_who_may(session, SETTINGS_CHANGE)}
        session.merge(shop.staff["owner"]).all_stores = False
        session.flush()
        assert list_people_who_may(session, SETTINGS_CHANGE) == []


def test_each_of_these_is_a_permission_of_the_product() -> None:
    assert sum(map(is_for_whole_shop, wiring.PERMISSIONS)) >= 8
