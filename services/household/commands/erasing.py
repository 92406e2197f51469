"""What is left of a household when its holder, or somebody in it, is erased: for that one nothing."""

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from services.household.models import HouseholdInvitation, HouseholdPerson


def forget_household(session: Session, member_id: int) -> None:
    """The sharing ends on both sides, and every link that somebody made or took."""
    for table in (HouseholdPerson, HouseholdInvitation):
        session.execute(delete(table).where(or_(table.holder_id == member_id, table.member_id == member_id)))
