"""What is left of what an erased member sent: nothing."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.forms.models import FormGift, FormSubmission


def forget_submissions(session: Session, member_id: int) -> None:
    """Everything that they sent, or that said to be theirs, and that they got a gift for it."""
    session.execute(delete(FormGift).where(FormGift.member_id == member_id))
    session.execute(delete(FormSubmission).where(FormSubmission.member_id == member_id))
