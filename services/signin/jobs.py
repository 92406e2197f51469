"""Forgetting sign-in codes and sessions that are long over. Their audit lines stay."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from services.shared import clock
from services.shared.database import transaction
from services.signin.models import (
    DevelopmentMail,
    MemberDevice,
    MemberSession,
    OneTimeCode,
    PasskeyChallenge,
    StaffSession,
)

CODES_KEPT = timedelta(days=1)
MAIL_KEPT = timedelta(days=7)
SESSIONS_KEPT = timedelta(days=90)  # a cashier's next session opens in the store of the last one
AT_A_TIME = 500  # rows in one transaction


def forget_ended() -> None:
    """Drop challenges once they are over, codes a day after they ended, the development inbox after a week, sessions after 90 days."""
    at = clock.now()
    while _forget(OneTimeCode, OneTimeCode.expires_at < at - CODES_KEPT):
        pass
    while _forget(PasskeyChallenge, PasskeyChallenge.expires_at < at):
        pass
    while _forget(DevelopmentMail, DevelopmentMail.created_at < at - MAIL_KEPT):
        pass
    for table in (StaffSession, MemberSession):
        while _forget(table, _ended(table, at - SESSIONS_KEPT)):
            pass


def _ended(table: type[StaffSession | MemberSession], before: datetime) -> Any:
    return or_(table.expires_at < before, table.revoked_at < before)


def _forget(table: Any, over: Any) -> bool:
    with transaction() as session:
        ids = session.scalars(select(table.id).where(over).limit(AT_A_TIME)).all()
        if table is MemberSession:
            _part_devices(session, ids)
        session.execute(delete(table).where(table.id.in_(ids)))
    return len(ids) == AT_A_TIME


def _part_devices(session: Session, session_ids: Any) -> None:
    """Devices of a session that is over make no codes any more, but scans name them: they stay without it."""
    session.execute(update(MemberDevice).where(MemberDevice.session_id.in_(session_ids)).values(session_id=None))
