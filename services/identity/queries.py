"""Looking up staff, roles, tokens; who an actor is."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.models import ApiToken, Role, Staff, StaffStore
from services.shared import runtime
from services.shared.actors import Actor
from services.shared.refusals import NotFound


def find_staff(session: Session, username: str) -> Staff | None:
    """The member of staff with this user name (letter case does not matter)."""
    return session.scalar(select(Staff).where(Staff.username == username.strip().lower()))


def get_staff(session: Session, staff_id: int) -> Staff:
    """One member of staff. Raises NotFound."""
    staff = session.get(Staff, staff_id)
    if staff is None:
        raise NotFound("staff_not_found")
    return staff


def list_staff(session: Session) -> list[Staff]:
    """Everyone who works here, the disabled last."""
    return list(session.scalars(select(Staff).order_by(Staff.disabled_at.is_not(None), Staff.id)))


def actor_of_staff(session: Session, staff: Staff, origin: str = "") -> Actor:
    """What this member of staff may do, and where."""
    role = session.get_one(Role, staff.role_id)
    stores = None
    if not staff.all_stores:
        stores = frozenset(session.scalars(select(StaffStore.store_id).where(StaffStore.staff_id == staff.id)))
    return Actor("staff", staff.id, staff.name, frozenset(role.permissions), stores, origin)


def find_actor_of_token(session: Session, token: str, origin: str = "") -> Actor | None:
    """What the bearer of this API token may do; None when the token is unknown or revoked."""
    row = session.scalar(
        select(ApiToken).where(ApiToken.token_hash == runtime.keys().hash(token), ApiToken.revoked_at.is_(None))
    )
    return Actor("token", row.id, row.name, frozenset(row.scopes), None, origin) if row else None
