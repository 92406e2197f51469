"""Whether a member is still there, asked at the moment of writing."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.members.errors import MemberErased
from services.members.models import Member
from services.shared import vault


def hold_living(session: Session, member_id: int) -> None:
    """Keep a member from being erased until this transaction ends. Raises MemberErased where it has happened already.

    Called after the member's accounts are locked, never before: an erasure locks them first and the row last.
    """
    session.execute(select(Member.id).where(Member.id == member_id).with_for_update(read=True, key_share=True))
    if vault.destroyed_at(session, member_id) is not None:
        raise MemberErased
