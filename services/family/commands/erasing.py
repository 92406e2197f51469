"""What is left of a family when its member is erased: nothing."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.family.models import Child, DoseRecord, Pregnancy


def forget_family(session: Session, member_id: int) -> None:
    """Children, what they were vaccinated against, pregnancies."""
    children = select(Child.id).where(Child.member_id == member_id)
    session.execute(delete(DoseRecord).where(DoseRecord.child_id.in_(children)))
    session.execute(delete(Child).where(Child.member_id == member_id))
    session.execute(delete(Pregnancy).where(Pregnancy.member_id == member_id))
