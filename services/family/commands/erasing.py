"""What is left of a family when its member is erased: nothing."""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.family.models import Child, DoseRecord, Pregnancy
from services.fields.commands import forget_values


def forget_family(session: Session, member_id: int) -> None:
    """Children, what they were vaccinated against, pregnancies."""
    children = select(Child.id).where(Child.member_id == member_id)
    session.execute(delete(DoseRecord).where(DoseRecord.child_id.in_(children)))
    session.execute(delete(Child).where(Child.member_id == member_id))
    session.execute(delete(Pregnancy).where(Pregnancy.member_id == member_id))


def forget_children(session: Session, member_ids: Collection[int]) -> None:
    """The children of members whose cards should never have been opened; nothing was noted of them since."""
    children = select(Child.id).where(Child.member_id.in_(member_ids))
    forget_values(session, "child", children)
    session.execute(delete(Child).where(Child.member_id.in_(member_ids)))
