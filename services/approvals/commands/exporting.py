"""Taking an export that was agreed to."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from services.approvals.errors import ApprovalNeeded
from services.approvals.queries import exports_need_approval, find_usable_export
from services.shared.actors import Actor


def use_export(session: Session, store_id: int | None, day: date | None, *, actor: Actor, at: datetime) -> None:
    """Note when this actor first took just this export, where the shop wants a second person for it. Within the hour it may be taken again:
    a file that did not arrive is no second export. Raises ApprovalNeeded."""
    if not exports_need_approval(session, at=at):
        return
    agreed = find_usable_export(session, store_id, day, actor=actor, at=at)
    if agreed is None:
        raise ApprovalNeeded
    agreed.used_at = agreed.used_at or at
