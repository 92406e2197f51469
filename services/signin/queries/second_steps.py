"""Whether a password is enough for somebody, and what they have set up beside it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity import queries as identity
from services.identity.models import Role, Staff
from services.identity.permissions import ROLES_CHANGE, STAFF_CHANGE, STAFF_READ
from services.shared import runtime
from services.signin import ceremonies, totp
from services.signin.models import Authenticator, RecoveryCode, SecondStep
from services.signin.permissions import PROOFS_OVERRIDE
from services.signin.queries.passkeys import list_passkeys
from services.stores.permissions import SETTINGS_CHANGE
from services.stores.queries import load_settings

Step = Literal["", "code", "passkey", "set_up"]
SENSITIVE = (STAFF_READ, STAFF_CHANGE, ROLES_CHANGE, SETTINGS_CHANGE, PROOFS_OVERRIDE)  # what owners and managers hold


@dataclass(frozen=True)
class SecondStepView:
    """What somebody has beside the password: `state` is on, begun or off. `secret` is that of an app that is being set up."""

    state: str
    required: bool
    since: datetime | None
    secret: str | None
    is_owner: bool
    codes_left: int
    codes_made_at: datetime | None


def next_step_of(session: Session, staff: Staff) -> Step:
    """What is asked of somebody whose password was right; empty when that is enough.

    Where the shop requires it of those who answer for it, who has a passkey uses that, and who has nothing sets an app up.
    """
    if session.get(Authenticator, staff.id) is not None:
        return "code"
    if not requires_second_step(session, staff):
        return ""
    return "passkey" if ceremonies.are_possible() and list_passkeys(session, "staff", staff.id) else "set_up"


def requires_second_step(session: Session, staff: Staff) -> bool:
    """Whether the shop asks this person for more than a password."""
    if not load_settings(session)["security.second_step"]:
        return False
    person = identity.actor_of_staff(session, staff)
    return any(map(person.may, SENSITIVE))


def find_second_step(session: Session, browser: str, *, staff_id: int | None = None, at: datetime) -> SecondStep | None:
    """What this browser was asked for at the door; with `staff_id`, the app that this person, who is in, is setting up on it."""
    mine = (SecondStep.browser_hash == runtime.keys().hash(browser), SecondStep.expires_at > at)
    whose = (
        SecondStep.kind != "own" if staff_id is None else (SecondStep.kind == "own") & (SecondStep.staff_id == staff_id)
    )
    return session.scalars(select(SecondStep).where(*mine, whose).order_by(SecondStep.id.desc()).limit(1)).first()


def get_second_step(session: Session, staff_id: int, browser: str, *, at: datetime) -> SecondStepView:
    """What this person has set up, as seen from this browser."""
    staff, app = identity.get_staff(session, staff_id), session.get(Authenticator, staff_id)
    begun = None if app else find_second_step(session, browser, staff_id=staff_id, at=at)
    codes = session.scalars(select(RecoveryCode).where(RecoveryCode.staff_id == staff_id)).all()
    return SecondStepView(
        state="on" if app else "begun" if begun else "off",
        required=requires_second_step(session, staff),
        since=app.created_at if app else None,
        secret=secret_of(begun) if begun else None,
        is_owner=is_owner(session, staff),
        codes_left=sum(code.used_at is None for code in codes),
        codes_made_at=max((code.created_at for code in codes), default=None),
    )  # fmt: skip


def is_owner(session: Session, staff: Staff) -> bool:
    """Whether this person owns the shop: owners have codes on paper."""
    return session.scalar(select(Role.name).where(Role.id == staff.role_id)) == "owner"


def secret_of(row: Authenticator | SecondStep) -> str:
    """The secret in clear. Raises ValueError where there is none."""
    if row.secret is None:
        raise ValueError("no secret")
    return runtime.keys().decrypt(row.secret, purpose_of(row.staff_id)).decode()


def purpose_of(staff_id: int) -> str:
    """What a secret is sealed to: nobody's can be put in another's place."""
    return f"authenticator:{staff_id}"


def secret_in_groups(secret: str) -> str:
    """A secret as a person types it."""
    return totp.in_groups(secret)


def address_of_app(session: Session, secret: str, staff_id: int) -> str:
    """What the QR of an app that is being set up says: its secret, the shop and the person."""
    shop, username = str(load_settings(session)["shop.name"]), identity.get_staff(session, staff_id).username
    return totp.address_of(secret, shop=shop, username=username)
