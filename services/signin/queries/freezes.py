"""Whose spending is frozen."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.signin.errors import FrozenSpending
from services.signin.models import SpendingFreeze


def find_freeze(session: Session, member_id: int) -> SpendingFreeze | None:
    """The freeze of this member, if there is one."""
    return session.get(SpendingFreeze, member_id) if 0 < member_id < 2**63 else None


def list_freezes(session: Session, *, limit: int = 200) -> list[SpendingFreeze]:
    """Everybody who waits, the longest first."""
    return list(session.scalars(select(SpendingFreeze).order_by(SpendingFreeze.reported_at).limit(limit)))


def require_unfrozen(session: Session, member_id: int) -> None:
    """Raise FrozenSpending for a member who reported something."""
    if find_freeze(session, member_id) is not None:
        raise FrozenSpending
