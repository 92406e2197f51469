"""Phones and tablets of the shop that several people share: enrolled by a manager's one-time code, named, taken out of use."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.shared import ids, runtime
from services.shared.actors import Actor
from services.shared.refusals import NotFound
from services.signin.errors import WrongDeviceCode
from services.signin.models import DeviceCode, ShopDevice, StaffSession
from services.signin.permissions import SHOP_DEVICES_CHANGE
from services.signin.rules import CODE_LIFE
from services.stores.queries import get_open_store

DIGITS = 8
KEY_LIFE = timedelta(days=400)  # the longest that browsers keep a cookie; coming in begins it anew


@dataclass(frozen=True)
class ShownCode:
    """A code to enrol a device with, told once."""

    digits: str
    expires_at: datetime


def issue_device_code(session: Session, data: Mapping[str, Any], *, actor: Actor, at: datetime) -> ShownCode:
    """A one-time code for one more device, to be called `name`, of the store `store_id`. Raises Invalid beside `store`."""
    store = get_open_store(session, data["store_id"], actor=actor)
    actor.require(SHOP_DEVICES_CHANGE, store.id)
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    row = DeviceCode(
        store_id=store.id, name=data["name"], code_hash=runtime.keys().hash(digits), issued_by=actor.id if actor.kind == "staff" else None,
        created_at=at, expires_at=at + CODE_LIFE,
    )  # fmt: skip
    session.add(row)
    session.flush()
    changes = {"name": row.name}
    audit.record(
        session, "device_codes:create", ("device_code", row.id), actor=actor, at=at, store_id=store.id, changes=changes
    )
    return ShownCode(digits, row.expires_at)


def enrol_device(session: Session, digits: str, *, browser: str, actor: Actor, at: datetime) -> str:
    """This browser is a device of the shop from now on; returns the cookie's key, kept here as a hash.

    Raises WrongDeviceCode for a code that is unknown, used or over.
    """
    live = (
        DeviceCode.code_hash == runtime.keys().hash(digits),
        DeviceCode.used_at.is_(None),
        DeviceCode.expires_at > at,
    )
    took = update(DeviceCode).where(*live).values(used_at=at).returning(DeviceCode)
    code = session.execute(took.execution_options(synchronize_session=False)).scalars().first()
    if code is None:
        raise WrongDeviceCode
    clear = ids.token()
    row = ShopDevice(
        store_id=code.store_id, name=code.name, key_hash=runtime.keys().hash(clear), browser=browser[:200], enrolled_by=code.issued_by,
        created_at=at, seen_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.record(
        session,
        "shop_devices:create",
        ("shop_device", row.id),
        actor=actor,
        at=at,
        store_id=row.store_id,
        changes={"name": row.name},
    )
    return clear


def rename_shop_device(
    session: Session, device_id: int, data: Mapping[str, Any], *, actor: Actor, at: datetime
) -> ShopDevice:
    """Call a device otherwise. Raises NotFound for one of another store."""
    row = _get(session, device_id, actor)
    before, row.name = row.name, data["name"]
    audit.record(
        session,
        "shop_devices:change",
        ("shop_device", row.id),
        actor=actor,
        at=at,
        store_id=row.store_id,
        changes={"name": [before, row.name]},
    )
    return row


def revoke_shop_device(session: Session, device_id: int, *, actor: Actor, at: datetime) -> None:
    """Nobody comes in with a PIN here any more, and whoever is in is out at the next request. Raises NotFound for one of another store."""
    row = _get(session, device_id, actor)
    row.revoked_at = row.revoked_at or at
    session.flush()
    end_sessions_of_device(session, row.id, at=at)
    audit.record(
        session,
        "shop_devices:revoke",
        ("shop_device", row.id),
        actor=actor,
        at=at,
        store_id=row.store_id,
        changes={"name": row.name},
    )


def hold_device(session: Session, key: str | None, *, at: datetime) -> ShopDevice | None:
    """The device of this key, held: taking it out of use waits, and then ends what is opened on it now; None where there is none."""
    if not key:
        return None
    live = (ShopDevice.key_hash == runtime.keys().hash(key), ShopDevice.revoked_at.is_(None))
    row = session.scalars(
        select(ShopDevice).where(*live).with_for_update().execution_options(populate_existing=True)
    ).first()
    if row is not None:
        row.seen_at = at
    return row


def end_sessions_of_device(session: Session, device_id: int, *, at: datetime) -> None:
    """Whoever is in on this device is out at the next request."""
    live = (StaffSession.device_id == device_id, StaffSession.revoked_at.is_(None))
    session.execute(update(StaffSession).where(*live).values(revoked_at=at))


def _get(session: Session, device_id: int, actor: Actor) -> ShopDevice:
    row = session.get(ShopDevice, device_id, with_for_update=True)
    if row is None or not actor.sees_store(row.store_id):
        raise NotFound("shop_device_not_found")
    actor.require(SHOP_DEVICES_CHANGE, row.store_id)
    return row
