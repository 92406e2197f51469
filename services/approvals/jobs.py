"""What the night does to requests."""

from datetime import datetime

from sqlalchemy import delete, select

from services.approvals.models import Approval
from services.shared.database import transaction

_MANY = 1000


def forget_requests(before: datetime) -> int:
    """Drop some requests whose time to be decided was over before this moment, whatever became of them; how many. The audit log keeps what
    was asked, agreed to and done."""
    with transaction() as session:
        old = select(Approval.id).where(Approval.expires_at < before).order_by(Approval.id).limit(_MANY)
        return len(session.execute(delete(Approval).where(Approval.id.in_(old)).returning(Approval.id)).all())
