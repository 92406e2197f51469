"""Taking an export that was agreed to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.approvals.errors import ApprovalNeeded
from services.approvals.models import Approval
from services.approvals.queries import exports_need_approval
from services.approvals.rules import APPROVED, EXPORT
from services.shared.actors import Actor


def use_export(session: Session, terms: Mapping[str, Any], *, actor: Actor, at: datetime) -> None:
    """Use up this actor's approval of just this export, where the shop wants one. Raises ApprovalNeeded."""
    if not exports_need_approval(session, at=at):
        return
    query = select(Approval).where(
        Approval.kind == EXPORT, Approval.state == APPROVED, Approval.used_at.is_(None), Approval.usable_until > at,
        Approval.asked_kind == actor.kind, Approval.asked_by == actor.id,
    )  # fmt: skip
    for found in session.scalars(query.order_by(Approval.id)):
        mine = update(Approval).where(Approval.id == found.id, Approval.used_at.is_(None)).values(used_at=at)
        if found.terms == dict(terms) and session.execute(mine.returning(Approval.id)).first() is not None:
            return
    raise ApprovalNeeded
