"""Forgetting sessions, scans and proofs that are long over, as long as the shop keeps them. Their audit lines stay."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from services.members.models import MemberFacts
from services.shared.database import reading, transaction
from services.signin.models import MemberDevice, MemberSession, Scan, SpendingProof, StaffSession

AT_A_TIME = 500  # rows in one transaction


def forget_sessions(before: datetime) -> int:
    """Drop some sessions that ended before this moment; how many. When a member was last in one is kept with their facts.

    A cashier's next session opens in the store of the last one, so they stay for a while.
    """
    return _forget(StaffSession, _ended(StaffSession, before)) or _forget(MemberSession, _ended(MemberSession, before))


def forget_scans(before: datetime, *, named: Any) -> int:
    """Drop proofs from before this moment, once there are none scans, then given up phones; how many. What `named` (a column of orders)
    says stays."""
    sold, proven = select(named).where(named.is_not(None)), select(SpendingProof.scan_id)
    scanned = select(Scan.device_id)
    return (
        _forget_all(SpendingProof, SpendingProof.expires_at < before)
        or _forget_all(
            Scan,
            (Scan.at < before)
            & Scan.id.not_in(sold)
            & Scan.id.not_in(proven.where(SpendingProof.scan_id.is_not(None))),
        )
        or _forget_all(MemberDevice, (MemberDevice.revoked_at < before) & MemberDevice.id.not_in(scanned))
    )


def _forget_all(table: Any, over: Any) -> int:
    """Look once, without holding anything up, then drop what was found some at a time; how many. Where it fails on the way it says what
    is gone by then, so that it counts, and fails when it is asked for the rest."""
    with reading() as session:
        ids = session.scalars(select(table.id).where(over).order_by(table.id)).all()
    for start in range(0, len(ids), AT_A_TIME):
        try:
            with transaction() as session:
                session.execute(delete(table).where(table.id.in_(ids[start : start + AT_A_TIME])))
        except Exception:
            if not start:
                raise
            return start
    return len(ids)


def _ended(table: type[StaffSession | MemberSession], before: datetime) -> Any:
    return or_(table.expires_at < before, table.revoked_at < before)


def _forget(table: Any, over: Any) -> int:
    with transaction() as session:
        ids = session.scalars(select(table.id).where(over).order_by(table.id).limit(AT_A_TIME)).all()
        if table is MemberSession and ids:
            _part(session, ids)
        session.execute(delete(table).where(table.id.in_(ids)))
    return len(ids)


def _part(session: Session, session_ids: Collection[int]) -> None:
    """Devices of a session that is over make no codes any more, but scans name them: they stay without it."""
    session.execute(update(MemberDevice).where(MemberDevice.session_id.in_(session_ids)).values(session_id=None))
    seen = select(MemberSession.member_id, func.max(MemberSession.seen_at)).where(MemberSession.id.in_(session_ids))
    for member_id, moment in session.execute(seen.group_by(MemberSession.member_id)).all():
        earlier = or_(MemberFacts.seen_at.is_(None), MemberFacts.seen_at < moment)
        session.execute(update(MemberFacts).where(MemberFacts.member_id == member_id, earlier).values(seen_at=moment))
