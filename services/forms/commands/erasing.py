"""What is left of what an erased member sent: nothing."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.forms.models import FormGift, FormSubmission
from services.forms.queries.submissions import open_sealed, seal
from services.shared.wiping import Traces


def forget_submissions(session: Session, member_id: int, traces: Traces, *, at: datetime) -> None:
    """Everything that they sent, or that said to be theirs, and that they got a gift for it; and what names them in nobody's answers."""
    session.execute(delete(FormGift).where(FormGift.member_id == member_id))
    session.execute(delete(FormSubmission).where(FormSubmission.member_id == member_id))
    nobodys = select(FormSubmission).where(FormSubmission.member_id.is_(None), FormSubmission.sealed != "")
    for row in session.scalars(nobodys.execution_options(yield_per=500)):
        told = open_sealed(session, row)
        left = traces.wiped(told)
        if left != told:
            row.sealed = seal(session, None, left, at=at)
    session.flush()
