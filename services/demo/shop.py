"""The demo shop: made in one transaction on an empty database, from what the modules beside this one list."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from services.catalog import commands as catalog
from services.demo import (
    approvals,
    cast,
    coupons,
    doubles,
    families,
    groups,
    households,
    imported,
    lapsed,
    levels,
    menu,
    own_fields,
    questionnaires,
    stored_value,
)
from services.demo.guests import make_guests
from services.identity import commands as identity
from services.identity.queries import actor_of_staff, find_staff
from services.members import commands as members
from services.shared import ids
from services.shared.actors import SYSTEM
from services.signin import commands as signin
from services.signin.rules import is_easy_pin
from services.stores import commands as stores
from services.stores.models import Store

OPENED = timedelta(days=400)  # before the demo was made: its regulars joined since


def make_passwords() -> dict[str, str]:
    """A fresh password per user name: well-known ones would be open doors on a machine that others reach."""
    return {person.username: ids.short_code()[:9].lower() for person in cast.STAFF}


def make_pins() -> dict[str, str]:
    """A fresh PIN per user name of those who have one, for the phones that they share."""
    return {person.username: _make_pin() for person in cast.STAFF if person.has_pin}


def choose_pins(session: Session, pins: Mapping[str, str], *, at: datetime) -> None:
    """Let the staff choose these."""
    for username, pin in pins.items():
        staff = find_staff(session, username)
        if staff is not None:
            signin.change_staff_pin(session, signin.hash_pin(pin), actor=actor_of_staff(session, staff), at=at)


def open_shop(
    session: Session, passwords: Mapping[str, str], roles: Mapping[str, frozenset[str]], *, now: datetime
) -> None:
    """Set up the shop with its stores, staff, products and regulars, as of some months ago. Refuses `already_set_up`."""
    at = now - OPENED
    owner = cast.STAFF[0]
    first, _ = identity.set_up_shop(
        session,
        settings=cast.SETTINGS,
        store=cast.STORES[0],
        owner={"username": owner.username, "name": owner.name, "password": passwords[owner.username]},
        roles=roles,
        at=at,
    )
    opened = {first.code: first}
    for data in cast.STORES[1:]:
        opened[str(data["code"])] = stores.create_store(session, data, actor=SYSTEM, at=at)
    _hire(session, opened, passwords, at)
    stock(session, at)
    _print_links(session, opened, at)
    _welcome(session, opened, now)
    families.tell(session, now=now)
    own_fields.tell(session, now=now)
    groups.gather(session, now=now)
    coupons.give_out(session, opened, now=now)
    lapsed.welcome(session, first, now=now)
    doubles.welcome(session, now=now)
    levels.build(session, at=at, now=now)
    stored_value.fill_wallets(session, opened, now=now)
    questionnaires.ask(session, opened, now=now)
    imported.bring(session, now=now)
    households.share(session, first, now=now)
    approvals.ask_for_one(session, first, now=now)


def _make_pin() -> str:
    while is_easy_pin(pin := f"{secrets.randbelow(10**6):06d}"):
        pass
    return pin


def _hire(session: Session, opened: Mapping[str, Store], passwords: Mapping[str, str], at: datetime) -> None:
    for person in cast.STAFF[1:]:
        data = {
            "username": person.username,
            "name": person.name,
            "password": passwords[person.username],
            "role": person.role,
            "stores": [opened[code].id for code in person.stores],
        }
        identity.create_staff(session, data, actor=SYSTEM, at=at)


def stock(session: Session, at: datetime) -> None:
    """Put the menu on its shelves."""
    shelves = {
        name: catalog.create_category(session, {"name": name, "sort": place}, actor=SYSTEM, at=at).id
        for place, name in enumerate(menu.SHELVES)
    }
    for place, item in enumerate(menu.ITEMS):
        data = {
            "name": item.name,
            "category_id": shelves[item.shelf],
            "price": item.price,
            "description": item.description,
            "barcode": item.barcode,
            "picture": f"drawn:{item.picture}",
            "sort": place,
            "options": item.options,
        }
        catalog.create_product(session, data, actor=SYSTEM, at=at)


def _print_links(session: Session, opened: Mapping[str, Store], at: datetime) -> None:
    """A poster at each till, and one for the web."""
    for label, code, source in (("收银台", "A1", "walk_in"), ("收银台", "A2", "walk_in"), ("公众号", "A1", "online")):
        data = {"label": label, "store_id": opened[code].id, "source": source}
        members.create_registration_link(session, data, actor=SYSTEM, at=at)


def _welcome(session: Session, opened: Mapping[str, Store], now: datetime) -> None:
    for guest in make_guests(now):
        card = {**guest.card, "store_id": opened[guest.store_code].id}
        members.create_member(session, card, actor=SYSTEM, at=guest.joined_at)
