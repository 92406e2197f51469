"""A member of staff's PIN: four to six digits that let them come in on an enrolled device, and nowhere else."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.identity import queries as identity
from services.identity.models import Staff
from services.shared.actors import Actor
from services.shared.refusals import NotFound
from services.signin.commands.sessions import open_staff_session
from services.signin.commands.shop_devices import hold_device
from services.signin.errors import WrongPin
from services.signin.models import StaffPin
from services.signin.queries.shop_devices import KnownPin, works_at


def change_staff_pin(session: Session, pin_hash: str, *, actor: Actor, at: datetime) -> None:
    """The own PIN is another one from now on. Raises NotFound for anybody but staff."""
    if actor.kind != "staff" or actor.id is None:
        raise NotFound
    session.execute(select(Staff.id).where(Staff.id == actor.id).with_for_update())  # two first PINs at once
    pin = session.get(StaffPin, actor.id)
    if pin is None:
        session.add(StaffPin(staff_id=actor.id, pin_hash=pin_hash, changed_at=at))
    else:
        pin.pin_hash, pin.changed_at = pin_hash, at
    audit.record(session, "staff_pins:change", ("staff", actor.id), actor=actor, at=at)


def erase_staff_pin(session: Session, *, actor: Actor, at: datetime) -> None:
    """The own PIN opens nothing any more."""
    drop_staff_pin(session, int(actor.id or 0) if actor.kind == "staff" else 0)
    audit.record(session, "staff_pins:erase", ("staff", actor.id), actor=actor, at=at)


def drop_staff_pin(session: Session, staff_id: int) -> None:
    """This person's PIN opens nothing any more, where they have one."""
    pin = session.get(StaffPin, staff_id, with_for_update=True)
    if pin is not None:
        session.delete(pin)


def switch_staff(session: Session, key: str, known: KnownPin, *, browser: str, actor: Actor, at: datetime) -> str:
    """Open a session on the device of `key` for the person whose PIN was found right; returns the cookie's secret.

    Whoever was in on this device is out. Raises WrongPin when the device, the person or the PIN is no longer what it was.
    """
    session.execute(select(Staff.id).where(Staff.id == known.staff_id).with_for_update(read=True))
    device = hold_device(session, key, at=at)
    pin = session.get(StaffPin, known.staff_id, populate_existing=True)
    staff = session.get(Staff, known.staff_id, populate_existing=True)
    if device is None or pin is None or staff is None or pin.pin_hash != known.pin_hash:
        raise WrongPin
    if staff.disabled_at is not None or not works_at(session, staff, device.store_id):
        raise WrongPin
    person = identity.actor_of_staff(session, staff, actor.origin)
    return open_staff_session(
        session, staff.id, store_id=device.store_id, device_id=device.id, by="pin", browser=browser, actor=person, at=at
    )
