"""A phone is one living member's: the check before a card takes one, and the index that decides."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.members.errors import PhoneTaken
from services.members.models import Member


def require_free_phone(session: Session, phone: str | None) -> None:
    """Raise PhoneTaken where a living member has this phone."""
    taken = (
        session.scalar(select(Member.id).where(Member.phone == phone, Member.archived_at.is_(None))) if phone else None
    )
    if taken is not None:
        raise PhoneTaken(taken)


def flush_new_phone(session: Session, member: Member) -> None:
    """Write the row. Where two people open the same card at once, the index decides and the second hears PhoneTaken."""
    phone = member.phone
    try:
        with session.begin_nested():
            session.add(member)
            session.flush()
    except IntegrityError:
        require_free_phone(session, phone)
        raise
