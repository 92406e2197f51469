"""What an erasure does to requests."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.approvals.models import Approval
from services.approvals.rules import WAITING, WITHDRAWN
from services.shared.wiping import Traces, wipe


def forget_words_of_approvals(session: Session, member_id: int, traces: Traces) -> None:
    """End what waits about an erased member and take the words out of what was asked; numbers stay, as in the books."""
    theirs = update(Approval).where(Approval.member_id == member_id)
    session.execute(theirs.where(Approval.state == WAITING).values(state=WITHDRAWN))
    session.execute(theirs.values(reason="", note=""))
    wipe(session, Approval, ("reason", "note"), traces)
