"""A family goes from one card to another of the same person, without anybody twice."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.family.models import Child, Pregnancy

SAME = timedelta(days=30)  # due dates are told anew: so near to each other they are of one pregnancy
OPEN = ("preparing", "expecting")


def hand_on_family(session: Session, from_id: int, to_id: int, *, at: datetime) -> dict[str, list[int]]:
    """Children and pregnancies that the other card does not know; their ids. What either stopped stays stopped."""
    mine = session.scalars(select(Child).where(Child.member_id == to_id)).all()
    children = []
    for child in session.scalars(select(Child).where(Child.member_id == from_id)).all():
        twins = [each for each in mine if _same_child(each, child)]
        for twin in twins:
            twin.quiet_at = twin.quiet_at or child.quiet_at
        if not twins:
            child.member_id = to_id
            children.append(child.id)
    known = session.scalars(select(Pregnancy).where(Pregnancy.member_id == to_id)).all()
    pregnancies = []
    for told in session.scalars(select(Pregnancy).where(Pregnancy.member_id == from_id)).all():
        same = [each for each in known if _same_pregnancy(each, told)]
        stopped = [each for each in (told, *same) if each.state == "stopped"]
        for each in same if stopped else ():
            if each.state in OPEN:
                each.state, each.ended_at = "stopped", at
        if not same:
            told.member_id = to_id
            pregnancies.append(told.id)
    session.flush()
    return {"children": children, "pregnancies": pregnancies}


def hand_back_family(session: Session, from_id: int, to_id: int, moved: dict[str, list[int]]) -> None:
    """What came goes back, as it is by now."""
    for table, ids in ((Child, moved["children"]), (Pregnancy, moved["pregnancies"])):
        theirs = update(table).where(table.id.in_(ids), table.member_id == from_id)
        session.execute(theirs.values(member_id=to_id))


def _same_child(one: Child, other: Child) -> bool:
    names = {one.name.strip().casefold(), other.name.strip().casefold()} - {""}
    return one.born_on == other.born_on and len(names) < 2


def _same_pregnancy(one: Pregnancy, other: Pregnancy) -> bool:
    if one.due_on is None or other.due_on is None:
        return one.state in OPEN and other.state in OPEN
    return abs(one.due_on - other.due_on) <= SAME
