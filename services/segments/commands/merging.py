"""Tags that people put on go from one card to another of the same person; those by rule follow by themselves, from figures worked out
anew."""

from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.segments.models import MemberTag, Tag


def hand_on_tags(session: Session, from_id: int, to_id: int, only: Collection[int] | None = None) -> list[int]:
    """Tags by hand that the other card has not (`only` these on the way back); which they were."""
    by_hand = select(Tag.id).where(Tag.rule.is_(None))
    known = select(MemberTag.tag_id).where(MemberTag.member_id == to_id)
    mine = select(MemberTag.tag_id).where(
        MemberTag.member_id == from_id, MemberTag.tag_id.in_(by_hand), MemberTag.tag_id.not_in(known)
    )
    if only is not None:
        mine = mine.where(MemberTag.tag_id.in_(only))
    moved = sorted(session.scalars(mine))
    here = (MemberTag.member_id == from_id, MemberTag.tag_id.in_(moved))
    session.execute(update(MemberTag).where(*here).values(member_id=to_id))
    return moved
