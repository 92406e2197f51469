"""What an import still knows of a member who is erased."""

from typing import Any

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from services.dataio.models import ImportRow, phone_mark
from services.members.models import Member


def forget_imported(session: Session, member_id: int) -> None:
    """Empty every row that became this member, or that has their phone; the line of the result stays, without words."""
    member = session.get_one(Member, member_id)
    theirs = ImportRow.member_id == member_id
    theirs = or_(theirs, ImportRow.phone_mark == phone_mark(member.phone)) if member.phone else theirs
    gone: dict[str, Any] = {"cells": [], "values": {}, "before": {}, "problems": [], "phone_mark": None}
    session.execute(update(ImportRow).where(theirs).values(gone))
