"""Devices of the shop, who may come in on one with a PIN, and whose PIN it is."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from services.identity.models import Staff, StaffStore
from services.identity.rules import password_matches
from services.shared import runtime
from services.shared.actors import Actor
from services.signin.errors import WrongPin
from services.signin.models import ShopDevice, StaffPin, StaffSession


@dataclass(frozen=True)
class Face:
    """Somebody who may come in on a device with a PIN."""

    id: int
    name: str


@dataclass(frozen=True)
class KnownPin:
    """Whose PIN was right, and which it was."""

    staff_id: int
    pin_hash: str


def find_shop_device(session: Session, key: str | None) -> ShopDevice | None:
    """The device that this key belongs to; None when unknown or taken out of use."""
    if not key:
        return None
    live = (ShopDevice.key_hash == runtime.keys().hash(key), ShopDevice.revoked_at.is_(None))
    return session.scalar(select(ShopDevice).where(*live))


def list_shop_devices(
    session: Session, *, actor: Actor, after: int | None = None, limit: int = 200
) -> list[ShopDevice]:
    """The devices in use in the stores of `actor`, the last used first; with `after` in the order of their ids."""
    query = select(ShopDevice).where(ShopDevice.revoked_at.is_(None)).limit(limit)
    if actor.stores is not None:
        query = query.where(ShopDevice.store_id.in_(actor.stores))
    if after is not None:
        query = query.where(ShopDevice.id > after)
    return list(session.scalars(query.order_by(ShopDevice.id)))


def names_of_shop_devices(session: Session, device_ids: Collection[int]) -> dict[int, str]:
    """What some devices are called, by id, also those out of use."""
    if not device_ids:
        return {}
    rows = session.execute(select(ShopDevice.id, ShopDevice.name).where(ShopDevice.id.in_(device_ids)))
    return {row[0]: row[1] for row in rows}


def names_of_sessions(session: Session, sessions: Iterable[StaffSession]) -> dict[int, str]:
    """What the devices of the shop that these sessions are on are called, by id."""
    return names_of_shop_devices(session, {each.device_id for each in sessions if each.device_id is not None})


def list_faces(session: Session, store_id: int) -> list[Face]:
    """Who may come in with a PIN on a device of this store, by name."""
    rows = session.execute(
        select(Staff.id, Staff.name)
        .join(StaffPin, StaffPin.staff_id == Staff.id)
        .where(Staff.disabled_at.is_(None), _works(store_id))
        .order_by(Staff.id)
    )
    return [Face(row[0], row[1]) for row in rows]


def has_staff_pin(session: Session, staff_id: int) -> bool:
    """Whether this person has chosen a PIN."""
    return session.get(StaffPin, staff_id) is not None


def works_at(session: Session, staff: Staff, store_id: int) -> bool:
    """Whether this person works in that store."""
    return staff.all_stores or session.get(StaffStore, (staff.id, store_id)) is not None


def check_staff_pin(session: Session, staff_id: int, pin: str, *, store_id: int) -> KnownPin:
    """Whose PIN this is, on a device of this store. Raises WrongPin, after the same time, also for somebody unknown, disabled, of
    another store or without a PIN.

    Slow on purpose, so never inside a writing transaction; the edge limits the guesses.
    """
    kept = session.scalar(
        select(StaffPin.pin_hash)
        .join(Staff, Staff.id == StaffPin.staff_id)
        .where(Staff.id == staff_id, Staff.disabled_at.is_(None), _works(store_id))
    )
    if not password_matches(kept, pin) or kept is None:
        raise WrongPin
    return KnownPin(staff_id, kept)


def _works(store_id: int) -> ColumnElement[bool]:
    here = exists().where(StaffStore.staff_id == Staff.id, StaffStore.store_id == store_id)
    return or_(Staff.all_stores, here)
