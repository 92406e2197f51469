"""Turning an empty database into a shop."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.identity.commands.staff import create_staff
from services.identity.models import Role, Staff
from services.shared.actors import SYSTEM
from services.shared.refusals import Refusal
from services.shared.words import N_
from services.stores import commands as stores
from services.stores.models import Store
from services.stores.queries import is_set_up


def set_up_shop(
    session: Session,
    *,
    settings: Mapping[str, Any],
    store: Mapping[str, Any],
    owner: Mapping[str, str],
    roles: Mapping[str, Iterable[str]],
    at: datetime,
) -> tuple[Store, Staff]:
    """Turn an empty database into a shop: settings, roles, first store, owner. Refuses `already_set_up`."""
    if is_set_up(session):
        raise Refusal("already_set_up", N_("店铺已经建好了，请直接登录"))
    stores.change_settings(session, settings, actor=SYSTEM, at=at)
    for name, allowed in roles.items():
        session.add(Role(name=name, permissions=sorted(allowed)))
    first = stores.create_store(session, store, actor=SYSTEM, at=at)
    person = create_staff(session, {**owner, "role": "owner", "stores": None}, actor=SYSTEM, at=at)
    return first, person
